"""The story of one of one's own messages."""

from __future__ import annotations

from mailwake.directory.roles import MY_OWN
from mailwake.operations.catalog.message_story import Question, StoryItem
from mailwake.operations.catalog.message_story import handle as tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.own import check_own


def handle(context: Context, question: Question) -> list[StoryItem]:
    """One story, as far as it concerns the caller. Raises OperationError."""
    check_own(context)
    return tell(context, question)


OPERATION = Operation(
    name="my-message-story",
    summary="Tell what happened to one of one's own messages.",
    input=Question,
    output=StoryItem,
    handler=handle,
    roles=(MY_OWN,),
    scope=Scope.FILTERED,
    details="No log lines, and nothing of other recipients.",
)

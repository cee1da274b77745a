"""One's own mail: what the caller sent, and what was sent to them."""

from __future__ import annotations

from mailwake.directory.roles import MY_OWN
from mailwake.operations.catalog.message_trace import Question
from mailwake.operations.catalog.message_trace import handle as search
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Answer
from mailwake.operations.own import check_own
from mailwake.operations.trace_models import TraceRow


def handle(context: Context, question: Question) -> Answer:
    """Search in the caller's own messages. Raises OperationError."""
    check_own(context)
    return search(context, question)


OPERATION = Operation(
    name="my-messages",
    summary="Find one's own messages, sent and received, and what became of them.",
    input=Question,
    output=TraceRow,
    handler=handle,
    roles=(MY_OWN,),
    scope=Scope.FILTERED,
    details="The role group My Messages gives it, over the mailbox that the account signs in to.",
)

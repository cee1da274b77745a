"""The whole story of one message: verdict, cause, what to do, timeline, tree, evidence, what is missing, records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field, PrivateAttr, RootModel

from mailwake.events.told import tell
from mailwake.operations.backend import Backend
from mailwake.operations.context import Context
from mailwake.operations.contract import CallerScope, Operation, OperationError, Scope
from mailwake.operations.criteria import trace_id
from mailwake.operations.models import Input
from mailwake.operations.scoping import scoped_story, shows, visible_address, within
from mailwake.operations.show import NotFound, Shown, matching, whole
from mailwake.operations.show import tell as tell_story
from mailwake.operations.show_many import tell_many
from mailwake.operations.when import zone_name
from mailwake.trace.story import Story


class Question(Input):
    """Which message."""

    identity: str = Field(description="A MessageTraceId, Message-ID or queue ID; of several messages the newest.")


class StoryItem(RootModel[dict[str, Any]]):
    """The story as `mailwake show --json` gives it."""

    _story: Story = PrivateAttr()

    @classmethod
    def of(cls, story: Story) -> StoryItem:
        """The item of a story."""
        made = cls(story.to_json())
        made._story = story
        return made

    @property
    def story(self) -> Story:
        """The story itself, for faces that tell it in their own way."""
        return self._story

    def record(self) -> dict[str, Any]:
        """The item by its outside names."""
        return self.root


def story(context: Context, identity: str) -> Story:
    """The story as far as the caller's scope shows it. Raises OperationError."""
    backend: Backend = context.backend()
    scope = context.caller.scope
    try:
        matches = matching(backend, identity, lambda node: within(node, scope))
        if not scope.everything:
            matches = whole(backend, matches[0])
        told = tell_story(backend, matches, zone_name(context.zone), _shown(scope))
    except NotFound as error:
        raise OperationError(
            "message-not-found",
            tell("nothing is known by {identity!r}", identity=identity),
            tell("Look for the message by sender, recipient or time."),
            status=404,
        ) from error
    return scoped_story(told, scope)


def _shown(scope: CallerScope) -> Shown | None:
    """Whether the scope shows one of some addresses; None where it shows everything."""
    if scope.everything:
        return None
    return lambda *addresses: any(visible_address(scope, address) for address in addresses)


def stories(context: Context, identities: Sequence[str]) -> Iterator[Story]:
    """Those of several MessageTraceIds, in this order, as far as the caller's scope shows them, from what their own
    records say. Those that are not there are left out."""
    backend: Backend = context.backend()
    scope = context.caller.scope
    for rows, told in tell_many(backend, [trace_id(one) for one in identities], zone_name(context.zone), _shown(scope)):
        if any(shows(scope, row) for row in rows):
            yield scoped_story(told, scope)


def handle(context: Context, question: Question) -> list[StoryItem]:
    """One story."""
    return [StoryItem.of(story(context, question.identity))]


OPERATION = Operation(
    name="message-story",
    summary="Tell what happened to one message: verdict, cause, what to do, timeline, route, evidence, records.",
    input=Question,
    output=StoryItem,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
)

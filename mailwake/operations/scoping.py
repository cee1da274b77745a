"""What of the messages a caller with a limited scope may see: rows, and the parts of a story.

A row is visible when its sender or one of its recipients (as addressed, as delivered) lies in the scope. Of a story
only what concerns visible recipients is told, and no records: those of a shared transaction name the others, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailwake.operations.contract import CallerScope
from mailwake.store.query import And, Equals, Matches, Node, Or
from mailwake.store.rows import Row
from mailwake.trace.story_model import PLAIN, Step, Story
from mailwake.trace.story_model import Node as Leg
from mailwake.trace.story_outcomes import headline

_ABOUT_THE_MESSAGE = frozenset({"facts", "arrival", "end", "order", "skew", "gap"})
"""Kinds of `Missing` that name nobody."""
_COLUMNS = ("sender", "recipient", "original_recipient")


def within(node: Node, scope: CallerScope) -> Node:
    """The question, narrowed to what the scope shows."""
    if scope.everything:
        return node
    parts: list[Node] = []
    for column in _COLUMNS:
        parts += [Matches(column, f"*@{_plain(domain)}") for domain in scope.domains]
        parts += [Equals(column, mailbox) for mailbox in scope.mailboxes]
    return And((node, Or(tuple(parts))))


def shows(scope: CallerScope, row: Row) -> bool:
    """Whether a row lies in the scope; the same rule as `within`."""
    return any(visible_address(scope, text) for text in (row.sender, row.recipient, row.original_recipient))


def visible_address(scope: CallerScope, address: str | None) -> bool:
    """Whether an address is one of the scope's."""
    if scope.everything:
        return True
    text = (address or "").lower()
    return text in scope.mailboxes or ("@" in text and text.rpartition("@")[2] in scope.domains)


def scoped_story(story: Story, scope: CallerScope) -> Story:
    """The story as far as the scope shows it."""
    if scope.everything:
        return story
    sent_by_us = visible_address(scope, story.message.sender)

    def visible(*addresses: str | None) -> bool:
        return sent_by_us or any(visible_address(scope, address) for address in addresses)

    ends = tuple(one for one in story.outcomes if visible(one.recipient, one.original))
    verdict, tone = headline(ends) if ends else ("", PLAIN)
    return replace(
        story,
        headline=verdict,
        tone=tone,
        outcomes=ends,
        missing=tuple(one for one in story.missing if one.key in _ABOUT_THE_MESSAGE),
        message=replace(story.message, recipients=tuple(r for r in story.message.recipients if visible(r))),
        timeline=_steps(story.timeline, visible),
        session=_steps(story.session, visible),
        tree=tuple(_leg(leg, visible) for leg in story.tree),
        attempts=tuple(one for one in story.attempts if visible(one.recipient)),
        relatives=(),
        also=(),
    )


def _steps(steps: tuple[Step, ...], visible: Callable[..., bool]) -> tuple[Step, ...]:
    return tuple(replace(step, raw=()) for step in steps if not step.recipient or visible(step.recipient))


def _leg(leg: Leg, visible: Callable[..., bool]) -> Leg:
    edges = [edge for edge in leg.edges if not edge.recipients or visible(*edge.recipients)]
    return replace(
        leg,
        recipients=tuple(end for end in leg.recipients if visible(end.address, end.original)),
        edges=tuple(
            replace(edge, recipients=tuple(r for r in edge.recipients if visible(r)), node=_leg(edge.node, visible))
            for edge in edges
        ),
    )


def _plain(text: str) -> str:
    """A domain as a pattern that means just itself."""
    return "".join("\\" + char if char in "*?\\" else char for char in text)

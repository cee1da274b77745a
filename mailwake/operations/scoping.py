"""What of the messages a caller with a limited scope may see: rows, and the parts of a story.

A row is visible when its sender or one of its recipients (as addressed, as delivered) lies in the scope. Of a story
only what concerns visible recipients is told, and no records: those of a shared transaction name the others, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from mailwake.operations.contract import CallerScope
from mailwake.store.query import And, Equals, Matches, Node, Or
from mailwake.store.rows import Row
from mailwake.trace.story_model import PLAIN, Step, Story
from mailwake.trace.story_model import Node as Leg
from mailwake.trace.story_outcomes import headline

_ABOUT_THE_MESSAGE = frozenset({"facts", "arrival", "end", "order", "skew", "gap"})
"""Kinds of `Missing` that name nobody."""
_REPORTED = frozenset({"Failed", "Pending", "GettingStatus"})
_OPEN = frozenset({"Pending", "GettingStatus"})
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
    # a report to the sender tells that somebody did not get it
    reported = sent_by_us or any(one.status in _REPORTED for one in ends)
    verdict, tone = headline(ends) if ends else ("", PLAIN)
    tree = tuple(_leg(leg, visible, reported) for leg in story.tree)
    # what went to others by another way is not told
    gone = set(_places(story.tree)) - set(_places(tree))
    timeline = (one for one in story.timeline if f"{one.host} {one.queue_id}" not in gone)
    return replace(
        story,
        headline=verdict,
        tone=tone,
        outcomes=ends,
        missing=tuple(one for one in story.missing if one.key in _ABOUT_THE_MESSAGE),
        message=replace(story.message, recipients=tuple(r for r in story.message.recipients if visible(r))),
        timeline=_steps(tuple(one for one in timeline if reported or one.event != "DSN"), visible),
        session=_steps(story.session, visible),
        tree=tree,
        evidence=tuple(one for one in story.evidence if not {one.parent, one.child} & gone),
        attempts=tuple(one for one in story.attempts if visible(one.recipient)),
        relatives=(),
        also=(),
    )


def _steps(steps: tuple[Step, ...], visible: Callable[..., bool]) -> tuple[Step, ...]:
    return tuple(replace(step, raw=()) for step in steps if not step.recipient or visible(step.recipient))


def _places(legs: Iterable[Leg]) -> Iterator[str]:
    for leg in legs:
        yield f"{leg.host} {leg.queue_id}"
        yield from _places(edge.node for edge in leg.edges)


def _leg(leg: Leg, visible: Callable[..., bool], reported: bool) -> Leg:
    edges = [edge for edge in leg.edges if not edge.recipients or visible(*edge.recipients)]
    edges = [edge for edge in edges if reported or edge.rule != "notification"]
    ends = tuple(end for end in leg.recipients if visible(end.address, end.original))
    return replace(
        leg,
        ended=leg.ended or (bool(ends) and all(end.status not in _OPEN for end in ends)),
        recipients=ends,
        edges=tuple(
            replace(
                edge,
                recipients=tuple(r for r in edge.recipients if visible(r)),
                node=_leg(edge.node, visible, reported),
            )
            for edge in edges
        ),
    )


def _plain(text: str) -> str:
    """A domain as a pattern that means just itself."""
    return "".join("\\" + char if char in "*?\\" else char for char in text)

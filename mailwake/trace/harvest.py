"""What can be said of a window by itself: journeys that lie wholly within it, computed apart from all others.

Windows are harvested in parallel. What is not whole (begun earlier, not ended, or pointing to something not in the
window) is left over and correlated with everything else. Should a whole one turn out to be touched by another window
after all, it is recalled from the store and computed again; being wrong here costs time, never an answer.
"""

from __future__ import annotations

from typing import NamedTuple

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.component import Component
from mailwake.trace.journeys import component_rows
from mailwake.trace.model import Leg
from mailwake.trace.names import Book
from mailwake.trace.origins import may_continue
from mailwake.trace.plain import note
from mailwake.trace.sketched import Told
from mailwake.trace.unnamed import is_unnamed
from mailwake.trace.workset import Workset


class Harvest(NamedTuple):
    """Of one window."""

    keys: list[str]
    """The key of each fact, in their order."""
    rows: list[Row]
    """Of the journeys that are whole, but for those that are told already."""
    book: Book
    """These journeys, to be remembered by."""
    left: list[Fact]
    """Facts of the others, and those that concern more than one journey."""


_SEEN_AGAIN = frozenset(("", "n:", "s:", "e:", "p:"))
"""Beginnings of the keys of facts that are looked at once more: orders without a queue ID, refusals without one."""


def harvest(facts: list[Fact], told: Told | None = None) -> Harvest:
    """Correlate a window as far as that is possible without the others. told: what is told of it already."""
    workset = Workset()
    keys = workset.add(facts)
    workset.refused.leave(_is_by_proxy)
    rows, _ = workset.refused.flush(_as_it_is)
    book = Book()
    if told is not None:
        book = told.book
    plain = workset.plain()
    rows.extend([journey.row for journey in plain])
    note(plain, book)
    left: set[str] = set()
    for component, members in workset.components():
        made = component_rows(component, {})
        if is_whole(component):
            rows.extend(made)
            workset.note(members, book)
        else:
            left.update([bucket.key for bucket in members])
    remaining: list[Fact] = []
    for fact, key in zip(facts, keys, strict=True):
        if key in left or (key[:2] in _SEEN_AGAIN and _is_seen_again(fact, key)):
            remaining.append(fact)
    workset.clear()
    return Harvest(keys, rows, book, remaining)


def _is_by_proxy(fact: Fact) -> bool:
    """A before-queue proxy's refusal: it does not name its client, whom the window before may know."""
    return fact.kind == "reject" and not fact.key and fact.fields.get("by") == "proxy"


def _is_seen_again(fact: Fact, key: str) -> bool:
    return _is_by_proxy(fact) or (not key and fact.kind == "queue_action")


def _as_it_is(fact: Fact) -> Fact:
    return fact


def is_whole(component: Component) -> bool:
    """Whether nothing suggests that the component goes on outside the window."""
    if component.proxies or component.filters or not component.legs:
        return False
    if not all(_is_closed(facts) for facts in component.sessions.values()):
        return False
    reported = {notice.fields.get("child_id") for leg in component.legs for notice in leg.notices}
    return all(_is_whole(component, leg, reported) for leg in component.legs)


def _is_closed(facts: list[Fact]) -> bool:
    """Whether beginning and end of a client's session are among its records."""
    return {"connect", "disconnect"} <= {fact.kind for fact in facts}


def _is_whole(component: Component, leg: Leg, reported: set[str | None]) -> bool:
    if any(is_unnamed(fact) for recipient in leg.recipients.values() for fact in recipient.attempts):
        return False  # its other side may be in another window
    if not leg.removed and (leg.queued or not leg.rejects):
        return False
    if leg.actions and any(fact.fields.get("action") == "delete" for fact in leg.actions):
        return False  # an order that another window has may count it (see `sweeps`)
    arrival = leg.arrival
    if arrival is None:
        # Only bounces and local forwards are born without an arrival; any other has lost its beginning.
        return bool(leg.message_id) and (leg.key in reported or leg.inbound is not None)
    if "session" in arrival and arrival["session"] not in component.sessions:
        return False
    for name in ("orig_queue_id", "requeued_from", "parent_id"):
        if arrival.get(name) and arrival[name] not in component.legs_of:
            return False
    return not (leg.message_id and leg.inbound is None and may_continue(leg))

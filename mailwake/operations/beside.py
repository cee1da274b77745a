"""What the store has that belongs to new facts by process and time alone, and by no key that they speak of.

Asked only where new facts lie close to what the store has: a log read on from where it was left, or a second route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailwake.events.fact import Fact
from mailwake.store import facts as stored_facts
from mailwake.store.database import Database
from mailwake.store.facts import Stored
from mailwake.trace.doors import LONGEST, SESSION, Process, process_of
from mailwake.trace.keys import session_key
from mailwake.trace.twins import route
from mailwake.trace.unnamed import NEAR, is_unnamed
from mailwake.trace.workset import Workset, is_named

Revive = Callable[[Stored], Fact]
"""Reads a stored record again."""


def beside(workset: Workset, database: Database, revive: Revive, facts: list[Fact]) -> set[str]:
    """Keys of stored journeys to be looked at again with these facts, which are in the workset already.

    Stored refusals are shown to the new ones, which may be their twins.
    """
    times = [fact.ts for fact in facts if fact.ts]
    low, high = min(times, default=0) - LONGEST, max(times, default=0) + LONGEST
    if workset.refused:
        routes = {route(fact) for fact in workset.refused.facts()}
        for stored in stored_facts.refusals(database, low, high, routes if len(routes) == 1 else ()):
            workset.refused.show(stored.key, revive(stored))
    again = {stored.key for stored in stored_facts.between(database, "check", low, high, alone=True)}
    doors = {process_of(fact) for fact in facts if fact.kind == "proxy_client"}
    again.update(stored.key for stored in stored_facts.between(database, "proxy_client", low, high, alone=True))
    if doors:
        again |= _through(doors, workset, database, revive, low, high)
    passed = {str(fact.fields["next_id"]) for fact in facts if fact.kind == "proxy_accept" and "next_id" in fact.fields}
    if passed:
        again |= _decided(passed, database, low, high)
    again |= _other_sides(facts, workset, database, revive)
    return again


def _other_sides(facts: list[Fact], workset: Workset, database: Database, revive: Revive) -> set[str]:
    """Deliveries and sessions of a mailbox server that belong together by user and time (see `trace.unnamed`)."""
    found: set[str] = set()
    given = [fact.ts for fact in facts if is_unnamed(fact)]
    if given:
        for stored in stored_facts.between(database, "mailbox", min(given) - NEAR, max(given) + NEAR):
            if stored.key.startswith("t:"):
                found.add(stored.key)
    told = [fact.ts for fact in facts if fact.kind == "mailbox" and fact.key]
    if told and any(
        workset.is_unclaimed(session_key(fact.key)) for fact in facts if fact.kind == "mailbox" and fact.key
    ):
        for stored in stored_facts.between(database, "deliver", min(told) - NEAR, max(told) + NEAR):
            if " mda " in stored.raw and is_unnamed(revive(stored)):
                found.add(stored.key)
    return found


def _decided(passed: set[str], database: Database, low: int, high: int) -> set[str]:
    """What filters before the queue said of messages that they handed on under these queue IDs: it is filed under ids
    of their own."""
    found: set[str] = set()
    for stored in stored_facts.between(database, "verdict", low, high):
        if stored.key.startswith("f:") and any(queue_id in stored.raw for queue_id in passed):
            found.add(stored.key)
    return found


def _through(
    doors: set[Process], workset: Workset, database: Database, revive: Revive, low: int, high: int
) -> set[str]:
    """What filters before the queue decided in sessions whose client is known only now."""
    again: set[str] = set()
    for stored in stored_facts.between(database, "proxy_accept", low, high):
        if (stored.host, stored.program, stored.pid) in doors:
            again.add(stored.key)
    for stored in stored_facts.between(database, "reject", low, high, alone=True):
        if "proxy-reject" not in stored.raw or (stored.host, stored.program, stored.pid) not in doors:
            continue
        fact = revive(stored)
        if is_named(fact):
            again.add(stored.key)
        else:
            workset.add([fact])
    return again


def behind(gates: Iterable[Fact], database: Database) -> set[str]:
    """Keys of stored messages that these rules may have acted on."""
    return {
        stored.key
        for gate in gates
        for stored in stored_facts.by_process(database, *process_of(gate), gate.ts, gate.ts + SESSION)
        if stored.kind == "arrive"
    }

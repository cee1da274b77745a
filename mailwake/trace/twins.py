"""Twins: one record that came by two routes of the log, and so has two stamps.

journald and a file written by rsyslog, a relay and the local file: the same words of the same process, stamped apart by
the resolution of the stamp or by the way they went. Both records are kept, as what the log holds. Correlation counts
one of them; which one depends on the records alone, so neither order nor repetition of reading matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mailwake.events.fact import Fact

SECOND = 1_000_000
APART = 500_000
"""How far (µs) the stamps of twins may lie apart. A process says the very same twice within so short a time only of
refusals; and an ID that is used again comes after a whole second or more, as it is made of the microseconds."""


def route(fact: Fact) -> str:
    """Which shape the envelope of a record has: the better ones, with the finer stamp, come first in order.

    `1` with parts of a second, `2` JSON or export of journald (stamped on arrival there), `3` whole seconds.
    """
    raw = fact.raw
    if raw[:1] == "{" or raw[:2] == "__":
        return "2"
    return "1" if fact.ts % SECOND or (raw[4:5] == "-" and raw[19:20] == ".") else "3"


def gap(one: Fact, other: Fact) -> int:
    """How far (µs) two records lie apart at least: one without parts of a second may be of any part of it."""
    early, late = (one, other) if one.ts <= other.ts else (other, one)
    last = early.ts if early.ts % SECOND else early.ts + SECOND - 1
    return max(late.ts - last, 0)


def said(fact: Fact) -> tuple[Any, ...]:
    """What a record says, and who: equal for twins. One route may have the host's full name, one no daemon's."""
    fields = fact.fields
    return fact.host.partition(".")[0], fact.pid, fact.kind, repr([(name, fields[name]) for name in sorted(fields)])


def without_doubles(facts: list[Fact]) -> list[Fact]:
    """Facts of one queue ID, in order of time, with one of each set of twins.

    Of a queue ID nothing is said twice so soon: within one route the earlier one counts.
    """
    return _kept(facts, same_route=True)


def lesser(refusals: Iterable[Fact]) -> list[Fact]:
    """Of refusals without a queue ID, in any order, those that stand there again by a better route.

    A client that tries again at once is refused in the same words: within one route all of them count. But Exim tells
    syslog of each refusal twice, for its main log and for its reject log (option syslog_duplication).
    """
    facts = list(refusals)
    if len(facts) < 2:
        return []
    dropped: set[int] = set()
    if len({route(fact) for fact in facts}) > 1:
        dropped = _without(facts, _kept(facts, same_route=False))
    by_exim = [fact for fact in facts if fact.pid and fact.fields.get("by") == "acl"]
    if len(by_exim) > 1:
        dropped |= _without(by_exim, _kept(by_exim, same_route=True))
    return [fact for fact in facts if id(fact) in dropped]


def _without(facts: list[Fact], kept: list[Fact]) -> set[int]:
    return set(map(id, facts)) - set(map(id, kept))


def _kept(facts: list[Fact], *, same_route: bool) -> list[Fact]:
    groups: dict[tuple[Any, ...], list[Fact]] = {}
    for fact in facts:
        groups.setdefault(said(fact), []).append(fact)
    dropped: set[int] = set()
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=lambda fact: (fact.ts, fact.raw))
            dropped.update(map(id, _dropped(group, same_route)))
    return [fact for fact in facts if id(fact) not in dropped] if dropped else facts


def _dropped(group: list[Fact], same_route: bool) -> list[Fact]:
    """Those of one group, in order of time, that are the lesser twin of another."""
    found = []
    for place, fact in enumerate(group):
        own = route(fact)
        better = [
            other
            for other, earlier in _near(group, place)
            if route(other) < own or (same_route and route(other) == own and earlier and own != "3")
        ]
        if better and not _is_other(group, fact, better):
            found.append(fact)
    return found


def _near(group: list[Fact], place: int) -> list[tuple[Fact, bool]]:
    """Facts close to the one at this place, and whether they come before it."""
    fact = group[place]
    found: list[tuple[Fact, bool]] = []
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(group) and abs(group[at].ts - fact.ts) <= SECOND + APART:
            if gap(group[at], fact) <= APART:
                found.append((group[at], step < 0))
            at += step
    return found


def _is_other(group: list[Fact], fact: Fact, better: list[Fact]) -> bool:
    """Whether a record without parts of a second has no twin among these: each of them is that of another second."""
    if fact.ts % SECOND:
        return False
    whole = {one.ts for one in group if not one.ts % SECOND}
    own = fact.ts
    return not any(one.ts - one.ts % SECOND == own or one.ts - one.ts % SECOND not in whole for one in better)

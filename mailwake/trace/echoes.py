"""Refusals that stand in two logs of ours: of the server that refused, and of the one that was refused.

The delivery that met with it tells it, with all that came before and after; the other server's record is no message
of its own then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mailwake.events.fact import Fact
from mailwake.trace.answers import answer
from mailwake.trace.component import Component
from mailwake.trace.keys import (
    loop_key,
    met_at,
    met_loop,
    met_names,
    met_stage,
    met_with,
    refused_names,
    words_met,
)
from mailwake.trace.model import Leg
from mailwake.trace.origins import may_be_known
from mailwake.trace.sessions import told_refusals
from mailwake.trace.tries import tries
from mailwake.trace.twins import SECOND, lesser, without_doubles

_CLOSE = 600_000_000
"""How far (µs) the clocks of two hosts may be apart."""
_Session = tuple[int | str, ...]
"""In which second, on which host, by which process, of which message, with which server; and for whom, where each
recipient is answered."""


def is_refused(leg: Leg) -> bool:
    """Whether nothing came of a leg but refusals."""
    return not (leg.queued or leg.recipients or leg.removed) and bool(leg.rejects)


def is_echo(component: Component, leg: Leg) -> bool:
    """Whether a leg is but the refusal, after the data, of what another host of ours handed over and tells of.

    They have the Message-ID in common, or the moment at which a loop ended.
    """
    if not is_refused(leg) or not may_be_known(leg):
        return False
    words = {text for fact in leg.rejects if (text := str(fact.fields.get("text", "")))}
    loops = {loop_key(fact) for fact in leg.rejects} - {""}
    for other in component.legs:
        if other is leg:
            continue
        for recipient in other.recipients.values():
            for fact in recipient.attempts:
                if abs(fact.ts - leg.first) > _CLOSE:
                    continue
                if not loops.isdisjoint(met_loop(fact)):
                    return True
                if leg.bare_id and leg.bare_id == other.bare_id and (words_met(fact) in words or _at_once(leg, fact)):
                    return True
    return False


def _at_once(leg: Leg, fact: Fact) -> bool:
    """Whether a delivery was refused its content just when Exim, which may log other words than it says, did so."""
    return met_stage(fact) == "END-OF-MESSAGE" and any(
        refusal.fields.get("by") == "acl" and abs(refusal.ts // SECOND - fact.ts // SECOND) <= 1
        for refusal in leg.rejects
    )


def is_told_before(fact: Fact, way: Iterable[Leg]) -> bool:
    """Whether a leg on the way to the server that refused a recipient tells of this very refusal: it handed over that
    recipient beside others who were taken, so that the refusal stands under the queue ID of theirs."""
    name, words = str(fact.fields.get("recipient", "")).lower(), fact.fields.get("text", "")
    for leg in way:
        for recipient in leg.recipients.values():
            for attempt in recipient.attempts if recipient.low == name else ():
                said = answer(attempt)
                if said is not None and said.words == words and abs(attempt.ts - fact.ts) <= _CLOSE:
                    return True
    return False


def unmet(component: Component) -> dict[str, list[Fact]]:
    """By their keys, in order, the refusals that no delivery of ours met with.

    Each delivery met with one; the pairs that are nearest to each other in time come first.
    """
    if not component.echoes:
        return {}
    met: dict[str, list[int]] = {key: [] for key in sorted(component.echoes)}
    for leg in component.legs:
        for recipient in leg.recipients.values():
            for fact in recipient.attempts:
                for key in (met_with(fact), *met_at(fact)):
                    if key in met:
                        met[key].append(fact.ts)
    return {key: _unmet(component, key, times) for key, times in met.items()}


def unmet_tries(component: Component) -> dict[str, list[list[Fact]]]:
    """By their keys, the tries before there was a recipient that no delivery of ours met with: each session of a
    delivery met with one, whomever it was for."""
    found = {key: tries(component.tries[key]) for key in sorted(component.tries)}
    if not any(refused_names(one[-1]) for tried in found.values() for one in tried):
        return found
    wanted = [
        _Refusal(one[-1].ts, one[-1].fields.get("sender"), refused_names(one[-1]), id(one))
        for tried in found.values()
        for one in tried
    ]
    met = _pairs(wanted, _meetings(component))
    left = {key: [one for one in tried if id(one) not in met] for key, tried in found.items()}
    return {key: tried for key, tried in left.items() if tried}


class _Meeting(NamedTuple):
    """What one session of a delivery was refused, or what it was refused for one recipient."""

    ts: int
    sender: str | None
    names: set[str]


class _Refusal(NamedTuple):
    """A refusal that may stand in another log of ours, too."""

    ts: int
    sender: str | None
    names: list[str]
    owner: int
    """What tells it from others."""


def met_elsewhere(component: Component) -> tuple[set[int], set[int]]:
    """What deliveries of ours met with, and therefore tell, by object identity: legs that are nothing but refusals, and
    refusals in sessions that have an id."""
    legs = {id(leg): without_doubles(leg.rejects) for leg in component.legs if is_refused(leg)}
    wanted = [
        _Refusal(fact.ts, leg.sender, refused_names(fact), id(fact))
        for leg in component.legs
        for fact in legs.get(id(leg), ())
    ]
    of_sessions = [
        _Refusal(told.ts, told.fields.get("sender"), refused_names(told), id(fact))
        for facts in component.sessions.values()
        for fact, told in told_refusals(facts)
    ]
    if not any(one.names for one in wanted + of_sessions):
        return set(), set()
    met = _pairs(wanted + of_sessions, _meetings(component))
    return {place for place, rejects in legs.items() if all(id(fact) in met for fact in rejects)}, met


def _meetings(component: Component) -> list[_Meeting]:
    """In order of time."""
    found: dict[_Session, _Meeting] = {}
    for leg in component.legs:
        for fact in leg.facts:
            if fact.kind not in ("deliver", "note"):
                continue
            stage, names, place = met_stage(fact), set(met_names(fact)), _session(leg, fact)
            if stage in ("RCPT", ""):
                place = (*place, str(fact.fields.get("recipient", "")).lower(), fact.ts)
            if place in found:
                found[place].names.update(names)
            elif names:
                found[place] = _Meeting(fact.ts, leg.sender, names)
    return sorted(found.values(), key=lambda one: (one.ts, sorted(one.names)))


def _pairs(wanted: list[_Refusal], meetings: list[_Meeting]) -> set[int]:
    """The owners of refusals that were met with: each meeting takes one away, the surest and nearest pairs first."""
    by_name: dict[str, list[int]] = {}
    for number, meeting in enumerate(meetings):
        for name in meeting.names:
            by_name.setdefault(name, []).append(number)
    pairs = sorted(
        (rank, abs(refusal.ts - meetings[number].ts), place, number)
        for place, refusal in enumerate(wanted)
        for rank, name in enumerate(refusal.names)
        for number in by_name.get(name, ())
        if abs(refusal.ts - meetings[number].ts) <= _CLOSE and _one_sender(refusal.sender, meetings[number].sender)
    )
    met: set[int] = set()
    taken: set[int] = set()
    for *_, place, number in pairs:
        if number not in taken and wanted[place].owner not in met:
            taken.add(number)
            met.add(wanted[place].owner)
    return met


def _one_sender(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.lower() == other.lower()


def _session(leg: Leg, fact: Fact) -> _Session:
    """The session in which a delivery was refused; Exim's log may not tell processes apart."""
    return fact.ts // SECOND, fact.host, str(fact.pid), leg.key, fact.fields.get("relay_ip", "")


def _unmet(component: Component, key: str, met: list[int]) -> list[Fact]:
    double = set(map(id, lesser(component.echoes[key])))
    facts = [fact for fact in component.echoes[key] if id(fact) not in double]
    facts.sort(key=lambda fact: (fact.ts, fact.host, fact.raw))
    pairs = sorted(
        (abs(fact.ts - when), number, place)
        for number, fact in enumerate(facts)
        for place, when in enumerate(sorted(met))
        if abs(fact.ts - when) <= _CLOSE
    )
    left, free = dict(enumerate(facts)), set(range(len(met)))
    moments: set[tuple[int, str, str]] = set()
    for _, number, place in pairs:
        if number in left and place in free:
            moments.add(_moment(left.pop(number)))
            free.discard(place)
    return [fact for fact in left.values() if fact.ts % SECOND or _moment(fact) not in moments]


def _moment(fact: Fact) -> tuple[int, str, str]:
    """When and of whom: deliveries that are logged in the same words within one second are one record, while each of
    their refusals may be of another process."""
    return fact.ts, fact.host, fact.fields.get("client_ip", "")

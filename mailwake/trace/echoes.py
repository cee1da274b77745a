"""Refusals that stand in two logs of ours: of the server that refused, and of the one that was refused.

The delivery that met with it tells it, with all that came before and after; the other server's record is no message
of its own then.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import Fact
from mailwake.trace.answers import answer
from mailwake.trace.component import Component
from mailwake.trace.keys import early_name, loop_key, met_at, met_early, met_loop, met_with, words_met
from mailwake.trace.model import Leg
from mailwake.trace.origins import may_continue
from mailwake.trace.tries import tries
from mailwake.trace.twins import SECOND, lesser

_CLOSE = 600_000_000
"""How far (µs) the clocks of two hosts may be apart."""
_Session = tuple[int, str, str, str]
"""When, on which host, by which process or of which message, with which server."""


def is_echo(component: Component, leg: Leg) -> bool:
    """Whether a leg is but the refusal, after the data, of what another host of ours handed over and tells of.

    They have the Message-ID in common, or the moment at which a loop ended.
    """
    if leg.queued or leg.recipients or leg.removed or not leg.rejects or not may_continue(leg):
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
                if leg.bare_id and leg.bare_id == other.bare_id and words_met(fact) in words:
                    return True
    return False


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
    names = {early_name(fact) for tried in found.values() for one in tried for fact in one} - {""}
    if not names:
        return found
    sessions: dict[_Session, set[str]] = {}
    for leg in component.legs:
        for fact in leg.facts:
            if fact.kind in ("deliver", "note") and (met := names.intersection(met_early(fact))):
                sessions.setdefault(_session(leg, fact), set()).update(met)
    free = sorted(sessions)
    left: dict[str, list[list[Fact]]] = {}
    for key, tried in found.items():
        for one in tried:
            name = early_name(one[-1])
            met_by = next((place for place in free if name in sessions[place]), None)
            if met_by is None:
                left.setdefault(key, []).append(one)
            else:
                free.remove(met_by)
    return left


def _session(leg: Leg, fact: Fact) -> _Session:
    """The session in which a delivery was refused; Exim's log may not tell processes apart."""
    return fact.ts, fact.host, str(fact.pid or leg.key), fact.fields.get("relay_ip", "")


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

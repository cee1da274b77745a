"""Sessions that have an id of their own: who the client of a message was, where only the session's records say so.

Some servers name the client once, when it connects, and give the session an id that the records of its messages repeat
(OpenSMTPD, Haraka, Stalwart). Such records are filed under the session, and so are refusals that got no queue ID; what
they say of the client is lent to the messages and refusals of the session.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from mailwake.events.fact import Fact, Fields
from mailwake.store.rows import Row
from mailwake.trace.keys import client_key, refusal_key, refused_names
from mailwake.trace.model import Leg
from mailwake.trace.refusals import refusal_row, trace_id

_LENT = ("client_name", "client_ip", "client_port", "helo", "local", "protocol")
_LOGIN = {"user": "sasl_username", "username": "sasl_username", "method": "sasl_method"}


def lend(legs: list[Leg], sessions: dict[str, list[Fact]]) -> None:
    """Let the arrivals of these legs name the clients of their sessions."""
    clients: dict[str, _Clients] = {}
    for leg in legs:
        session = leg.arrival.get("session") if leg.arrival is not None else None
        if session and session in sessions:
            when, own = _arrival(leg)
            leg.arrival = {**_of(session, sessions, clients).at(when), **own}
        if any(fact.fields.get("session") in sessions for fact in leg.rejects):
            _lend_refusals(leg, sessions, clients)


def _of(session: str, sessions: dict[str, list[Fact]], clients: dict[str, _Clients]) -> _Clients:
    """The clients of a session; clients: those that were asked for before."""
    known = clients.get(session)
    if known is None:
        known = clients[session] = _Clients(sessions[session])
    return known


def _lend_refusals(leg: Leg, sessions: dict[str, list[Fact]], clients: dict[str, _Clients]) -> None:
    """Let the refusals of a leg name the client, too: there may have been no arrival."""
    met: dict[int, Fact] = {}
    for fact in leg.rejects:
        session = fact.fields.get("session", "")
        if session in sessions:
            client = _of(session, sessions, clients).at(fact.ts)
            met[id(fact)] = fact._replace(fields={**client, **fact.fields})
    leg.rejects = [met.get(id(fact), fact) for fact in leg.rejects]
    leg.facts = [met.get(id(fact), fact) for fact in leg.facts]


def _arrival(leg: Leg) -> tuple[int, Fields]:
    """Time and fields of the record of a leg's arrival; of its own, for what was lent before may have changed."""
    fact = next(fact for fact in leg.facts if fact.kind == "arrive")
    return fact.ts, fact.fields


class _Clients:
    """What the records of a session say of its client, as known at any time: one may have thousands of refusals."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        ordered = sorted(facts, key=_order)
        self._times = [fact.ts for fact in ordered]
        self._before: list[Fields] = [{}]
        """By the number of records before a time: what they say."""
        for fact in ordered:
            self._before.append(_learnt(self._before[-1], fact))
        self._later: list[Fields] = [{}]
        """By the same number: what is told only when the client leaves."""
        for fact in reversed(ordered):
            self._later.append({**self._later[-1], **_parting(fact)} if fact.kind == "disconnect" else self._later[-1])
        self._later.reverse()

    def at(self, when: int) -> Fields:
        """At a time (µs)."""
        number = bisect_right(self._times, when)
        return {**self._later[number], **self._before[number]}


def _learnt(found: Fields, fact: Fact) -> Fields:
    """What is known with one record more."""
    fields = fact.fields
    if fact.kind == "disconnect":
        return {**_parting(fact), **found}
    if fact.kind == "login" and fields.get("success", True):
        return {**found, **{_LOGIN[name]: fields[name] for name in _LOGIN if fields.get(name)}}
    if fact.kind == "tls":
        return {**found, "tls": " ".join(str(fields[name]) for name in ("version", "cipher") if fields.get(name))}
    if fact.kind == "envelope":
        return {**found, **{name: fields[name] for name in _LENT if name in fields}}
    if fact.kind == "connect":  # an id that was used before, by another client
        return {name: fields[name] for name in _LENT if name in fields}
    return found


def _parting(fact: Fact) -> Fields:
    """What some know of the client only when it leaves."""
    return {name: fact.fields[name] for name in ("client_name", "helo") if fact.fields.get(name)}


def _order(fact: Fact) -> tuple[int, bool, str]:
    return fact.ts, fact.kind != "connect", fact.raw


def refused(key: str, facts: list[Fact], legs: list[Leg]) -> list[Row]:
    """Rows of the refusals among the records of a session, which is filed under key; legs: messages, its own too."""
    rows = [
        refusal_row(fact, refusal_key(fact))._replace(keys=tuple(sorted({key, *refused_names(fact)})))
        for fact in refusals(facts)
    ]
    if all(row.sender is not None or row.recipient is None for row in rows):
        return rows
    sender = _only_sender(key, legs)
    return [row._replace(sender=sender) if row.sender is None and row.recipient else row for row in rows]


def _only_sender(key: str, legs: list[Leg]) -> str | None:
    """The sender of the messages that came by a session, which its refused recipients had too; None if they differ."""
    found = {
        leg.sender
        for leg in legs
        if leg.arrival is not None and leg.sender is not None and client_key(leg.arrival.get("session", "")) == key
    }
    return found.pop() if len(found) == 1 else None


def refusals(facts: list[Fact]) -> list[Fact]:
    """The refusals among the records of a session, each with the client it met."""
    return [told for _, told in told_refusals(facts)]


def told_refusals(facts: list[Fact]) -> list[tuple[Fact, Fact]]:
    """The same, each with the record as it is before it."""
    refused = [fact for fact in facts if fact.kind in ("reject", "check")]
    clients = _Clients(facts) if refused else None
    return [(fact, fact._replace(fields={**clients.at(fact.ts), **fact.fields})) for fact in refused] if clients else []


def refusal_id(fact: Fact) -> str:
    """The trace_id of a refusal in a session."""
    return trace_id(fact.host, refusal_key(fact), fact.ts)

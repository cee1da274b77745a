"""Refusals at DATA, and whom they were for: the refusal names nobody, the record of the transaction's end does.

Exim logs `rejected DATA` without the envelope. The client then ends the transaction, or the connection, and with
log_selector `smtp_incomplete_transaction` Exim tells sender and recipients (smtp_in.c incomplete_transaction_log()).
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import Fact
from mailwake.trace.doors import SESSION

_AT_ONCE = 10_000_000
"""So close (µs) are refusal and end where neither process nor port tell sessions apart."""
_Session = tuple[str, str, str, int, str, int]


def refused_at_data(facts: Iterable[Fact]) -> list[list[Fact]]:
    """A try for each message that was refused at DATA, of these records of one process: its refusals in order, with
    sender and recipients where they are known."""
    sessions: dict[_Session, list[Fact]] = {}
    for fact in sorted(facts, key=_order):
        sessions.setdefault(_session(fact), []).append(fact)
    return [one for session in sorted(sessions) for one in _of_session(sessions[session])]


def _order(fact: Fact) -> tuple[int, bool, str]:
    return fact.ts, fact.kind == "abandoned", fact.raw


def _session(fact: Fact) -> _Session:
    fields = fact.fields
    client = str(fields.get("client_ip", "")), int(fields.get("client_port", 0))
    return fact.host, fact.program, str(fields.get("helo", "")).lower(), fact.pid, *client


def _of_session(facts: list[Fact]) -> list[list[Fact]]:
    found: list[list[Fact]] = []
    waiting: list[Fact] = []
    last: list[Fact] = []
    for fact in facts:
        if fact.kind != "abandoned":
            waiting.append(fact)
            continue
        span = SESSION if fact.pid or fact.fields.get("client_port") else _AT_ONCE
        near = [one for one in waiting if fact.ts - one.ts <= span]
        found += [[one] for one in waiting if fact.ts - one.ts > span]
        if near:
            found.append([*near[:-1], _named(near[-1], fact)])
            last = near
        elif last and last[-1].ts == fact.ts:  # refused in the same words under the same stamp: one record
            found.append([_named(last[-1]._replace(raw=fact.raw), fact)])
        waiting = []
    return found + [[one] for one in waiting]


def _named(refusal: Fact, end: Fact) -> Fact:
    """A refusal with the envelope of the transaction that it ended."""
    told = {name: end.fields[name] for name in ("sender", "recipients")}
    return refusal._replace(fields={**refusal.fields, **told})

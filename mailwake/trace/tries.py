"""Refusals before there was a recipient, one command after the other: together they are one try.

A server that cannot take mail now, as its milter is down, refuses the connection, the greeting and then the sender, and
logs each (Postfix smtpd.c check_milter_reply(), which lets the client go on to MAIL). It was one message that the
client came with. All refusals of one process and client are filed under one key; the order of the commands tells the
tries apart: one that comes again, or comes too early, begins another.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.doors import SESSION
from mailwake.trace.keys import refusal_key
from mailwake.trace.refusals import refusal_row
from mailwake.trace.twins import lesser

_RANK = {"CONNECT": 0, "EHLO": 1, "HELO": 2, "MAIL": 3}
"""The order of commands. A client whose EHLO is refused says HELO (RFC 5321 section 3.2)."""
_AT_ONCE = 10_000_000
"""So close (µs) together are refusals of one session where neither process nor port tell sessions apart."""


def tries(facts: Iterable[Fact]) -> list[list[Fact]]:
    """The tries that these refusals of one process and client are of: the refusals of each in order."""
    facts = list(facts)
    double = set(map(id, lesser(facts)))
    found: list[list[Fact]] = []
    open_now: list[list[Fact]] = []
    for fact in sorted((fact for fact in facts if id(fact) not in double), key=_order):
        span = SESSION if fact.pid or fact.fields.get("client_port") else _AT_ONCE
        open_now = [one for one in open_now if fact.ts - one[-1].ts <= span]
        before = _before(open_now, fact)
        if before is None:
            before = []
            found.append(before)
        else:
            open_now.remove(before)
        before.append(fact)
        open_now.append(before)
    return found


def try_row(refusals: list[Fact]) -> Row:
    """The row of a try: of its last refusal, which knows most."""
    last = refusals[-1]
    return refusal_row(last, refusal_key(last))


def _order(fact: Fact) -> tuple[int, int, str]:
    return fact.ts, _rank(fact), fact.raw


def _rank(fact: Fact) -> int:
    return _RANK[fact.fields["stage"]]


def _before(tried: list[list[Fact]], fact: Fact) -> list[Fact] | None:
    """The latest try that can go on with a refusal: of several of one second the first."""
    latest: list[Fact] | None = None
    for one in tried:
        if _goes_on(one[-1], fact) and (latest is None or one[-1].ts > latest[-1].ts):
            latest = one
    return latest


def _goes_on(last: Fact, fact: Fact) -> bool:
    if last.fields["stage"] == "MAIL":
        return False  # the client may name another sender
    names = {str(one.fields["helo"]).lower() for one in (last, fact) if one.fields.get("helo")}
    if len(names) > 1:
        return False  # two clients behind one address
    if _rank(fact) > _rank(last):
        return True
    # A milter's refusal leaves the client free to begin TLS, and to greet again.
    return fact.fields["stage"] == last.fields["stage"] == "EHLO" and fact.fields.get("by") == "milter"

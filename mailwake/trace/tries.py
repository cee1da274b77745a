"""Refusals before there was a recipient, one command after the other: together they are one try.

A server that cannot take mail now, as its milter is down, refuses the connection, the greeting and then the sender, and
logs each (Postfix smtpd.c check_milter_reply(), which lets the client go on to MAIL). It was one message that the
client came with. All refusals of one process are filed under one key; client and order of commands tell the tries
apart: a command that comes again, or comes too early, begins another. By XCLIENT (Postfix XCLIENT_README) a proxy says
for whom it came: what it was refused before belongs to that client's try.

A refusal at DATA is a try of its own. Whom it was for stands in the record of the transaction's end: see `abandoned`.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.abandoned import refused_at_data
from mailwake.trace.doors import SESSION
from mailwake.trace.keys import refusal_key
from mailwake.trace.refusals import refusal_row
from mailwake.trace.twins import lesser

_RANK = {"CONNECT": 0, "EHLO": 1, "HELO": 2, "MAIL": 3, "XCLIENT": 4}
"""The order of commands. A client whose EHLO is refused says HELO (RFC 5321 section 3.2)."""
_BEHIND = 10
"""Added to the rank of what a client was refused for whom a proxy came."""
_AT_ONCE = 10_000_000
"""So close (µs) together are refusals of one session where neither process nor port tell sessions apart."""
_Client = tuple[str, int]


def tries(facts: Iterable[Fact]) -> list[list[Fact]]:
    """The tries that these refusals of one process are of: the refusals of each in order."""
    facts = list(facts)
    double = set(map(id, lesser(facts)))
    late = [fact for fact in facts if fact.kind == "abandoned" or fact.fields["stage"] not in _RANK]
    if late:
        facts = [fact for fact in facts if fact.kind != "abandoned" and fact.fields["stage"] in _RANK]
    behind = {_client(fact) for fact in facts if fact.fields["stage"] == "XCLIENT"}
    found: list[list[Fact]] = []
    open_now: list[list[Fact]] = []
    kept = [(fact.ts, _rank(fact, behind), fact.raw, fact) for fact in facts if id(fact) not in double]
    for _, rank, _, fact in sorted(kept, key=lambda one: one[:3]):
        span = SESSION if fact.pid or fact.fields.get("client_port") else _AT_ONCE
        open_now = [one for one in open_now if fact.ts - one[-1].ts <= span]
        fitting = [one for one in open_now if _goes_on(one[-1], _rank(one[-1], behind), fact, rank)]
        before = _latest(fitting)
        if before is None:
            before = []
            found.append(before)
        else:
            open_now.remove(before)
        before.append(fact)
        open_now.append(before)
    return found + refused_at_data([fact for fact in late if id(fact) not in double]) if late else found


def try_rows(refusals: list[Fact]) -> list[Row]:
    """The rows of a try, one for each recipient that is known: of its last refusal, which knows most."""
    last = refusals[-1]
    row, recipients = refusal_row(last, refusal_key(last)), last.fields.get("recipients") or ()
    if len(recipients) < 2:
        return [row]
    named = enumerate(dict.fromkeys(recipients))
    return [row._replace(leaf=leaf, recipient=name, original_recipient=name) for leaf, name in named]


def _client(fact: Fact) -> _Client:
    return str(fact.fields.get("client_ip", "")), int(fact.fields.get("client_port", 0))


def _rank(fact: Fact, behind: set[_Client]) -> int:
    rank = _RANK[fact.fields["stage"]]
    return rank + _BEHIND if rank < _RANK["XCLIENT"] and _client(fact) in behind else rank


def _latest(tried: list[list[Fact]]) -> list[Fact] | None:
    """The latest of some tries: of several of one second the first."""
    return max(tried, key=lambda one: one[-1].ts, default=None)


def _goes_on(last: Fact, before: int, fact: Fact, rank: int) -> bool:
    """Whether a try that came to its last refusal can go on with another one; with the ranks of both."""
    if last.fields["stage"] == "MAIL":
        return False  # the client may name another sender
    if fact.fields["stage"] == "XCLIENT":
        return rank > before
    if _client(last) != _client(fact):
        return False
    names = {str(one.fields["helo"]).lower() for one in (last, fact) if one.fields.get("helo")}
    if len(names) > 1 and last.fields["stage"] != "XCLIENT":
        return False  # two clients behind one address
    # A milter's refusal leaves the client free to begin TLS, and to greet again.
    again = fact.fields["stage"] == last.fields["stage"] == "EHLO" and fact.fields.get("by") == "milter"
    return rank > before or again

"""Clients that came and brought no message, beside those that did: sessions told by themselves.

A trace shows messages, and refusals of messages. A client that left after a failed login, that broke off, that
postscreen(8) turned away, or an address verification probe (Postfix verify(8)) is none of these; it is told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mailwake.events.fact import Fact
from mailwake.trace.instances import build_legs
from mailwake.trace.model import Leg
from mailwake.trace.story_draft import Draft, step
from mailwake.trace.story_model import BAD, GOOD, PLAIN, Step, as_json
from mailwake.trace.story_rules import MAKERS, rejection
from mailwake.trace.story_session import session_draft

KINDS = frozenset(
    ["connect", "disconnect", "lost", "tls", "auth_failed", "postscreen", "reject", "arrive", "proxy_client", "login"]
)
"""Kinds that name the client of a session."""
_SILENCE = 600_000_000
"""What comes so long (µs) after the record before it is of another session of that process."""


@dataclass(frozen=True)
class Visit:
    """One session of a client, or one attempt at a message."""

    host: str
    program: str
    client_ip: str
    client_name: str
    first: int
    last: int
    """Times (µs UTC) of its first and last record."""
    headline: str
    """What came of it, in a sentence."""
    tone: str
    queue_ids: tuple[str, ...]
    """Under which messages were begun; not each of them was finished."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Visits:
    """The answer to what a client did, newest first."""

    asked: str
    headline: str
    visits: tuple[Visit, ...]
    more: bool
    """There are older ones."""
    zone: str

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values: see `Story.to_json`."""
        found: dict[str, Any] = as_json(self)
        return found


def visits(facts: Iterable[Fact]) -> list[Visit]:
    """Sessions of one client, newest first, from the records that name it."""
    processes: dict[tuple[str, str, int, int], list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.ts, fact.raw)):
        # postscreen serves many clients in one process, and tells the port of each
        port = fact.fields.get("client_port", 0) if "postscreen" in fact.program else 0
        processes.setdefault((fact.host, fact.program, fact.pid, port), []).append(fact)
    found = [_visit(part) for facts_of in processes.values() for part in _parts(facts_of)]
    return sorted(found, key=lambda visit: (-visit.first, visit.host, visit.program))


def unfinished(facts: Sequence[Fact], beside: Iterable[Fact]) -> list[Visit]:
    """Attempts under one queue ID of which no message came: a client that gave up, or a probe.

    facts: all that is filed under it; beside: what the process that took it logged without queue ID.
    """
    legs = build_legs(facts[0].key, list(facts)) if facts else []
    return [_attempt(leg, [fact for fact in beside if leg.first - _SILENCE <= fact.ts]) for leg in legs]


def _parts(facts: list[Fact]) -> Iterable[list[Fact]]:
    """One process's records of a client, cut where another session begins."""
    part: list[Fact] = []
    for fact in facts:
        begins = fact.kind == "connect" or str(fact.fields.get("test", "")).startswith("CONNECT")
        if part and (begins or part[-1].kind == "disconnect" or fact.ts - part[-1].ts > _SILENCE):
            yield part
            part = []
        part.append(fact)
    if part:
        yield part


def _visit(facts: list[Fact]) -> Visit:
    steps = _steps(_draft(fact) for fact in facts)
    queue_ids = tuple(dict.fromkeys(fact.key for fact in facts if fact.kind == "arrive"))
    headline, tone = _headline(facts, queue_ids)
    names = [str(fact.fields["client_name"]) for fact in facts if fact.fields.get("client_name")]
    first, last = facts[0], facts[-1]
    ip = str(first.fields.get("client_ip", ""))
    return Visit(
        first.host, first.program, ip, names[0] if names else "", first.ts, last.ts, headline, tone, queue_ids, steps
    )


def _headline(facts: list[Fact], queue_ids: tuple[str, ...]) -> tuple[str, str]:
    """What came of a session: the most telling first."""
    of_kind: dict[str, list[Fact]] = {}
    for fact in facts:
        of_kind.setdefault(fact.kind, []).append(fact)
    parts: list[str] = []
    tone = PLAIN
    if queue_ids:
        parts.append("handed in " + ", ".join(queue_ids))
        tone = GOOD
    if "login" in of_kind and any(fact.fields.get("success", True) for fact in of_kind["login"]):
        parts.append(f"logged in as {of_kind['login'][0].fields.get('user', '')}")
    for kind, words in (("auth_failed", "failed to log in"), ("reject", "was refused")):
        if kind in of_kind:
            count = len(of_kind[kind])
            parts.append(words if count == 1 else f"{words} {count} times")
            tone = tone if queue_ids else BAD
    parts += _screened(of_kind.get("postscreen", []))
    for lost in of_kind.get("lost", [])[:1]:
        after = f" after {lost.fields['stage']}" if lost.fields.get("stage") else ""
        parts.append(f"broke off{after}")
    if parts:
        return f"The client {', then '.join(parts)}.", tone
    return ("The client came and left without sending anything." if "disconnect" in of_kind else "It connected."), tone


def _screened(facts: list[Fact]) -> list[str]:
    """What postscreen's tests found, but for the plain coming and going."""
    tests = [str(fact.fields.get("test", "")) for fact in facts]
    told = [test for test in tests if not test.startswith(("CONNECT", "DISCONNECT"))]
    return [f"got {test} from postscreen" for test in dict.fromkeys(told)]


def _attempt(leg: Leg, beside: list[Fact]) -> Visit:
    """One life of a queue ID that became no message."""
    arrival = next((fact for fact in leg.facts if fact.kind == "arrive"), leg.facts[0])
    own = [fact for fact in beside if fact.fields.get("client_ip") == arrival.fields.get("client_ip")]
    # of the process's sessions the one that the attempt was made in
    session = next((part for part in _parts(own) if arrival.ts <= part[-1].ts), [])
    if leg.probe or leg.sender == "double-bounce" or str(leg.sender).startswith("double-bounce@"):
        ends = [fact for recipient in leg.recipients.values() for fact in recipient.attempts]
        answer = f"; the answer was {ends[-1].fields.get('status')}" if ends else ""
        who = ", ".join(recipient.address for recipient in leg.recipients.values()) or "an address"
        headline = f"Not a message: Postfix itself asked whether {who} can be delivered (verify(8)){answer}."
        session = []
    elif any(fact.kind == "lost" for fact in session):
        headline = "Not a message: the client broke off before it was complete."
    else:
        headline = "Only the beginning of a message is in the logs; it never came into the queue."
    facts = sorted({id(fact): fact for fact in (*session, *leg.facts)}.values(), key=lambda fact: fact.ts)
    name, ip = str(arrival.fields.get("client_name", "")), str(arrival.fields.get("client_ip", ""))
    steps = _steps(_draft(fact) for fact in facts if fact.kind in KINDS or fact.kind in ("deliver", "check", "note"))
    return Visit(leg.host, arrival.program, ip, name, facts[0].ts, facts[-1].ts, headline, PLAIN, (leg.key,), steps)


def _steps(drafts: Iterable[Draft]) -> tuple[Step, ...]:
    made: list[Step] = []
    begin = previous = None
    for draft in drafts:
        when = draft.fact.ts
        begin = when if begin is None else begin
        previous = begin if previous is None else previous
        made.append(step(draft, (when - begin) / 1e6, max(when - previous, 0) / 1e6))
        previous = when
    return tuple(made)


def _draft(fact: Fact) -> Draft:
    fields, kind = fact.fields, fact.kind
    if kind == "reject":
        return rejection(fact, "")
    if kind == "arrive":
        return Draft(fact, "Receive", f"It began to hand in a message: {fact.key}.", queue_id=fact.key)
    if kind == "login":
        who = str(fields.get("user", ""))
        done = fields.get("success", True)
        service = f" ({fields['service']})" if fields.get("service") else ""
        return Draft(fact, "Auth", f"It {'logged in' if done else 'failed to log in'} as {who}{service}.", PLAIN)
    if kind == "deliver":
        text = f"{fields.get('recipient', '')}: {fields.get('status', '')} ({fields.get('reply', '')})"
        return Draft(fact, "Probe", text, queue_id=fact.key)
    maker = MAKERS.get(kind)
    return maker(fact, fact.host) if maker is not None else session_draft(fact)

"""What the processes logged beside the message, without its queue ID: connections, TLS, logins, tests.

They are joined by host, program, process and time, so they are inferred: Postfix runs one session at a time in a
process (smtpd(8), smtp(8)), while postscreen(8) serves many at once and is joined by the client's address as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailwake.events.fact import Fact, Fields
from mailwake.events.told import tell
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, GOOD, PLAIN
from mailwake.trace.story_verdicts import verdict
from mailwake.trace.story_words import client, hop, tls_words

SESSION_SPAN = 600_000_000
"""How long before and after a record its session is looked for, µs."""
_KINDS = frozenset(
    {"connect", "disconnect", "lost", "tls", "auth_failed", "login", "postscreen", "proxy_client", "policy"}
)
_ASKED = 60_000_000
"""How long (µs) before a message a policy service is looked for where the client's coming is not in the log."""
_OUTGOING = frozenset({"tls", "connect_failed"})


def attach_outgoing(drafts: Sequence[Draft], sessions: Iterable[Fact]) -> None:
    """Put TLS and failed connections behind the delivery attempt of the same process that they led to."""
    beside = [fact for fact in sessions if fact.kind in _OUTGOING and fact.fields.get("direction") != "in"]
    taken: set[int] = set()
    for draft in sorted(drafts, key=lambda draft: draft.fact.ts):
        attempt = draft.fact
        if attempt.kind != "deliver":
            continue
        since = _span(attempt.fields)
        for fact in beside:
            near = _same(fact, attempt) and attempt.ts - since <= fact.ts <= attempt.ts
            session = attempt.fields.get("session")
            if session:
                near = near and fact.fields.get("session") == session
            if not near or (id(fact) in taken and fact.kind == "connect_failed"):
                continue
            if fact.kind == "tls":
                if session or fact.fields.get("relay_ip") == attempt.fields.get("relay_ip"):
                    draft.attach(fact, tell("encrypted: {tls}", tls=tls_words(fact.fields)))
            else:
                taken.add(id(fact))
                draft.attach(fact, f"{hop(fact.fields)}: {fact.fields.get('text', '')}")


def _span(fields: Fields) -> int:
    """How long before its record the attempt can have begun: connecting and sending, and two seconds of rounding."""
    parts = str(fields.get("delays", "")).split("/")
    try:
        return int((float(parts[2]) + float(parts[3]) + 2) * 1e6)
    except (IndexError, ValueError):
        return SESSION_SPAN // 2


def attach_incoming(
    arrival: Draft | None, sessions: Iterable[Fact], sender: str | None = None
) -> tuple[str, list[Draft]]:
    """The client's session around the arrival or refusal: TLS in words, and its records as drafts."""
    if arrival is None:
        return "", []
    facts = [fact for fact in sessions if fact.kind in _KINDS]
    around = _around(arrival.fact, [fact for fact in facts if fact.kind != "policy"])
    if asked := _asked(arrival.fact, facts, around, sender):
        around = sorted(around + asked, key=lambda fact: fact.ts)
    words = ""
    for fact in around:
        if fact.kind == "tls" and fact.ts <= arrival.fact.ts:
            words = tls_words(fact.fields)
            arrival.details.append(tell("encrypted: {words}", words=words))
            arrival.before.append(fact)
    return words, [session_draft(fact) for fact in around]


def _same(one: Fact, other: Fact) -> bool:
    return one.pid == other.pid and one.host == other.host and one.program == other.program


def _with_client(session: list[Fact]) -> list[Fact]:
    """Records of one session, of which only the first names the client."""
    known: Fields = next((fact.fields for fact in session if "client_ip" in fact.fields), {})
    lent: Fields = {name: known[name] for name in ("client_name", "client_ip") if name in known}
    return [fact if "client_ip" in fact.fields else fact._replace(fields={**lent, **fact.fields}) for fact in session]


def _around(arrival: Fact, facts: list[Fact]) -> list[Fact]:
    """From the last connect before the arrival to the first disconnect after it, in the same process."""
    session = arrival.fields.get("session")
    if session:
        return _with_client(sorted((fact for fact in facts if fact.key == session), key=lambda fact: fact.ts))
    own = sorted((fact for fact in facts if _same(fact, arrival) and not fact.key), key=lambda fact: fact.ts)
    address = arrival.fields.get("client_ip")
    if any(fact.kind == "postscreen" for fact in own):
        port = arrival.fields.get("client_port")
        return [
            fact
            for fact in own
            if fact.fields.get("client_ip") == address and (not port or fact.fields.get("client_port") in (port, None))
        ]
    own = [fact for fact in own if fact.kind != "tls" or fact.fields.get("direction") != "out"]
    begin = max((n for n, fact in enumerate(own) if fact.kind == "connect" and fact.ts <= arrival.ts), default=0)
    end = min(
        (n for n, fact in enumerate(own) if fact.kind == "disconnect" and fact.ts >= arrival.ts and n >= begin),
        default=None,
    )
    session = own[begin:] if end is None else own[begin : end + 1]
    session = [fact for fact in session if not address or fact.fields.get("client_ip") in (address, None)]
    return _screened(arrival, facts) + session


def _screened(arrival: Fact, facts: list[Fact]) -> list[Fact]:
    """What postscreen(8) said of the client before it handed it over to the process that took the message."""
    if not arrival.fields.get("client_ip"):
        return []
    found = [
        fact
        for fact in facts
        if fact.kind == "postscreen"
        and fact.host == arrival.host
        and fact.ts <= arrival.ts
        and fact.fields.get("client_ip") == arrival.fields["client_ip"]
    ]
    return sorted(found, key=lambda fact: fact.ts)


def _asked(arrival: Fact, facts: list[Fact], session: list[Fact], sender: str | None) -> list[Fact]:
    """What policy services that name no queue ID (SPF, greylisting) said of the client, since it came."""
    client_ip = arrival.fields.get("client_ip")
    came = [fact.ts for fact in session if fact.kind == "connect" and fact.ts <= arrival.ts]
    since = max(came, default=arrival.ts - _ASKED)
    return [
        fact
        for fact in facts
        if fact.kind == "policy"
        and fact.host == arrival.host
        and since <= fact.ts <= arrival.ts
        and client_ip
        and fact.fields.get("client_ip", client_ip) == client_ip
        and (sender is None or fact.fields.get("sender", sender) == sender)
    ]


def session_draft(fact: Fact) -> Draft:
    """The step of a record of a session."""
    fields, kind = fact.fields, fact.kind
    who = client(fields)
    if kind == "connect":
        return Draft(fact, "Connect", tell("{who} connected to {host}.", who=who, host=fact.host))
    if kind == "disconnect":
        counters = tell(": {said}", said=fields["counters"]) if fields.get("counters") else ""
        return Draft(fact, "Disconnect", tell("{who} left{counters}.", who=who, counters=counters))
    if kind == "lost":
        stage = tell(" after {stage}", stage=fields["stage"]) if fields.get("stage") else ""
        return Draft(
            fact,
            "Lost",
            tell("The session with {who} broke{stage}: {text}.", who=who, stage=stage, text=fields.get("text", "")),
            BAD,
        )
    if kind == "tls":
        return Draft(fact, "TLS", tell("Encrypted: {tls}.", tls=tls_words(fields)), GOOD)
    if kind == "auth_failed":
        name = tell(" as {username}", username=fields["username"]) if fields.get("username") else ""
        return Draft(
            fact,
            "Auth",
            tell("Login{name} failed: {reason}.", name=name, reason=fields.get("reason", tell("no reason given"))),
            BAD,
        )
    if kind == "login":
        return Draft(fact, "Auth", tell("Logged in as {user}.", user=fields.get("user", tell("somebody"))), GOOD)
    if kind == "policy":
        return verdict(fact, fact.host)
    if kind == "postscreen":
        test = str(fields.get("test", ""))
        bad = not test.startswith(("PASS", "CONNECT", "DISCONNECT", "ALLOW", "WHITE"))
        text = tell(": {said}", said=fields["text"]) if fields.get("text") else ""
        return Draft(fact, "Screen", tell("postscreen: {test}{text}.", test=test, text=text), BAD if bad else PLAIN)
    return Draft(fact, "Connect", tell("{who} spoke to the filter before the queue.", who=who))

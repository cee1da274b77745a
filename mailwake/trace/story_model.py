"""The parts of a story: frozen dataclasses that say everything and render nothing. `story` tells how they fit."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mailwake.trace.causes import Cause

GOOD, BAD, WAIT, PLAIN = "good", "bad", "wait", "plain"
"""Tones of a step or an outcome."""


@dataclass(frozen=True)
class Step:
    """One thing that happened."""

    ts: int
    """As the log says it, µs UTC."""
    host: str
    program: str
    queue_id: str
    """The queue ID it concerns; "" for steps of a session or a mailbox server."""
    event: str
    """Exchange's word: Receive, Submit, Send, Transfer, Deliver, Defer, Fail, Expand, Redirect, Drop, Quarantine ..."""
    text: str
    """One plain sentence without the time."""
    recipient: str
    """The one it concerns; "" when it concerns the message."""
    tone: str
    since_start: float
    """Seconds since the first step, clocks put right; never negative."""
    since_previous: float
    details: tuple[str, ...]
    """Further plain words: delays by stage, TLS, the connections that failed before, the other server's reply."""
    raw: tuple[str, ...]
    """The records behind it, as read."""
    grade: str = "proven"
    """inferred when no record says it, but others lead to it."""


@dataclass(frozen=True)
class End:
    """One recipient of one node of the tree."""

    address: str
    original: str
    status: str
    """Delivered, Failed, Pending, Expanded, Quarantined, GettingStatus, or Transfer when it went on to a node below."""
    detail: str
    text: str
    """The last reply, or the mailbox folder."""
    attempts: int
    tone: str


@dataclass(frozen=True)
class Edge:
    """How a message went from one node to the next."""

    rule: str
    """orig_queue_id, queued as, forwarded as, orig_id, queued_as, Message-ID, redirect; or `notification`."""
    words: str
    """The rule in plain words."""
    grade: str
    recipients: tuple[str, ...]
    """For whom; empty when for the whole message."""
    node: Node


@dataclass(frozen=True)
class Node:
    """One life of a queue ID on one host."""

    host: str
    queue_id: str
    trace_id: str
    """Of the message it belongs to: differs from the story's for notifications."""
    program: str
    first: int
    last: int
    sender: str | None
    ended: bool
    """Its end was seen: removed, refused, deleted."""
    recipients: tuple[End, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Evidence:
    """One link of the chain, and what it rests on."""

    parent: str
    """`host queue-ID` of the earlier leg."""
    child: str
    rule: str
    grade: str
    words: str


@dataclass(frozen=True)
class Missing:
    """Something the logs do not tell, or tell doubtfully."""

    key: str
    """arrival, recipients, end, left, elsewhere, order, skew, transfer, inferred, remark, facts, gap."""
    text: str


@dataclass(frozen=True)
class Verdict:
    """What one filter or policy daemon said."""

    filter: str
    action: str
    score: float | None
    required: float | None
    symbols: tuple[str, ...]
    text: str
    """Reason, virus name, quarantine id: whatever else it said, in one line."""
    host: str


@dataclass(frozen=True)
class Message:
    """Facts of the message as a whole; "" and None are not known."""

    received: int
    sender: str | None
    header_from: str
    recipients: tuple[str, ...]
    """As first addressed."""
    subject: str | None
    message_id: str
    other_ids: tuple[str, ...]
    """Resent-Message-IDs and Message-IDs that later legs carry instead."""
    size: int
    direction: str
    client_name: str
    client_ip: str
    helo: str
    protocol: str
    tls: str
    """`TLSv1.3 TLS_AES_256_GCM_SHA384 (Anonymous)`; "" when none was seen."""
    sasl_user: str
    sasl_method: str
    local_user: str
    """User or uid of a local submission."""
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Outcome:
    """The end, or the present state, of one recipient: one row in words."""

    recipient: str | None
    original: str | None
    status: str
    detail: str
    outcome: str
    tone: str
    text: str
    """One sentence."""
    at: int
    seconds: float
    """From the first step to this end."""
    host: str
    queue_id: str
    folder: str
    dsn: str
    reason: str
    cause: Cause | None
    """None for what was delivered or expanded."""
    mailbox: tuple[str, ...]
    """What the mailbox server did: Sieve actions and folders, in order."""
    grade: str
    remark: str


@dataclass(frozen=True)
class Relative:
    """Another message that belongs to this one's story, in a line."""

    relation: str
    """`parent: failure notification`, `child: failure notification`, `earlier attempt`, `later attempt`, `also`."""
    trace_id: str
    received: int
    sender: str | None
    recipient: str | None
    status: str
    detail: str
    reason: str
    text: str
    """Why, in a few words; "" when there is nothing to explain."""
    grade: str


@dataclass(frozen=True)
class Story:
    """One message, told whole."""

    trace_id: str
    headline: str
    tone: str
    outcomes: tuple[Outcome, ...]
    message: Message
    timeline: tuple[Step, ...]
    tree: tuple[Node, ...]
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    session: tuple[Step, ...]
    attempts: tuple[Relative, ...]
    relatives: tuple[Relative, ...]
    also: tuple[Relative, ...]
    zone: str

    def to_id(self) -> str:
        """The MessageTraceId as Exchange writes it: a UUID."""
        return str(UUID(self.trace_id))

    def to_json(self) -> dict[str, Any]:
        """The story as plain JSON values: names in the case of Exchange's, times ISO 8601 UTC, unknown texts null."""
        found: dict[str, Any] = as_json(self)
        return found


_TIMES = frozenset({"ts", "first", "last", "received", "at"})
_NAMES = {
    "ts": "Date",
    "trace_id": "MessageTraceId",
    "message_id": "MessageId",
    "queue_id": "QueueId",
    "sender": "SenderAddress",
    "recipient": "RecipientAddress",
    "original": "OriginalRecipientAddress",
    "client_ip": "FromIP",
    "client_name": "FromHost",
    "detail": "StatusDetail",
    "tls": "TLS",
    "dsn": "DsnCode",
    "helo": "HELO",
}


def as_json(value: Any) -> Any:
    """A part of a story as plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for field in fields(value):
            name = field.name
            inner = getattr(value, name)
            if name in _TIMES:
                inner = iso(inner) if inner else None
            elif inner == "":
                inner = "<>" if name == "sender" else None
            elif name == "trace_id":
                inner = str(UUID(inner))
            found[_NAMES.get(name) or "".join(part.capitalize() for part in name.split("_"))] = as_json(inner)
        return found
    if isinstance(value, tuple):
        return [as_json(inner) for inner in value]
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if isinstance(value, str) else value


def iso(micros: int) -> str:
    """Microseconds UTC as ISO 8601."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")

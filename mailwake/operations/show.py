"""The question "what happened to this message?": an id, found in the store, to the whole story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address, ip_network

from mailwake.events.fact import Fact
from mailwake.events.queueid import arrival_time
from mailwake.operations.backend import Backend, Records
from mailwake.operations.criteria import Criteria, CriteriaError, to_node, trace_id
from mailwake.store.query import And, Between, Cursor, Equals, Has, InNetwork, Node, Not, Or
from mailwake.store.rows import Row
from mailwake.trace.origins import is_internal
from mailwake.trace.story import Story, build_from
from mailwake.trace.story_model import Missing, Relative
from mailwake.trace.story_relatives import attempt, relative
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_session import SESSION_SPAN

DAY = 86_400_000_000
"""Microseconds."""
_LATER = 3_600_000_000
"""µs after the last record of a message whose end is not known, in which that end may have been."""
_OPEN = frozenset({"Pending", "GettingStatus"})
MATCHES = 100
"""Rows of a message that are looked at; what is beyond is computed from its records."""
_SESSIONS = 3
"""Delivery processes whose other records are looked up: a message that waited for days had many."""
_DOOR = 60_000_000
"""postscreen(8) hands a client over within seconds (postscreen_greet_wait is 6 s)."""
_SILENT = frozenset({"local", "virtual", "pipe", "error", "retry", "discard", "qmgr"})
"""Postfix delivery agents that connect to nobody."""
_ATTEMPTS = 50
_CHILDREN = 10
_PARENT = 7 * DAY
"""A bounce comes when the queue gives up: so much later than the message it is about."""
_RELATED = 2 * DAY
"""Greylisting lets a client wait for at most about this long (postgrey --retry-window)."""


Shown = Callable[..., bool]
"""Whether one of these addresses (or None) lies where one may look."""


class NotFound(LookupError):
    """Nothing is known by this id. `what` was asked for, `hint` says what else to try."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}. {hint}")
        self.what, self.hint = what, hint

    @classmethod
    def of(cls, text: str) -> NotFound:
        """The failure for an id that nothing is known by."""
        hint = (
            "An id is a queue ID as the mail server logs it, a Message-ID (quote it: '<...>'), or the MessageTraceId"
            " that `mailwake trace` shows. Look for the message by sender, recipient or time with `mailwake trace`."
        )
        return cls(f"nothing is known by {text!r}", hint)


def show(backend: Backend, text: str, zone: str = "UTC") -> Story:
    """The story of the message that a MessageTraceId, Message-ID or queue ID names; the newest of several.

    zone: what its times are to be shown in. Raises NotFound.
    """
    return tell(backend, matching(backend, text), zone)


def tell(backend: Backend, matches: Sequence[Row], zone: str = "UTC", shown: Shown | None = None) -> Story:
    """The story of the newest message among these rows, which are newest first.

    shown: whether anything of some addresses may be told; what is beside the message itself is looked for on behalf of
    these alone, so that it neither tells of others nor costs more for them. The story is to be narrowed afterwards.
    """
    told = matches[0].trace_id
    rows = [row for row in matches if row.trace_id == told]
    shown = narrowing(shown, rows)
    scene = Scene(rows, records_of(backend, rows, shown))
    story = build_from(
        scene,
        sessions=[*scene.sessions, *_sessions(backend, scene, shown)],
        attempts=_attempts(backend, [row for row in scene.rows if _is_shown(row, shown)]),
        also=_also(matches, told),
        zone=zone,
    )
    gaps = _gaps(backend, [row for row in rows if _is_shown(row, shown)])
    lacking = tuple(Missing("gap", f"{text[:1].upper()}{text[1:]}.") for text in gaps)
    return replace(story, missing=(*story.missing, *lacking)) if lacking else story


def _is_shown(row: Row, shown: Shown | None) -> bool:
    return shown is None or shown(row.sender, row.recipient, row.original_recipient)


def narrowing(shown: Shown | None, rows: Sequence[Row]) -> Shown | None:
    """What narrows the story of these rows: nothing does for who wrote it, who may know of all who were to get it."""
    return None if shown is None or shown(rows[0].sender) else shown


def _gaps(backend: Backend, rows: Sequence[Row]) -> list[str]:
    """What the logs of its hosts, and of those it was handed to, lack of the message's time."""
    waits = any(row.status in _OPEN for row in rows)
    hosts = {name for row in rows for name in (*row.hosts, row.to_host or "") if name}
    high = max(row.last for row in rows) + (_LATER if waits else 0)
    return backend.gaps(min(row.received for row in rows), high, hosts)


def records_of(backend: Records, rows: Sequence[Row], shown: Shown | None = None) -> list[Fact]:
    """All facts of the message, of what it came out of and of what came out of it; of the message alone where its story
    is narrowed, since a report may be of somebody who is not shown."""
    low, high = min(row.received for row in rows) - DAY, max(row.last for row in rows) + DAY
    keys = keys_of(rows)
    facts = backend.facts(keys, low, high)
    if shown is not None:
        return facts
    further: list[Row] = []
    parents = {row.parent_id for row in rows if row.parent_id}
    for parent in parents:
        further += backend.search(Equals("trace_id", parent), MATCHES)
    children = {fact.fields["child_id"] for fact in facts if fact.kind == "notify" and fact.fields.get("child_id")}
    reports: list[Node] = [Has("queue_ids", child) for child in sorted(children)]
    reports += [Has("keys", name) for name in sorted(_message_names(facts))]
    for report in reports[:_CHILDREN]:
        further += backend.search(And((report, Between("received", low, high))), MATCHES)
    more = keys_of(further) - keys
    if more:
        facts = sorted([*facts, *backend.facts(more, low - _PARENT, high + DAY)], key=lambda fact: fact.ts)
    return facts


def _message_names(facts: list[Fact]) -> set[str]:
    """Message-IDs by which the records of a message and of its reports speak of each other (Exchange)."""
    return {name for fact in facts for name in fact.fields.get("names", ()) if name.startswith("<")}


def matching(backend: Backend, text: str, narrowed: Callable[[Node], Node] = lambda node: node) -> list[Row]:
    """Rows that a MessageTraceId, Message-ID or queue ID names, newest first. Raises NotFound.

    narrowed: makes of a question one about what may be seen. What may not hides nothing that may, and costs the same as
    what there is not.
    """
    text = text.strip()
    for node, low, high in _readings(text):
        cursor = Cursor(high, "f" * 32, (1 << 32) - 1) if high is not None else None
        bounded = And((Between("received", low, high), node)) if low is not None else node
        found = backend.search(narrowed(bounded), MATCHES, cursor, since=low)
        if found:
            return found
    raise NotFound.of(text)


def whole(backend: Backend, row: Row) -> list[Row]:
    """All rows of the message of a row."""
    return backend.search(Equals("trace_id", row.trace_id), MATCHES)


def _readings(text: str) -> list[tuple[Node, int | None, int | None]]:
    """What the id can be, likeliest first: a condition, and bounds of `received` (µs) where the id tells its time."""
    found: list[tuple[Node, int | None, int | None]] = []
    with suppress(CriteriaError):
        found.append((Equals("trace_id", trace_id(text)), None, None))
    if not text.startswith("<") and "@" not in text and text:
        born = arrival_time(text)
        node = to_node(Criteria(queue_ids=(text,)))
        if born is not None:  # the message may have come in at another host before, and waited there
            found.append((node, born - 7 * DAY, born + DAY))
        found.append((node, None, None))
    if text.strip("<>"):
        found.append((to_node(Criteria(message_ids=(text,))), None, None))
        found.append((Or(tuple(Has("keys", f"{prefix}{text}") for prefix in ("f:", "t:", "s:", ""))), None, None))
    return found


def keys_of(rows: Iterable[Row]) -> set[str]:
    """Keys under which the facts of these rows are filed."""
    return {key for row in rows for key in (*row.keys, *row.queue_ids)}


def _also(matches: Iterable[Row], told: str) -> list[Relative]:
    """The other messages that the id names, a line each."""
    first: dict[str, Row] = {}
    for row in matches:
        if row.trace_id != told:
            first.setdefault(row.trace_id, row)
    return [relative(row, "also") for row in first.values()]


# -- what the processes logged beside it ---------------------------------------------------------------------------


def _sessions(backend: Backend, scene: Scene, shown: Shown | None) -> list[Fact]:
    """Records without queue ID of the processes that took the message and tried to deliver it."""
    door = scene.door
    wanted: list[tuple[Fact, int, int]] = []
    screened: tuple[str, str, int, int] | None = None
    if door is not None and door.pid and door.ts:
        wanted.append((door, door.ts - SESSION_SPAN, door.ts + SESSION_SPAN))
        ip = str(door.fields.get("client_ip", ""))
        if ip and not is_internal(ip):
            screened = door.host, ip, door.ts - _DOOR, door.ts
    spans: dict[tuple[str, str, int], tuple[Fact, int, int]] = {}
    for fact in _deliveries(scene, shown):
        process = (fact.host, fact.program, fact.pid)
        known = spans.get(process)
        low = min(known[1], fact.ts) if known else fact.ts
        high = max(known[2], fact.ts) if known else fact.ts
        if high - low < DAY:  # a process id that comes again after a day is another process
            spans[process] = (fact, low, high)
    newest = sorted(spans.values(), key=lambda span: -span[2])[:_SESSIONS]
    wanted += [(fact, low - SESSION_SPAN // 2, high) for fact, low, high in newest]
    return [fact for fact in backend.beside(wanted, screened) if not fact.key]


def _deliveries(scene: Scene, shown: Shown | None) -> list[Fact]:
    """Attempts to reach another server, for those who are shown."""
    sender = scene.rows[0].sender
    return [
        fact
        for leg in scene.legs
        for recipient in leg.recipients.values()
        for fact in recipient.attempts
        if shown is None or shown(sender, recipient.address, recipient.original)
        if fact.pid and fact.ts and fact.fields.get("agent") not in _SILENT and not _at_home(fact)
    ]


def _at_home(fact: Fact) -> bool:
    """Handed to a mailbox server on the same machine: no TLS, no other server tried before."""
    ip = str(fact.fields.get("relay_ip", ""))
    return fact.fields.get("disposition") == "mailbox" and (not ip or ip.startswith("127.") or ip == "::1")


# -- greylisting: the attempts before and after --------------------------------------------------------------------


def _attempts(backend: Backend, rows: Sequence[Row]) -> list[Relative]:
    """Attempts of the same client network, sender and recipient that were put off, and the one that was then taken."""
    row = rows[0]
    recipients = dict.fromkeys(r.original_recipient for r in rows if r.original_recipient)
    put_off = _put_off(row)
    if row.sender is None or not recipients or not row.from_ip or row.sasl_user or is_internal(row.from_ip):
        return []
    if row.status == "Failed" and not row.attempts:  # refused for good: others are no attempts of the same message
        return []
    low, high = row.received - _RELATED, row.received + (_RELATED if put_off else 0)
    same: tuple[Node, ...] = (
        Between("received", low, high),
        Equals("sender", row.sender),
        Or(tuple(Equals("original_recipient", address) for address in list(recipients)[:20])),
        InNetwork("from_ip", _network(row.from_ip)),
        Not(Equals("trace_id", row.trace_id)),
    )
    if not put_off:
        same = (*same, Equals("status", "Pending"))
    found = backend.search(And(same), _ATTEMPTS, Cursor(high, "f" * 32, (1 << 32) - 1), since=low)[::-1]
    taken = next((other for other in found if other.received > row.received and not _put_off(other)), None)
    return [attempt(row, other) for other in found if _put_off(other) or other is taken]


def _put_off(row: Row) -> bool:
    """Told to come again, before anything was delivered."""
    return row.status == "Pending" and not row.attempts


def _network(ip: str) -> str:
    """The network that a sender's servers share: /24, and /64 for IPv6, as greylisting programs compare them."""
    try:
        bits = 24 if ip_address(ip).version == 4 else 64
    except ValueError:
        return "0.0.0.0/32"
    return str(ip_network(f"{ip}/{bits}", strict=False))

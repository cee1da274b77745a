"""Numbers over a span of time: volumes, who and where, reasons, delays.

One pass over the rows, newest first, page by page. Memory is bounded whatever the span holds: long tails of the counts
are cut (`Tally`), delays are kept to three significant digits.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from mailwake.operations.backend import Backend
from mailwake.operations.criteria import NULL_SENDER, Criteria, to_node
from mailwake.operations.when import from_micros
from mailwake.store.query import And, Between, Cursor, Node
from mailwake.store.rows import Row

PAGE = 5000
LISTS = ("senders", "sender_domains", "client_ips", "recipients", "next_hops", "failures", "deferrals")
"""The top lists: the first three count messages, the others rows."""
_TAIL = 50_000
"""Different values of one kind that are kept when a count is cut."""
_RECENT = 50_000
_HOURLY_BELOW = 2 * 86_400_000_000
_REASON = 200

_VARIABLE = re.compile(
    r"(?P<url>https?://[^\s'\"<>()]+)"
    r"|(?P<address><[^<>\s]*@[^<>\s]*>|[^\s<>=,;:()\[\]'\"]+@[\w.-]*\w)"
    r"|(?P<ip>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)"
    r"|(?<![\w:])(?:(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])"
    r"|(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6})?::(?:[0-9a-fA-F:.]*[0-9a-fA-F])?))"
    r"|(?P<code>(?<![\w.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\w)|^[245]\d\d(?=[ -])|\b[245]\d\d(?=[ -][245]\.\d))"
    r"|(?P<id>(?<![\w.-])(?=[\w-]*\d[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{8,}(?![\w-]|\.\w))"
    r"|(?P<number>(?<![\w.-])\d+(?:\.\d+)?(?![\w.-]*[A-Za-z_.-]\w))"
)
"""What differs from message to message in replies that say the same. Labels of host names are left alone."""


class Counted(NamedTuple):
    """A value and how often it was seen."""

    value: str
    times: int


class Tally:
    """Counts values and forgets rare ones when there are too many; `cut` says that it did."""

    def __init__(self, keep: int = _TAIL) -> None:
        self._counts: Counter[str] = Counter()
        self._keep = keep
        self.cut = False

    def add(self, value: str) -> None:
        """Count a value once."""
        self._counts[value] += 1
        if len(self._counts) > 2 * self._keep:
            self._counts = Counter(dict(self._counts.most_common(self._keep)))
            self.cut = True

    def top(self, count: int) -> list[Counted]:
        """The most frequent values; equals in order of the alphabet."""
        best = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return [Counted(*item) for item in best[:count]]


@dataclass
class Period:
    """One day, or one hour."""

    start: str
    """ISO 8601 in the zone asked for; "" for rows without a readable time."""
    messages: int = 0
    rows: int = 0
    statuses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Delays:
    """Seconds from the first host of ours to the end, over delivered rows."""

    count: int = 0
    median: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    longest: float = 0.0


@dataclass
class Stats:
    """What `stats` found. A row is one message for one recipient."""

    since: int | None
    until: int | None
    first: int | None = None
    """Oldest and newest `received` seen, µs."""
    last: int | None = None
    messages: int = 0
    rows: int = 0
    bytes: int = 0
    """Of messages whose size is known, each counted once."""
    statuses: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    directions: Counter[str] = field(default_factory=Counter)
    hourly: bool = False
    periods: list[Period] = field(default_factory=list)
    """In order of time."""
    top: dict[str, list[Counted]] = field(default_factory=dict)
    """By the names of LISTS."""
    cut: list[str] = field(default_factory=list)
    """Names of the top lists whose counts may be a little low because rare values were forgotten on the way."""
    delays: Delays = field(default_factory=Delays)
    retried: int = 0
    """Rows that took more than one attempt."""
    retries: int = 0
    """Attempts beyond the first, in all."""
    most_attempts: int = 0


def stats(
    backend: Backend,
    since: int | None,
    until: int | None,
    zone: tzinfo,
    *,
    top: int = 10,
    condition: Node | None = None,
) -> Stats:
    """Numbers over all rows with since <= received < until (µs UTC); condition narrows them further."""
    to_node(Criteria(since=since, until=until))  # raises for a range that ends before it begins
    span = Between("received", since, until)
    gathering = _Gathering(Stats(since, until), zone)
    for row in _all_rows(backend, span if condition is None else And((span, condition)), since):
        gathering.add(row)
    return gathering.finish(top)


def normalised(reply: str) -> str:
    """A reply without what differs from message to message; its codes stay: they are the reason."""
    text = re.sub(r"\s+", " ", reply).strip()[: 4 * _REASON]
    text = re.sub(r"^host \S+ said: ", "", text)
    text = _VARIABLE.sub(lambda found: found[0] if found.lastgroup == "code" else f"<{found.lastgroup}>", text)
    return text[:_REASON]


def _all_rows(backend: Backend, node: Node, since: int | None) -> Iterator[Row]:
    cursor: Cursor | None = None
    while True:
        rows = backend.search(node, PAGE, cursor, since=since)
        yield from rows
        if len(rows) < PAGE:
            return
        cursor = Cursor(rows[-1].received, rows[-1].trace_id, rows[-1].leaf)


class _Gathering:
    """Takes rows in, newest first, and adds them up."""

    def __init__(self, result: Stats, zone: tzinfo) -> None:
        self._result = result
        self._zone = zone
        self._hours: dict[str, Period] = {}
        self._labels: dict[int, str] = {}
        self._delays: Counter[float] = Counter()
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._tallies = {name: Tally() for name in LISTS}
        self._normalised = lru_cache(maxsize=4096)(normalised)

    def add(self, row: Row) -> None:
        result = self._result
        hour = self._hour(row.received)
        hour.rows += 1
        hour.statuses[row.status] += 1
        result.rows += 1
        result.statuses[row.status] += 1
        result.details[row.detail] += 1
        result.outcomes[row.outcome] += 1
        result.directions[row.direction] += 1
        if self._is_new(row.trace_id):
            hour.messages += 1
            self._add_message(row)
        self._add_recipient(row)

    def _hour(self, received: int) -> Period:
        quarter = received // 900_000_000  # every zone's hours begin at one of UTC's quarters of an hour
        label = self._labels.get(quarter)
        if label is None:
            when = from_micros(quarter * 900_000_000, self._zone)
            label = when.replace(minute=0).isoformat(timespec="minutes") if received else ""
            self._labels[quarter] = label
        return self._hours.setdefault(label, Period(label))

    def _is_new(self, trace_id: str) -> bool:
        """Whether this is the first row of its message: rows of one message lie close together."""
        if trace_id in self._recent:
            self._recent.move_to_end(trace_id)
            return False
        self._recent[trace_id] = None
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        return True

    def _add_message(self, row: Row) -> None:
        result, tallies = self._result, self._tallies
        result.messages += 1
        result.bytes += row.size
        if row.received:
            result.first = row.received
            result.last = result.last or row.received
        if row.sender is not None:
            sender = row.sender.lower()
            tallies["senders"].add(sender or NULL_SENDER)
            tallies["sender_domains"].add(sender.rpartition("@")[2] if "@" in sender else sender or NULL_SENDER)
        if row.from_ip:
            tallies["client_ips"].add(row.from_ip)

    def _add_recipient(self, row: Row) -> None:
        result, tallies = self._result, self._tallies
        if row.recipient:
            tallies["recipients"].add(row.recipient.lower())
        if row.to_host or row.to_ip:
            tallies["next_hops"].add(row.to_host.lower() or row.to_ip)
        if row.status in ("Failed", "Pending"):
            reason = self._normalised(row.reason or row.remark or "no reason in the log")
            tallies["failures" if row.status == "Failed" else "deferrals"].add(reason)
        if row.attempts > 1:
            result.retried += 1
            result.retries += row.attempts - 1
        result.most_attempts = max(result.most_attempts, row.attempts)
        if row.status == "Delivered" and row.received and row.last >= row.received:
            self._delays[float(f"{(row.last - row.received) / 1e6:.3g}")] += 1

    def finish(self, top: int) -> Stats:
        result = self._result
        result.top = {name: tally.top(top) for name, tally in self._tallies.items()}
        result.cut = [name for name, tally in self._tallies.items() if tally.cut]
        result.delays = _delays(self._delays)
        begin, end = result.since or result.first or 0, result.last or 0
        if result.until is not None:
            end = result.until if result.since is not None else min(result.until, end)
        result.hourly = end - begin < _HOURLY_BELOW
        hours = [self._hours[label] for label in sorted(self._hours, key=_in_time)]
        result.periods = hours if result.hourly else _by_day(hours)
        return result


def _in_time(label: str) -> datetime:
    return datetime.fromisoformat(label) if label else datetime.min.replace(tzinfo=UTC)


def _by_day(hours: list[Period]) -> list[Period]:
    days: dict[str, Period] = {}
    for hour in hours:
        day = days.setdefault(hour.start[:10], Period(hour.start[:10]))
        day.messages += hour.messages
        day.rows += hour.rows
        day.statuses.update(hour.statuses)
    return list(days.values())


def _delays(seen: Counter[float]) -> Delays:
    count = seen.total()
    if not count:
        return Delays()
    wanted = [-(-count * share // 100) for share in (50, 90, 99)]
    found: list[float] = []
    passed = 0
    for seconds, times in sorted(seen.items()):
        passed += times
        while len(found) < len(wanted) and passed >= wanted[len(found)]:
            found.append(seconds)
    return Delays(count, found[0], found[1], found[2], max(seen))

"""Mail flow at a glance: volumes over time by status and direction, and what goes wrong most often."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import AwareDatetime, Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Input, Output
from mailwake.operations.scoping import within
from mailwake.operations.stats import normalised
from mailwake.operations.when import from_micros, to_micros
from mailwake.store.database import Database
from mailwake.store.flow import counts, paces
from mailwake.store.query import And, Between, Equals, Node
from mailwake.store.rows import Row

_LOOKED_AT = 2000
"""Failures and deferrals whose reasons are read: the newest."""
_TOP = 8
_NOTABLE = 5.0
"""Seconds: what is faster is not slow."""
_SPANS = (900, 3600, 6 * 3600, 86_400, 7 * 86_400)
_BARS = 60


class Question(Input):
    """Of which time."""

    start_date: AwareDatetime = Field(description="From this time on.")
    end_date: AwareDatetime | None = Field(None, description="Before this time; now if left out.")


class Period(Output):
    """One span of time."""

    start: datetime
    statuses: dict[str, int] = Field(description="Rows by status.")
    directions: dict[str, int] = Field(description="Rows by direction.")


class Reason(Output):
    """Why messages failed or wait, without what differs from message to message."""

    reason: str
    count: int
    status: str


class Hop(Output):
    """A next hop that keeps messages waiting."""

    host: str
    count: int


class Slow(Output):
    """A next hop, and how long messages took until it had them."""

    host: str
    count: int = Field(description="Recipients delivered through it.")
    median: float = Field(description="Seconds from arrival to delivery; half took longer.")
    p95: float = Field(description="Seconds; one in twenty took longer.")


class Overview(Output):
    """All of it."""

    start: datetime
    end: datetime
    span: int = Field(description="Length of a period in seconds.")
    rows: int
    statuses: dict[str, int]
    directions: dict[str, int]
    periods: list[Period]
    reasons: list[Reason]
    waiting_for: list[Hop]
    slow_hops: list[Slow] = Field(description="Next hops by which deliveries took longest.")
    looked_at: int = Field(description="Newest failures and deferrals that the reasons are taken from.")


def handle(context: Context, question: Question) -> list[Overview]:
    """Count."""
    context.backend()  # says so when there is no store
    assert context.database is not None
    end = question.end_date or context.now()
    low, high = to_micros(question.start_date), to_micros(end)
    scope = context.caller.scope
    node = within(Between("received", low, high), scope)
    seconds = max(1, (high - low) // 1_000_000)
    span = next((one for one in _SPANS if seconds / one <= _BARS), _SPANS[-1])
    statuses: Counter[str] = Counter()
    directions: Counter[str] = Counter()
    periods: dict[int, tuple[Counter[str], Counter[str]]] = {}
    for one in counts(context.database, node, span):
        period = periods.setdefault(one.start, (Counter(), Counter()))
        for counter, word in ((period[0], one.status), (statuses, one.status), (period[1], one.direction)):
            counter[word] += one.rows
        directions[one.direction] += one.rows
    made = [
        Period(start=from_micros(start, context.zone), statuses=period[0], directions=period[1])
        for start, period in sorted(periods.items())
    ]
    failed = _newest(context, node, "Failed", low)
    waiting = _newest(context, node, "Pending", low)
    return [
        Overview(
            start=from_micros(low, context.zone),
            end=from_micros(high, context.zone),
            span=span,
            rows=statuses.total(),
            statuses=statuses,
            directions=directions,
            periods=made,
            reasons=_reasons(failed, "Failed") + _reasons(waiting, "Pending"),
            waiting_for=_hops(waiting),
            slow_hops=_slow(context.database, node),
            looked_at=len(failed) + len(waiting),
        )
    ]


def _newest(context: Context, node: Node, status: str, since: int) -> list[Row]:
    return context.backend().search(And((node, Equals("status", status))), _LOOKED_AT, since=since)


def _reasons(rows: list[Row], status: str) -> list[Reason]:
    found = Counter(normalised(row.reason or row.remark or "no reason in the log") for row in rows)
    return [Reason(reason=text, count=times, status=status) for text, times in found.most_common(_TOP)]


def _hops(rows: list[Row]) -> list[Hop]:
    found = Counter((row.to_host or row.to_ip).lower() for row in rows if row.to_host or row.to_ip)
    found.pop("none", 0)  # what Postfix writes where it reached none
    return [Hop(host=host, count=times) for host, times in found.most_common(_TOP)]


def _slow(database: Database, node: Node) -> list[Slow]:
    found = paces(database, And((node, Equals("status", "Delivered"))), _TOP)
    return [
        Slow(host=one.host, count=one.rows, median=round(one.median, 1), p95=round(one.p95, 1))
        for one in found
        if one.p95 >= _NOTABLE
    ]


OPERATION = Operation(
    name="mail-flow-overview",
    summary="Count messages over time by status and direction, and name the commonest reasons of failure and delay.",
    input=Question,
    output=Overview,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
)

"""Counting rows in the engine: how much mail, by time, status and direction."""

from __future__ import annotations

from typing import NamedTuple

from mailwake.store.database import Database
from mailwake.store.query import Node
from mailwake.store.sql import Formatter


class Count(NamedTuple):
    """Rows of one span of time."""

    start: int
    """µs UTC, a multiple of the span's length."""
    status: str
    direction: str
    rows: int
    messages: int


class Pace(NamedTuple):
    """How fast one next hop took what was handed to it. Seconds from a message's arrival to its last event."""

    host: str
    rows: int
    median: float
    p95: float


def paces(database: Database, node: Node, limit: int) -> list[Pace]:
    """Of rows that meet the question and name a next hop, the hops that took the longest, by their 95th percentile.

    FINAL, as `counts`.
    """
    form = Formatter()
    where = form.where(node)
    query = (
        "SELECT lower(to_host) AS host, count() AS n, quantiles(0.5, 0.95)("
        "(toUnixTimestamp64Micro(last) - toUnixTimestamp64Micro(received)) / 1e6) AS q"
        f" FROM rows FINAL WHERE {where} AND deleted = 0 AND to_host != '' GROUP BY host ORDER BY q[2] DESC, host"
        f" LIMIT {int(limit)}"
    )
    found = database.client().query(query, parameters=form.parameters).result_rows
    return [Pace(str(host), int(number), *map(float, quantiles)) for host, number, quantiles in found]


def counts(database: Database, node: Node, span: int) -> list[Count]:
    """Rows that meet the question, counted by spans of so many seconds, status and direction; in order of time.

    FINAL: each row counts as it stands now. Bound the question in time, or all of the table is read.
    """
    form = Formatter()
    where = form.where(node)
    query = (
        f"SELECT intDiv(toUnixTimestamp(received), {int(span)}) * {int(span)} AS start, status, direction,"
        f" count(), uniqExact(trace_id) FROM rows FINAL WHERE {where} AND deleted = 0"
        " GROUP BY start, status, direction ORDER BY start, status, direction"
    )
    found = database.client().query(query, parameters=form.parameters).result_rows
    return [Count(int(start) * 1_000_000, *rest) for start, *rest in found]

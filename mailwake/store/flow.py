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

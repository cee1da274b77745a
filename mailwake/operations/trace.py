"""The question "where is my mail?"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mailwake.operations.backend import Backend
from mailwake.store.order import cursor_of
from mailwake.store.query import NEWEST, Cursor, Node, Order
from mailwake.store.rows import Row


@dataclass(frozen=True)
class TraceQuestion:
    """A condition on rows, and how many of them are wanted."""

    condition: Node
    limit: int = 100
    cursor: Cursor | None = None
    since: int | None = None
    """Lower bound of `received` (µs), if the condition has one."""
    order: Order = NEWEST


class TraceAnswer(NamedTuple):
    """Rows in the order asked for; `next_cursor` is None when there are no more."""

    rows: list[Row]
    next_cursor: Cursor | None


def trace(backend: Backend, question: TraceQuestion) -> TraceAnswer:
    """Answer a question; asks for one row more than wanted to know whether there are more."""
    order = question.order
    rows = backend.search(question.condition, question.limit + 1, question.cursor, since=question.since, order=order)
    if len(rows) <= question.limit:
        return TraceAnswer(rows, None)
    rows = rows[: question.limit]
    return TraceAnswer(rows, cursor_of(rows[-1], order))

"""All rows that are wanted, asked for page by page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from mailwake.operations.backend import Backend
from mailwake.operations.criteria import to_node
from mailwake.operations.guess import Reading
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.store.query import Cursor
from mailwake.store.rows import Row

PAGE = 5000


class Pages:
    """Rows of one reading of the question. `next_cursor` is known when the rows have been taken."""

    def __init__(self, backend: Backend, reading: Reading, limit: int, cursor: Cursor | None) -> None:
        """Raises CriteriaError."""
        self.what = reading.what
        self.next_cursor: Cursor | None = None
        self.client_ips = reading.criteria.client_ips
        """Clients that were asked for."""
        self.first: int | None = None
        """When the oldest of the rows taken came in (µs UTC)."""
        self.last: int | None = None
        """When the latest event of them was."""
        self._backend = backend
        self._condition = to_node(reading.criteria)
        self._limit = limit
        self._cursor = cursor

    def __iter__(self) -> Iterator[Row]:
        """Newest first."""
        wanted, cursor = self._limit, self._cursor
        while wanted:
            page = min(wanted, PAGE)
            answer = trace(self._backend, TraceQuestion(self._condition, page, cursor))
            for row in answer.rows:
                self.first = min(self.first or row.received, row.received)
                self.last = max(self.last or row.last, row.last)
                yield row
            cursor = self.next_cursor = answer.next_cursor
            if cursor is None:
                return
            wanted -= len(answer.rows)


def first_that_finds(pages: list[Pages]) -> tuple[Pages, Iterator[Row]]:
    """Of several readings the first that has rows, or the first one."""
    for one in pages:
        rows = iter(one)
        first = next(rows, None)
        if first is not None:
            return one, chain((first,), rows)
    return pages[0], iter(())

"""Rows of several threads in one transaction.

Whoever finds SQLite locked sleeps and looks again, up to a tenth of a second each time
(https://sqlite.org/c3ref/busy_timeout.html). With fifty people asking at once that was half of what an answer took.
Here the first thread writes for all who came while another was writing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_Row = TypeVar("_Row")


class _Waiting(Generic[_Row]):
    """A row, and what became of it."""

    def __init__(self, row: _Row) -> None:
        self.row = row
        self.done = False
        self.error: Exception | None = None


class Together(Generic[_Row]):
    """Writes rows, many at a time when many come; safe to use from several threads."""

    def __init__(self, write: Callable[[list[_Row]], None]) -> None:
        """write: commits rows, all or none."""
        self._write = write
        self._turn = threading.Lock()
        self._waiting: list[_Waiting[_Row]] = []
        self._waiting_lock = threading.Lock()

    def add(self, row: _Row) -> None:
        """Returns when the row is committed, by whichever thread. Raises what `write` raises for this row."""
        mine = _Waiting(row)
        with self._waiting_lock:
            self._waiting.append(mine)
        try:
            with self._turn:
                if not mine.done:
                    with self._waiting_lock:
                        batch = list(self._waiting)
                    self._commit(batch)
        finally:
            with self._waiting_lock:
                self._waiting.remove(mine)
        if mine.error is not None:
            raise mine.error

    def _commit(self, batch: list[_Waiting[_Row]]) -> None:
        batch = [one for one in batch if not one.done]
        try:
            self._write([one.row for one in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
            else:  # one row may be at fault: the others are not to suffer for it
                for one in batch:
                    self._commit([one])
        for one in batch:
            one.done = True

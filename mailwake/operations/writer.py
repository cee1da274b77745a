"""Writes windows to the store in a thread of its own, in order: what auditing has to know, facts, then rows, then how
far the files were read.

A process killed between two of these leaves facts without rows; the files are then read again from the place saved
last,
and what is there already is known again.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mailwake.audit.observe.naming import Named
from mailwake.operations.audit_filing import Filed
from mailwake.operations.correlate import Window
from mailwake.operations.slots import Slot
from mailwake.store import acts, files, items, journeys, row_columns
from mailwake.store import facts as stored_facts
from mailwake.store.database import Database

if TYPE_CHECKING:
    import pyarrow as pa

_TOGETHER = 4
"""What so many windows left over is written at once: the engine takes as long for a few rows as for a thousand."""
_AHEAD = 2
"""Windows that may wait: reading stops when the store cannot follow."""


class Writer:
    """One thread that writes. Use as a context manager; an error in the thread is raised where the next window is
    given."""

    def __init__(self, database: Database, seq: int) -> None:
        """seq: number of the first fact; also the version of the rows."""
        self._database = database
        self._seq = seq
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(_AHEAD)
        self._failure: BaseException | None = None
        self._rest: list[pa.Table] = []
        """Rows of what windows left over, each with its version."""
        self._places: dict[str, files.Place] = {}
        """How far the files were read when that has been written."""
        self._waiting = 0
        """Windows whose rest that is."""
        self._thread = threading.Thread(target=self._run, name="writer")
        self.place: Callable[[Iterable[Named]], Iterable[Named]] = iter
        """Says in which mailbox a folder is that somebody calls by a name."""
        self.new_facts = 0
        self.rows = 0

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._work.put(self._write_rest)
        self._work.put(None)  # behind everything handed over; the thread takes it even after a failure
        self._thread.join()
        if kind is None:
            self._check()

    def write(self, window: Window, places: list[files.Place], *, together: bool = False) -> None:
        """Hand a window over; waits while too many are ahead of it. together: it may wait for the next ones."""
        self._check()
        self._work.put(lambda: self._write(window, places, together))

    def write_reaped(
        self, slot: Slot, count: int, filed: Filed, *, overlapping: bool, done: Callable[[Slot], None]
    ) -> None:
        """Hand over what another process made ready; done: called when that is written.

        The place is committed with the rest of the window.
        """
        self._check()
        self._work.put(lambda: self._write_reaped(slot, count, filed, overlapping, done))

    def drain(self) -> None:
        """Wait until everything handed over is written."""
        self._work.put(self._write_rest)
        self._work.join()
        self._check()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while True:
            work = self._work.get()
            try:
                if work is None:
                    return
                if self._failure is None:
                    work()
            except BaseException as error:  # handed to the thread that reads
                self._failure = error
            finally:
                self._work.task_done()

    def _write(self, window: Window, places: list[files.Place], together: bool) -> None:
        self._note(window.filed)
        if window.facts:
            self._insert(stored_facts.table(window.facts, window.keys, self._seq), window.overlapping)
        self._seq += 1
        if window.rows:
            self._rest.append(row_columns.table(window.rows, self._seq))
        if window.struck:
            self._rest.append(row_columns.table(window.struck, self._seq, deleted=1))
        self.rows += len(window.rows)
        self._places.update((place.path, place) for place in places)
        self._waiting += 1
        if not together or self._waiting >= _TOGETHER:
            self._write_rest()

    def _write_rest(self) -> None:
        import pyarrow as pa

        if self._rest:
            # What is no UTF-8 makes other columns of text.
            journeys.insert(self._database, pa.concat_tables(self._rest, promote_options="permissive"))
        files.save(self._database, list(self._places.values()))
        self._rest.clear()
        self._places.clear()
        self._waiting = 0

    def _write_reaped(
        self, slot: Slot, count: int, filed: Filed, overlapping: bool, done: Callable[[Slot], None]
    ) -> None:
        self._note(filed)
        if overlapping:
            self._insert(stored_facts.numbered(slot.facts, self._seq), overlapping)
        else:
            stored_facts.insert_file(self._database, slot.facts, self._seq)
            self._seq += count
            self.new_facts += count
        self._seq += 1
        journeys.insert_file(self._database, slot.rows, self._seq)
        done(slot)

    def _note(self, filed: Filed) -> None:
        """Before the facts: a crash in between makes acts be looked for in vain, and none be missed."""
        acts.mark_due(self._database, filed.due)
        if filed.signs:
            items.insert(self._database, [items.Sign(*sign) for sign in self.place(filed.signs)])

    def _insert(self, table: pa.Table, overlapping: bool) -> None:
        if overlapping:
            self.new_facts += stored_facts.insert_new(self._database, table)
        else:
            stored_facts.insert(self._database, table)
            self.new_facts += table.num_rows
        self._seq += table.num_rows

"""Windows read and correlated by several processes; each gives back columns ready for the engine and what it left over.

Processes are forked only where this one has a single thread and has not loaded the engine, which does not survive that;
else they are spawned, and load everything anew.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mailwake.events.fact import Fact
from mailwake.events.native import native
from mailwake.events.told import tell
from mailwake.ingest.account import Account
from mailwake.ingest.columns import columns
from mailwake.ingest.facts import Batch, FactReader
from mailwake.ingest.files import InputError
from mailwake.operations.audit_filing import HANDLED, SLACK, Filed, file, key_of
from mailwake.operations.audit_sight import Sight, sights, write
from mailwake.operations.inputs import Input
from mailwake.operations.plan import Piece
from mailwake.operations.slots import Slot, Slots
from mailwake.store.arrow import spare_pandas, write_stream
from mailwake.store.errors import StoreError
from mailwake.trace.buckets import FILING
from mailwake.trace.harvest import harvest
from mailwake.trace.keys import SESSION_KINDS
from mailwake.trace.sketched import Told
from mailwake.trace.sketched import tell as tell_sketched

_THREADS = "OPENBLAS_NUM_THREADS"
_LOOK_EVERY = 1.0
_NICE = 10
"""Reading gives way to writing, which is done by one and would have a queue left over when all is read; and a machine
that mail goes through has better things to do."""
_WANTED = frozenset(FILING) | HANDLED
"""Kinds that correlation or auditing look at."""

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class End(NamedTuple):
    """How far a file was read."""

    offset: int
    half: str = ""
    """The last line, if it had no end yet; it lies behind the offset."""
    half_ts: int = 0
    half_key: str = ""


def end_of(batch: Batch) -> End:
    """How far a file was read with this batch."""
    if batch.half and batch.facts:
        last = batch.facts[-1]
        return End(batch.offset, last.raw, last.ts, key_of(last))
    return End(batch.offset)


class Reaped(NamedTuple):
    """A window, worked on."""

    slot: Slot
    """Its facts and rows; given back by who has written them to the store."""
    records: int
    lines: int
    whole: list[str]
    """Keys of the whole journeys."""
    asked: np.ndarray
    """Names to ask for (see `trace.names`), and for each the place of its key in `whole`."""
    asked_for: np.ndarray
    kept: np.ndarray
    """Names to remember."""
    left: list[Fact]
    low: int
    high: int
    """Times (µs) of its earliest and latest fact."""
    places: list[tuple[Input, End]]
    nbytes: int
    account: Account
    filed: Filed
    """What is to be noted for auditing."""
    acts: Path
    """File of the acts that were made at sight (see `audit_sight`)."""
    seen: list[tuple[str, int]]
    """Their keys, and of how many facts they were made."""


def reap(pieces: list[Piece], acts: Path, slot: Slot) -> Reaped:
    """Read and correlate one window. Runs in a process of its own.

    acts, slot: names of the files to make. Raises OSError when they cannot be written.
    """
    from mailwake.store import row_columns

    gc.disable()  # this process ends with the import, and `harvest` takes its rings of objects apart itself
    text = sum(piece.stop - piece.start for piece in pieces if piece.stop is not None)
    taken = columns(_WANTED, SESSION_KINDS, sketching=True, expected=text) if native is not None else None
    facts: list[Fact] = []
    account = Account()
    places: dict[Input, End] = {}
    for piece in pieces:
        source, calendar = piece.source, piece.calendar
        reader = FactReader(
            source.path, start=piece.start, stop=piece.stop, calendar=calendar, name=source.name, columns=taken
        )
        try:
            for batch in reader:
                facts.extend(batch.facts)
                places[source] = end_of(batch)
        except InputError as error:
            account.note(str(error))
        account += reader.account
    told = tell_sketched(taken, SLACK) if taken is not None else None
    facts = _without_doubles(facts) if taken is None else taken.facts
    made = harvest(facts, told)
    filed, seen, keys = for_auditing(facts, made.keys, told)
    write(acts, seen)
    write_stream(slot.rows, row_columns.table_in_order(made.rows, taken, told.rows if told is not None else 0))
    write_stream(slot.facts, _facts(taken, facts, keys))  # from then on there is no text in `taken`
    return Reaped(
        slot,
        len(facts) if taken is None else taken.rows,
        account.lines,
        made.book.keys,
        *made.book.asked(),
        made.book.remembered(),
        made.left,
        account.first,
        account.last,
        list(places.items()),
        account.bytes,
        account,
        filed,
        acts,
        [(one.key, one.facts) for one in seen],
    )


def for_auditing(facts: list[Fact], keys: list[str], told: Told | None) -> tuple[Filed, list[Sight], list[str]]:
    """What is to be noted, the acts made at sight, and the keys of the facts, those of mailboxes among them."""
    whole, all_keys, ends = facts, list(keys), list[str]()
    if told is not None and told.apart:
        whole, all_keys, ends = facts + told.apart, all_keys + told.keys, told.keys  # what is plain has left the queue
    filed = file(whole, all_keys)
    return filed, sights(whole, all_keys, filed.due, ends), all_keys[: len(facts)]


def _without_doubles(facts: list[Fact]) -> list[Fact]:
    if len({fact.raw for fact in facts}) == len(facts):
        return facts
    return list({(*fact[:4], fact.raw): fact for fact in facts}.values())


def _facts(taken: Any, facts: list[Fact], keys: list[str]) -> pa.Table:
    """All facts of a window; taken: the columns that they were read into, if they were."""
    from mailwake.store import facts as stored_facts

    if taken is None:
        return stored_facts.table(facts, keys, 0)
    names = {"host": taken.hosts, "program": taken.programs, "kind": taken.kinds, "source": taken.sources}
    return stored_facts.table_of_columns(taken.rows, taken.finish(keys), names)


class Harvesters:
    """Processes that work on windows. They begin to load what they need at once, while this process opens the store."""

    def __init__(self, processes: int) -> None:
        """processes: how many. Nothing is started before `start`."""
        self._count = processes
        self._pool: ProcessPoolExecutor | None = None
        self._begun: deque[Future[Reaped]] = deque()
        self._slots: Slots | None = None

    def start(self) -> ProcessPoolExecutor:
        """Start them, unless they are there."""
        if self._pool is None:
            before = os.environ.get(_THREADS)
            os.environ[_THREADS] = "1"  # numpy's library would start threads of its own in each
            try:
                how = "fork" if _can_fork() else "spawn"
                if how == "fork":
                    _load()  # once for all
                self._pool = ProcessPoolExecutor(
                    self._count, mp_context=get_context(how), initializer=_prepare, initargs=(os.getpid(),)
                )
                for _ in range(self._count):
                    self._pool.submit(_load)
            finally:
                os.environ.pop(_THREADS)
                if before is not None:
                    os.environ[_THREADS] = before
        return self._pool

    def close(self) -> None:
        """End them, and wait for that."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        if self._slots is not None:
            self._slots.close()

    def begin(self, windows: list[list[Piece]], folder: Path) -> None:
        """Begin with the first windows, which `reaped` gives."""
        for number, pieces in enumerate(windows[: self._count + 1]):
            self._begun.append(self._submit(number, pieces, folder))

    def _submit(self, number: int, pieces: list[Piece], folder: Path) -> Future[Reaped]:
        self._slots = self._slots or Slots(folder)
        return self.start().submit(reap, pieces, folder / f"{number}.acts", self._slots.take())

    def give_back(self, slot: Slot) -> None:
        """What a window was handed over in may be used for another. From any thread."""
        if self._slots is not None:
            self._slots.give_back(slot)

    def reaped(self, windows: list[list[Piece]], folder: Path) -> Iterator[Reaped]:
        """All windows in their order, few worked on ahead of the one that is wanted.

        windows, folder: as given to `begin`, if it was called; folder: for the files that they make.
        """
        pending, self._begun = self._begun, deque()
        begun = len(pending)
        try:
            for number, pieces in enumerate(windows):
                if number >= begun:
                    pending.append(self._submit(number, pieces, folder))
                if len(pending) > self._count:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            what = tell("a process that read the logs was ended from outside; what was read before is safe")
            raise StoreError(
                what, tell("was memory short? Import again: it goes on where it stopped"), retry=True
            ) from error
        except KeyboardInterrupt:
            for process in list(getattr(self._pool, "_processes", {}).values()):
                process.terminate()  # what they have in hand is read again next time
            raise


def _can_fork() -> bool:
    """Whether this process is as simple as it must be to be forked; told by Linux alone."""
    tasks = Path("/proc/self/task")
    return "chdb" not in sys.modules and tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _load() -> None:
    """Load what `reap` needs."""
    import pyarrow.ipc  # noqa: F401

    from mailwake.sources.api import all_sources

    spare_pandas()
    all_sources()


def _prepare(parent: int) -> None:
    """Ctrl-C reaches all processes of a terminal; the one that writes decides what to do."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    os.nice(_NICE)
    os.umask(0o077)  # as in `Database`
    if native is not None:
        import pyarrow

        native.keep_memory()
        pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # its own would be given back with each window
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with(parent: int) -> None:
    """Who waits for work is not told when nobody is left to give any: that process may be killed."""
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os._exit(1)

"""Windows read and correlated by several processes; each gives back columns ready for the engine and what it left over.

Processes are spawned, never forked: the engine does not survive a fork.
"""

from __future__ import annotations

import gc
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from mailwake.events.fact import Fact
from mailwake.ingest.account import Account
from mailwake.ingest.facts import Batch, FactReader
from mailwake.ingest.files import InputError
from mailwake.operations.audit_filing import Filed, file, key_of
from mailwake.operations.inputs import Input
from mailwake.operations.plan import Piece
from mailwake.store.errors import StoreError
from mailwake.trace.harvest import harvest

if TYPE_CHECKING:
    import numpy as np


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

    facts: bytes
    """Arrow stream of all its facts; `seq` numbers them from 0."""
    rows: bytes
    """Arrow stream of the rows of whole journeys; empty when there are none."""
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


def reap(pieces: list[Piece]) -> Reaped:
    """Read and correlate one window. Runs in a process of its own."""
    from mailwake.store import facts as stored_facts
    from mailwake.store import journeys

    gc.disable()  # this process ends with the import, and `harvest` takes its rings of objects apart itself
    facts: list[Fact] = []
    account = Account()
    places: dict[Input, End] = {}
    for piece in pieces:
        reader = FactReader(
            piece.source.path, start=piece.start, stop=piece.stop, calendar=piece.calendar, name=piece.source.name
        )
        try:
            for batch in reader:
                facts.extend(batch.facts)
                places[piece.source] = end_of(batch)
        except InputError as error:
            account.note(str(error))
        account += reader.account
    if len({fact.raw for fact in facts}) != len(facts):
        facts = list({(*fact[:4], fact.raw): fact for fact in facts}.values())
    made = harvest(facts)
    filed = file(facts, made.keys)
    times = [fact.ts for fact in facts if fact.ts]
    return Reaped(
        _stream(stored_facts.table(facts, made.keys, 0)) if facts else b"",
        _stream(journeys.table(made.rows, 0)) if made.rows else b"",
        len(facts),
        account.lines,
        made.book.keys,
        *made.book.asked(),
        made.book.remembered(),
        made.left,
        min(times, default=0),
        max(times, default=0),
        list(places.items()),
        account.bytes,
        account,
        filed,
    )


def _stream(table: object) -> bytes:
    import pyarrow as pa

    assert isinstance(table, pa.Table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def reaped(windows: list[list[Piece]], processes: int) -> Iterator[Reaped]:
    """All windows in their order, worked on by so many processes, few ahead of the one that is wanted."""
    pending: deque[Future[Reaped]] = deque()
    todo = iter(windows)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_leave_interrupts) as pool:
        try:
            for pieces in todo:
                pending.append(pool.submit(reap, pieces))
                if len(pending) > processes:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            what = "a process that read the logs was ended from outside; what was read before is safe"
            raise StoreError(what, "was memory short? Import again: it goes on where it stopped", retry=True) from error
        except KeyboardInterrupt:
            for process in list(getattr(pool, "_processes", {}).values()):
                process.terminate()  # what they have in hand is read again next time
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the one that writes decides what to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

"""`mailwake import`: log files into the store, resuming where each was left, with an account of what was found."""

from __future__ import annotations

import gc
import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from mailwake.events.fact import Fact
from mailwake.ingest.account import Account
from mailwake.ingest.files import PLAIN, InputError, kind_of
from mailwake.ingest.resume import Saved, fingerprint, resume_offset
from mailwake.ingest.revive import Reviver
from mailwake.operations.correlate import Correlator
from mailwake.operations.inputs import Input, Piece, Reader, gather
from mailwake.operations.writer import Writer
from mailwake.store import files
from mailwake.store.database import Database
from mailwake.store.facts import Stored

WINDOW = 150_000
"""Facts correlated and written at a time."""
_COLLECT_EVERY = 16


class Progress(Protocol):
    """Someone who shows how far the work is."""

    def start(self, total_bytes: int | None) -> None:
        """The work begins; total_bytes of files as they lie on disk, None when not known."""

    def update(self, done_bytes: int, lines: int, path: str) -> None:
        """So much is done."""

    def finish(self) -> None:
        """The work has ended."""


def run(
    data_dir: Path,
    paths: list[str],
    *,
    zone: str | None = None,
    year: int | None = None,
    progress: Progress | None = None,
) -> Account:
    """Import files, directories and standard input (`-`).

    Reading anything again is harmless. Raises InputError, StoreError, ValueError (an unknown zone).
    """
    with ExitStack() as stack:
        inputs, notes = gather(paths, stack)
        database = stack.enter_context(Database(data_dir))
        job = _Import(database, inputs, zone, year, progress)
        account = job.run()
        for text in notes:
            account.note(text)
        return account


class _Import:
    def __init__(
        self, database: Database, inputs: list[Input], zone: str | None, year: int | None, progress: Progress | None
    ) -> None:
        self._database = database
        self._progress = progress
        self._revive = reviver()
        self._correlator = Correlator(database, self._revive)
        self._saved = _Saved(database)
        self._reader = Reader(inputs, zone=zone, year=year, start=self._saved.offset)
        self._total = sum(source.path.stat().st_size for source in inputs)
        self._plain = all(kind_of(source.path) == PLAIN for source in inputs)
        self._window: list[Fact] = []
        self._places: dict[Path, tuple[Input, int, bool]] = {}
        self._done = self._lines = self._windows = 0

    def run(self) -> Account:
        if self._progress:
            self._progress.start(self._total if self._plain else None)
        gc.collect()
        gc.disable()  # facts are many, and almost none of them is garbage before its window ends
        try:
            with Writer(self._database, time.time_ns() // 1000) as writer:
                self._correlator.before_reading = writer.drain
                watermark = 0
                for piece in self._reader:
                    self._take(piece)
                    watermark = piece.watermark
                    if len(self._window) >= WINDOW:
                        self._flush(writer, watermark)
                self._flush(writer, watermark)
        finally:
            gc.enable()
            if self._progress:
                self._progress.finish()
        self._record()
        return self._reader.account

    def _take(self, piece: Piece) -> None:
        batch = piece.batch
        self._window.extend(batch.facts)
        self._places[piece.source.path] = (piece.source, batch.offset, batch.half)
        self._done += batch.nbytes
        self._lines += len(batch.facts)
        if self._progress:
            self._progress.update(self._done, self._lines, piece.source.name)

    def _flush(self, writer: Writer, watermark: int) -> None:
        facts, self._window = self._window, []
        window = self._correlator.window(facts, watermark)
        places = [
            self._saved.place(source, offset) for source, offset, _ in self._places.values() if source.name != "-"
        ]
        self._places = {}
        writer.write(window, places)
        self._windows += 1
        if self._windows % _COLLECT_EVERY == 0:
            gc.collect()

    def _record(self) -> None:
        """Keep the account, for `doctor` and `unknown`."""
        text = json.dumps(vars(self._reader.account), default=vars)
        row = [datetime.now(UTC), text]
        self._database.client().insert("imports", [row], column_names=["finished", "account"])


class _Saved:
    """Places saved by earlier imports."""

    def __init__(self, database: Database) -> None:
        self._by_head: dict[str, list[Saved]] = {}
        self._by_path: dict[str, Saved] = {}
        for place in files.load(database):
            saved = Saved(place.offset, place.head, place.tail)
            self._by_path[place.path] = saved
            self._by_head.setdefault(place.head, []).append(saved)

    def offset(self, source: Input) -> int:
        """Where to go on reading; found by content, so a rotated file is known under its new name."""
        if source.name == "-" or not self._by_path:
            return 0
        own = self._by_path.get(str(source.path.absolute()))
        offset = resume_offset(source.path, own)
        if offset:
            return offset
        try:
            head = fingerprint(source.path, 4096).head
        except InputError:
            return 0
        return max((resume_offset(source.path, saved) for saved in self._by_head.get(head, ())), default=0)

    def place(self, source: Input, offset: int) -> files.Place:
        """The place to commit for an input."""
        path = str(source.path.absolute())
        if kind_of(source.path) != PLAIN:
            # To know a compressed file again it has to be read again; that is done once, when it has been read whole.
            return files.Place(path, 0, "", "")
        saved = fingerprint(source.path, offset)
        return files.Place(path, saved.offset, saved.head, saved.tail)


def reviver() -> _StoredReviver:
    """Reads stored facts again."""
    return _StoredReviver()


class _StoredReviver:
    def __init__(self) -> None:
        self._revive = Reviver()

    def __call__(self, stored: Stored) -> Fact:
        return self._revive(stored.ts, stored.host, stored.program, stored.pid, stored.source, stored.raw)

"""`mailwake import`: log files into the store, resuming where each was left, with an account of what was found."""

from __future__ import annotations

import gc
import json
import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Protocol

from mailwake.directory.errors import DirectoryError
from mailwake.events.fact import Fact
from mailwake.ingest.account import Account
from mailwake.ingest.files import PLAIN, InputError, kind_of, read_at
from mailwake.ingest.resume import WHOLE, Saved, fingerprint, resume_offset, whole_mark
from mailwake.operations import auditing
from mailwake.operations.audit_filing import is_audit_key
from mailwake.operations.audit_sight import Sights
from mailwake.operations.correlate import Correlator
from mailwake.operations.inputs import Input, Reader, divisible, gather
from mailwake.operations.parallel import End, Harvesters, end_of
from mailwake.operations.plan import Piece, windows
from mailwake.operations.reviving import StoredReviver
from mailwake.operations.writer import Writer
from mailwake.store import acts, files, journeys, parts
from mailwake.store import facts as stored_facts
from mailwake.store.database import Database

WINDOW = 150_000
"""Facts correlated and written at a time."""
PARALLEL_FROM = 32 << 20
"""Bytes from which on several processes read and correlate."""
PROCESSES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_COLLECT_EVERY = 16
_TIDY_EVERY = 64
"""Windows: each leaves two pieces of rows, and every question opens all. Joining those of so many takes seconds, and
when the import ends they are not written again."""


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
        _allow_many_files()
        harvesters = Harvesters(PROCESSES)
        stack.callback(harvesters.close)
        survey = _Survey(inputs, harvesters, zone, year)
        if PROCESSES > 1 and _is_much(inputs) and not (data_dir / "store").exists():
            harvesters.start()  # otherwise most of it may be known already
            database = stack.enter_context(Database(data_dir, meanwhile=survey.begin))
        else:
            database = stack.enter_context(Database(data_dir))
        job = _Import(database, survey, harvesters, progress)
        account = job.run()
        for text in notes:
            account.note(text)
        return account


def _is_much(inputs: list[Input]) -> bool:
    """Whether there is so much to read that several processes may pay."""
    sizes = (source.path.stat().st_size for source in inputs if source.path.is_file())
    return sum(sizes) >= PARALLEL_FROM and all(map(divisible, inputs))


def _allow_many_files() -> None:
    """Files that overlap in time are open at the same time: a log for each of a thousand hosts is no rarity."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Survey:
    """A look at the inputs before they are read."""

    def __init__(self, inputs: list[Input], harvesters: Harvesters, zone: str | None, year: int | None) -> None:
        self._inputs = inputs
        self._harvesters = harvesters
        self._zone = zone
        self._year = year
        self._reader: Reader | None = None
        self.windows: list[list[Piece]] = []
        """What the harvesters have begun with."""

    def begin(self, database: Database) -> None:
        """Let the first windows be read while the store is made: nothing is known of any file, and no fact is there."""
        reader = self._reader = Reader(self._inputs, zone=self._zone, year=self._year)
        if not reader.several_routes:
            self.windows = windows([(source, 0, reader.calendar(source)) for source in reader.inputs])
            if self.windows:
                self._harvesters.begin(self.windows, database.temporary)

    def reader(self, start: Callable[[Input], int]) -> Reader:
        """Reads the inputs; start: the offset to begin at, for each."""
        return self._reader or Reader(self._inputs, zone=self._zone, year=self._year, start=start)


class _Import:
    def __init__(self, database: Database, survey: _Survey, harvesters: Harvesters, progress: Progress | None) -> None:
        self._database = database
        self._harvesters = harvesters
        self._progress = progress
        self._correlator = Correlator(database, StoredReviver())
        self._saved = _Saved(database)
        self._reader = survey.reader(self._saved.offset)
        self._inputs = self._reader.inputs
        self._correlator.several_routes = self._reader.several_routes
        self._window: list[Fact] = []
        self._places: dict[Input, End] = {}
        self._windows_ahead = survey.windows
        self._sights: Sights | None = None
        """Acts made while reading, by several processes."""
        self._prepared: Thread | None = None
        """Makes the directory meanwhile."""
        self._done = self._lines = self._windows = 0

    def run(self) -> Account:
        plain = all(kind_of(source.path) == PLAIN for source in self._inputs)
        total = sum(source.path.stat().st_size for source in self._inputs)
        if self._progress:
            self._progress.start(total if plain else None)
        collecting = gc.isenabled()
        gc.collect()
        gc.disable()  # facts are many, and almost none of them is garbage before its window ends
        stack = ExitStack()
        try:
            with Writer(self._database, journeys.next_version(self._database)) as writer:
                self._correlator.before_reading = writer.drain
                writer.place = auditing.Placing(self._database.path)
                for source in self._inputs:
                    self._retract(self._saved.outgrown(source))
                account = self._in_parallel(writer) if self._divides(total) else self._in_order(writer)
                office = self._office(stack)  # while the last windows are written
            with ThreadPoolExecutor(1) as beside:  # the one is the engine's work, the other mostly ours
                tidied = beside.submit(self._tidy)
                with self._database.merging(*auditing.TABLES):
                    auditing.work(self._database, office, self._sights)
                tidied.result()
            if self._sights is not None:
                self._sights.close()
        finally:
            stack.close()
            if collecting:
                gc.enable()
            if self._progress:
                self._progress.finish()
        files.save(self._database, self._read_whole())
        self._record(account)
        return account

    def _tidy(self) -> None:
        parts.tidy(self._database)

    def _office(self, stack: ExitStack) -> auditing.Opener | None:
        """What auditing needs that can be had before all facts are written; None where it will do by itself."""
        if not self._sights:
            return None
        if self._prepared is not None:
            self._prepared.join()
        office = stack.enter_context(auditing.directory(self._database.path))
        return lambda _: nullcontext(office)

    def _retract(self, keys: set[str]) -> None:
        """What was made of facts under these keys is made anew."""
        acts.mark_due(self._database, keys)
        self._correlator.retract({key for key in keys if not is_audit_key(key)})

    def _read_whole(self) -> list[files.Place]:
        """Compressed files that were read to their end: they do not grow, and are known again by their bytes."""
        done = (one for one in self._inputs if one.name != "-" and one not in self._reader.damaged)
        return [self._saved.whole(one) for one in done if kind_of(one.path) != PLAIN]

    def _divides(self, total: int) -> bool:
        """Whether several processes pay: much to read, and nothing of it known already."""
        return bool(self._windows_ahead) or (
            total >= PARALLEL_FROM
            and PROCESSES > 1
            and all(map(divisible, self._inputs))
            and not self._reader.several_routes
            and not self._correlator.knows_since(self._reader.begins)
            and self._plan()
        )

    def _plan(self) -> bool:
        """Divide the inputs; False when one of them cannot be cut into windows."""
        starts = [(source, self._saved.offset(source), self._reader.calendar(source)) for source in self._inputs]
        self._windows_ahead = windows(starts)
        return bool(self._windows_ahead)

    def _in_order(self, writer: Writer) -> Account:
        with self._database.merging():
            return self._read(writer)

    def _read(self, writer: Writer) -> Account:
        watermark = 0
        for piece in self._reader:
            batch = piece.batch
            self._window.extend(batch.facts)
            self._places[piece.source] = end_of(batch)
            self._report(batch.nbytes, len(batch.facts), piece.source.name)
            watermark = piece.watermark
            if len(self._window) >= WINDOW:
                self._flush(writer, watermark)
        self._flush(writer, watermark)
        return self._reader.account

    def _flush(self, writer: Writer, watermark: int) -> None:
        facts, self._window = self._window, []
        writer.write(self._correlator.window(facts, watermark), self._committed(self._places))
        self._places = {}
        self._collect()

    def _in_parallel(self, writer: Writer) -> Account:
        account = self._reader.account
        several = len(self._inputs) > 1
        self._sights = sights = Sights(self._database)
        for made in self._harvesters.reaped(self._windows_ahead, self._database.temporary):
            back = self._correlator.passes(made.low, made.high)
            given = self._harvesters.give_back
            writer.write_reaped(made.slot, made.records, made.filed, overlapping=back or several, done=given)
            sights.note(made.acts, made.seen)
            if sights and self._prepared is None:
                self._prepared = Thread(target=_prepare_directory, args=(self._database.path,), name="directory")
                self._prepared.start()
            window = self._correlator.leftovers(made)
            writer.write(window, self._committed(dict(made.places)), together=True)
            account += made.account
            self._report(made.nbytes, made.lines, made.places[-1][0].name if made.places else "")
            self._collect()
        account.files = len(self._inputs)
        return account

    def _report(self, nbytes: int, lines: int, name: str) -> None:
        self._done += nbytes
        self._lines += lines
        if self._progress:
            self._progress.update(self._done, self._lines, name)

    def _committed(self, places: dict[Input, End]) -> list[files.Place]:
        return [self._saved.place(source, end) for source, end in places.items() if source.name != "-"]

    def _collect(self) -> None:
        self._windows += 1
        if self._windows % _COLLECT_EVERY == 0:
            gc.collect()
        if self._windows % _TIDY_EVERY == 0:
            parts.tidy(self._database, last=False)

    def _record(self, account: Account) -> None:
        """Keep the account, for `doctor` and `unknown`."""
        text = json.dumps(vars(account), default=vars)
        self._database.insert_one("imports", finished=datetime.now(UTC), account=text)


def _prepare_directory(path: Path) -> None:
    """Load what a directory needs, and make it: it then opens at once. Whoever opens it is told what is wrong."""
    with suppress(DirectoryError), auditing.directory(path):
        pass


class _Saved:
    """Places saved by earlier imports."""

    def __init__(self, database: Database) -> None:
        self._by_head: dict[str, list[Saved]] = {}
        self._by_path: dict[str, Saved] = {}
        self._whole: set[str] = set()
        """Marks of compressed files that were read to their end."""
        self._database = database
        self._places: dict[str, files.Place] = {}
        for place in files.load(database):
            self._places[place.path] = place
            if place.head.startswith(WHOLE):
                self._whole.add(place.head)
                continue
            saved = Saved(place.offset, place.head, place.tail)
            self._by_path[place.path] = saved
            self._by_head.setdefault(place.head, []).append(saved)

    def offset(self, source: Input) -> int:
        """Where to go on reading; found by content, so a rotated file is known under its new name. Below 0: nowhere,
        as it is a compressed file that was read to its end."""
        if source.name != "-" and self._whole and whole_mark(source.path) in self._whole:
            return -1
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

    def outgrown(self, source: Input) -> set[str]:
        """Keys of the record that was read from this file when its last line had no end yet, if it has grown since.

        That record is taken back: the whole line is read now.
        """
        place = self._places.get(str(source.path.absolute()))
        if place is None or not place.half or resume_offset(source.path, self._by_path[place.path]) != place.offset:
            return set()
        half = place.half.encode("utf-8", "surrogateescape")
        now = read_at(source.path, place.offset, len(half) + 1)
        if now.rstrip(b"\n") == half:
            return set()
        stored_facts.strike(self._database, place.half_ts, place.half)
        return {place.half_key} - {""}

    def whole(self, source: Input) -> files.Place:
        """The place to commit for a compressed file that was read to its end."""
        return files.Place(str(source.path.absolute()), 0, whole_mark(source.path), "")

    def place(self, source: Input, end: End) -> files.Place:
        """The place to commit for an input."""
        path = str(source.path.absolute())
        if kind_of(source.path) != PLAIN:
            # Until it was read to its end: were it cut off here, it would be read anew, which is harmless.
            return files.Place(path, 0, "", "")
        saved = fingerprint(source.path, end.offset)
        return files.Place(path, saved.offset, saved.head, saved.tail, end.half, end.half_ts, end.half_key)

"""Several files read as one stream: the file that lags in time is always read next, so that hops meet in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from mailwake.events.fact import NO_TIME, Fact
from mailwake.ingest import export
from mailwake.ingest.account import Account
from mailwake.ingest.calendar import Calendar, calendars
from mailwake.ingest.facts import Batch, FactReader
from mailwake.ingest.files import PLAIN, InputError, kind_of, read_at, spooled
from mailwake.ingest.folders import expand
from mailwake.trace.twins import route

_PEEK = 64 << 10
"""Bytes read to know when a file begins."""
OPEN_FILES = 200
"""So many files are open at a time; of more that overlap, those that come last in time wait."""


class Input(NamedTuple):
    """A file to read and the name to show for it."""

    path: Path
    name: str


def divisible(source: Input) -> bool:
    """Whether a file can be read from the middle: plain, one log, one record a line."""
    if kind_of(source.path) != PLAIN:
        return False
    start = read_at(source.path, 0, 16)
    return not start.startswith((b"==> ", export.START))


class Piece(NamedTuple):
    """A batch of one file."""

    source: Input
    batch: Batch
    watermark: int
    """All files have been read up to this time (µs)."""


def gather(paths: Iterable[str], stack: ExitStack) -> tuple[list[Input], list[str]]:
    """The files meant by the user's paths (`-` is standard input), and notes on what was left out.

    stack keeps the copy of standard input until it is closed. Raises InputError.
    """
    inputs: list[Input] = []
    named: list[Path] = []
    for text in paths:
        if text == "-":
            inputs.append(Input(stack.enter_context(spooled(sys.stdin.buffer)), "-"))
        else:
            named.append(Path(text))
    files, notes = expand(named)
    return [*inputs, *(Input(path, str(path)) for path in files)], notes


class Reader:
    """Reads the inputs in the order of their times. `account` grows meanwhile."""

    def __init__(
        self,
        inputs: list[Input],
        *,
        zone: str | None = None,
        year: int | None = None,
        start: Callable[[Input], int] = lambda _: 0,
    ) -> None:
        """year: that of the first stamp of every file whose stamps name none; start: the offset to begin at, for each
        input; below 0 for one that was read to its end. Raises InputError or ValueError (an unknown zone)."""
        self._known = calendars([source.path for source in inputs], zone)
        if year is not None:
            for path, calendar in self._known.items():
                years = dict.fromkeys(calendar.years, year)
                self._known[path] = calendar._replace(years=years, how="given")
        self._start = start
        self._routes: dict[tuple[str, str], set[str]] = {}
        self.account = Account()
        self.damaged: set[Input] = set()
        """Those that could not be read to their end."""
        self._waiting: list[tuple[int, int, Input]] = []
        for number, source in enumerate(inputs):
            if start(source) < 0:
                self.account.files += 1
                continue
            try:
                self._waiting.append((self._begins(source), number, source))
            except InputError as error:
                if len(inputs) == 1:
                    raise
                self.account.note(str(error))
        self.inputs = [source for _, _, source in self._waiting]
        """Those that can be read."""
        self._waiting.sort(reverse=True)

    @property
    def begins(self) -> int:
        """Time (µs) of the earliest record of all inputs that are still to be opened."""
        return min((begins for begins, _, _ in self._waiting), default=NO_TIME)

    @property
    def several_routes(self) -> bool:
        """Whether one host's records come by several routes of the log, so that some may stand there twice."""
        return any(len(routes) > 1 for routes in self._routes.values())

    def calendar(self, source: Input) -> Calendar | None:
        """The calendar of an input; None when it cannot be read."""
        return self._known.get(source.path)

    def _begins(self, source: Input) -> int:
        """Time of the first record that has one; NO_TIME when the beginning has none."""
        reader = FactReader(source.path, calendar=self._known.get(source.path), size=_PEEK)
        first = next(iter(reader), None)
        for fact in first.facts if first else ():
            product = fact.host.partition(".")[0], fact.program.partition("/")[0]
            self._routes.setdefault(product, set()).add(route(fact))
        return min((fact.ts for fact in first.facts if fact.ts), default=NO_TIME) if first else NO_TIME

    def __iter__(self) -> Iterator[Piece]:
        """Pieces of all inputs. Damaged ones are noted in the account and the rest is read on."""
        active: list[_Active] = []
        while self._waiting or active:
            lag = min(active, key=lambda one: one.last) if active else None
            if self._waiting and (lag is None or self._waiting[-1][0] <= lag.last):
                begins, _, source = self._waiting.pop()
                active.append(_Active(source, self._open(source, self._start(source)), begins))
                continue
            assert lag is not None
            if len(active) > OPEN_FILES:
                self._park(active, lag)
            batch = self._next(lag)
            if batch is None:
                active.remove(lag)
                self.account += lag.reader.account
                continue
            lag.last = max(lag.last, _latest(batch.facts))
            lag.offset = batch.offset
            marks = [one.last for one in active] + ([self._waiting[-1][0]] if self._waiting else [])
            yield Piece(lag.source, batch, min(marks))

    def _open(self, source: Input, start: int) -> FactReader:
        return FactReader(source.path, start=start, calendar=self._known.get(source.path), name=source.name)

    def _next(self, one: _Active) -> Batch | None:
        try:
            if one.batches is None:
                self._wake(one)
            assert one.batches is not None
            return next(one.batches, None)
        except InputError as error:
            self.account.note(str(error))
            self.damaged.add(one.source)
            return None

    def _wake(self, one: _Active) -> None:
        """Open a file again that waited."""
        account = one.reader.account
        one.reader = self._open(one.source, one.offset)
        one.reader.account = account
        one.batches = iter(one.reader)

    def _park(self, active: list[_Active], lag: _Active) -> None:
        """Close the files that come last in time, so that not too many are open."""
        waiting = sorted(
            (one for one in active if one.batches is not None and one is not lag), key=lambda one: one.last
        )
        for one in waiting[OPEN_FILES:]:
            if one.offset and divisible(one.source):
                one.batches = None


class _Active:
    """A file being read."""

    def __init__(self, source: Input, reader: FactReader, begins: int) -> None:
        self.source = source
        self.reader = reader
        self.batches: Iterator[Batch] | None = iter(reader)
        """None while it waits, closed."""
        self.offset = 0
        self.last = begins


def _latest(facts: list[Fact]) -> int:
    return max((fact[0] for fact in facts), default=NO_TIME)

"""`FactReader`: one file -> batches of facts, with a place to go on from."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from mailwake.events.fact import NO_TIME, Fact
from mailwake.ingest import export, jsonlines
from mailwake.ingest.account import Account
from mailwake.ingest.calendar import Calendar, calendar_for
from mailwake.ingest.documents import DocumentError, Documents, is_document
from mailwake.ingest.elements import ElementError, Elements, is_elements
from mailwake.ingest.envelope import Header, told
from mailwake.ingest.files import BLOCK, MAX_LINE, Block, blocks, check_text, read_at
from mailwake.ingest.registry import Registry
from mailwake.ingest.runs import Heads, is_untidy
from mailwake.ingest.sections import Section
from mailwake.ingest.tables import Rows, find, seems_table

_SECTION = re.compile(r"==> (.+) <==\Z")
_LOOK = 64 << 10
"""Bytes by which it is told what a file is."""
_MISREAD = 20
"""Records of a table or document that are named when they are not understood; the rest is counted."""
_BEFORE = 64 << 10
"""Bytes before a place to go on from that are read for the time, when a survey has marked nothing."""


class Batch(NamedTuple):
    """Facts of one block."""

    facts: list[Fact]
    offset: int
    """Place to commit: everything before it is in this batch or an earlier one."""
    nbytes: int
    """Bytes of text read for this batch."""
    half: bool = False
    """True when the last fact is of a line without end, or of a record that may go on; it lies behind the offset."""


class FactReader:
    """Reads one file. Iterate once; `account` grows meanwhile."""

    def __init__(
        self,
        path: Path,
        *,
        start: int = 0,
        stop: int | None = None,
        calendar: Calendar | None = None,
        zone: str | None = None,
        name: str | None = None,
        registry: Registry | None = None,
        follow: bool = False,
        size: int = BLOCK,
        columns: Any = None,
    ) -> None:
        """Prepare to read.

        start: offset into the text, from `resume.resume_offset`. stop: offset of the record to stop before. calendar:
        from `calendar.calendars` when the file is
        one of several; else it is made for the file alone, with `zone`. name: shown as the source instead of the path
        (`-` for standard input). follow: leave a half line at the end for later instead of reading it. size: bytes of
        a block; facts do not depend on it. columns: from `columns.columns`, to be filled; batches then have only the
        facts of a half line. Raises InputError when the file is not readable text, ValueError for a zone
        that does not exist.
        """
        check_text(path)
        self.path = path
        self.account = Account(files=1)
        self.calendar = calendar or calendar_for(path, zone)
        self._name = name if name is not None else str(path)
        self._start, self._stop, self._follow, self._size = start, stop, follow, size
        self._columns = columns
        self._registry = registry or Registry()
        self._heads = Heads(self._registry)
        self._sections: dict[str, Section] = {}
        self._section = self._enter("")
        self._pending_at: int | None = None
        self._seems_table = False
        self._misread = 0
        """Records of a table or document that are not understood."""
        if self.calendar.years:
            zone_how = "given" if self.calendar.zone.given else "of this machine"
            self.account.zones[f"{self.calendar.zone.name} ({zone_how}), year {self.calendar.how}"] += 1

    def __iter__(self) -> Iterator[Batch]:
        """Batches in the order of the file. Raises InputError in the end when compression is damaged."""
        batches = self._shaped() or self._lines()
        for batch in batches:
            self.account.bytes += batch.nbytes
            if self._columns is None:
                self.account.add_facts(batch.facts)
            else:
                self.account.add_counts(*self._columns.take())
            yield batch
        if not self.account.bytes and not self._start:
            self.account.note(f"{self._name}: the file is empty")

    def _shaped(self) -> Iterator[Batch] | None:
        """How to read a file that is no lines of a log; None for one that is."""
        start = read_at(self.path, 0, _LOOK)
        if start.startswith(export.START):
            return self._export()
        if is_document(start):
            return self._documents(Documents())
        self._seems_table = seems_table(start)
        if is_elements(start, self._registry.knows_element):
            return self._documents(Elements(self._registry.knows_element))
        table = find(start, self._registry.knows_table)
        return None if table is None else self._table(Rows(table, self._registry.knows_table))

    def _lines(self) -> Iterator[Batch]:
        if self._start:
            self._warm_up()
        end = self._start
        for block in blocks(self.path, self._start, self._size, self._stop):
            if block.half:
                if not self._follow:
                    yield self._half(block)
                continue
            facts: list[Fact] = []
            with _no_collection():
                if self._columns is None:
                    self._block(block, facts)
                else:
                    self._fill(block)
            end = block.offset + len(block.data)
            if end - self._start <= self._size:
                self._check_table()
            yield Batch(facts, end if self._pending_at is None else self._pending_at, len(block.data))
        facts = []
        self._section.flush(facts)
        if facts:
            self._keep(facts)
            yield Batch(facts, end, 0)

    def _half(self, block: Block) -> Batch:
        """The unended line at the end of the file, together with what was pending."""
        facts: list[Fact] = []
        pending = self._section.pending
        parts = len(pending.lines) if pending else 0
        self._block(block, facts)
        goes_on = pending is not None and self._section.pending is pending and len(pending.lines) > parts
        place = self._pending_at if goes_on and self._pending_at is not None else block.offset
        self._section.flush(facts)
        self._keep(facts)
        return Batch(facts, place, len(block.data), half=True)

    def _keep(self, facts: list[Fact]) -> None:
        if self._columns is not None:
            self._columns.add(facts)

    def _block(self, block: Block, facts: list[Fact]) -> None:
        """Read the lines of a block; keep in mind where the record begins that is pending at its end."""
        text = _text(block.data)
        left = self._take(_lines_of(text), is_untidy(text), facts)
        self._note_pending(block, left)

    def _fill(self, block: Block) -> None:
        """The same into columns: lines with a syslog header are read as bytes, all others as in `_block`."""
        data = _clean(block.data)
        untidy = b"#" in data and b"#0" in data  # one byte is found ten times as fast
        at, left, lines = 0, 0, 0
        while at < len(data):
            at, taken = self._section.fill(data, at, untidy, self._columns)
            self.account.lines += taken
            if at >= len(data):
                break
            stop = len(data) if self._section.of_product else data.find(b"\n", at) + 1 or len(data)
            facts: list[Fact] = []
            lines = self._take(_lines_of(data[at:stop].decode("utf-8", "surrogateescape")), untidy, facts)
            self._columns.add(facts)
            if lines:
                left = lines + data.count(b"\n", stop) + (stop < len(data) and not data.endswith(b"\n"))
            at = stop
        self._note_pending(block, left)

    def _take(self, lines: list[str], untidy: bool, facts: list[Fact]) -> int:
        """Read lines; how many there are from the beginning on of the record that became pending, 0 when none did."""
        count = len(lines)
        self.account.lines += count
        index, began = 0, -1
        while index < count:
            index = self._section.run(lines, index, untidy, facts)
            if index == count:
                break
            before = self._section.pending
            self._one(lines[index], facts)
            if self._section.pending is not before:
                began = index
            index += 1
        return count - began if began >= 0 else 0

    def _note_pending(self, block: Block, left: int) -> None:
        """left: lines from the beginning on of the record that is pending since this block; 0 when it is older."""
        if self._section.pending is None:
            self._pending_at = None
        elif left:
            self._pending_at = block.offset + _line_start(block.data, left)

    def _one(self, line: str, facts: list[Fact]) -> None:
        """Read a line the careful way: a section's title, a blank line, or a record."""
        if line.startswith("==> "):
            match = _SECTION.match(line)
            if match is not None:
                entered = self._enter(match[1])
                if entered is not self._section:  # else it goes on where it was left, also within a record
                    self._section.flush(facts)
                    self._section = entered
                return
        if not line or line.isspace():
            self.account.blank += 1
            return
        self._section.line(line, facts)

    def _enter(self, name: str) -> Section:
        if name not in self._sections:
            self._sections[name] = Section(self._name, name, self.calendar, self._registry, self._heads, self.account)
        return self._sections[name]

    def _warm_up(self) -> None:
        """Bring clock and section to where they were at the place from which reading goes on."""
        place, mark = 0, self.calendar.mark(self._start)
        if read_at(self.path, 0, 4) != b"==> ":
            if mark is not None:
                place = mark[0]
                self._section.clock.start(mark[1])
            elif self._start > _BEFORE:
                place = self._start - _BEFORE
        text = _text(read_at(self.path, place, self._start - place))
        for line in text.split("\n")[0 if mark or not place else 1 :]:
            match = _SECTION.match(line) if line.startswith("==> ") else None
            if match is not None:
                self._section = self._enter(match[1])
            elif line:
                self._section.warm(line)

    def _export(self) -> Iterator[Batch]:
        """Records of journald's export format; one that is not ended yet is treated as a half line."""
        reader = export.Reader()
        for block in blocks(self.path, self._start, self._size):
            facts: list[Fact] = []
            self._journal(reader.feed(block.data), facts)
            self._keep(facts)
            yield Batch(facts, self._start + reader.used, len(block.data))
        if reader.begun and not self._follow:
            offset, facts = self._start + reader.used, []
            self._journal(reader.feed(b"\n\n"), facts)
            self._keep(facts)
            yield Batch(facts, offset, 0, half=True)

    def _table(self, rows: Rows) -> Iterator[Batch]:
        """Rows of a table, as lines of JSON. A row whose end is not written yet is treated as a half line."""
        for place in range(0, self._start, BLOCK):
            rows.headers(read_at(self.path, place, min(BLOCK, self._start - place)))
        end = self._start
        for block in blocks(self.path, self._start, self._size, self._stop):
            if block.half and self._follow:
                continue
            facts: list[Fact] = []
            self._rows(rows.feed(block.data), facts)
            half = block.half and bool(facts) and not rows.open_bytes
            end = block.offset if half else block.offset + len(block.data) - rows.open_bytes
            yield Batch(facts, end, len(block.data), half)
        facts = []
        self._rows([] if self._follow else rows.end(), facts)
        if facts:
            yield Batch(facts, end, 0)

    def _rows(self, rows: Iterable[tuple[str, bool]], facts: list[Fact]) -> None:
        for text, known in rows:
            before = len(facts)
            self.account.lines += 1
            if known:
                self._section.row(text, facts)
            else:
                self._section.stranger(text, facts)
            if any(fact.kind == "unknown" for fact in facts[before:]):
                self._misread += 1
                if self._misread <= _MISREAD:
                    self.account.note(f"{self._name}: record {self.account.lines} is not understood: {text[:80]}")

    def _documents(self, documents: Documents | Elements) -> Iterator[Batch]:
        """Records of JSON or XML documents. They are no logs that grow: the place to go on from is their beginning."""
        for block in chain(blocks(self.path, 0, self._size), [None]):
            facts: list[Fact] = []
            try:
                found = documents.feed(block.data if block else b"", last=block is None)
                self._rows(((line, True) for line in found), facts)
            except (DocumentError, ElementError) as error:
                self.account.note(f"{self._name}: {error}")
                yield Batch(facts, 0, len(block.data) if block else 0)
                return
            yield Batch(facts, 0, len(block.data) if block else 0)

    def _journal(self, found: list[tuple[dict[str, str], bytes]], facts: list[Fact]) -> None:
        self.account.lines += len(found)
        for record, data in found:
            if not record:
                self.account.note(f"{self._name}: a journal record without end was given up")
            known = jsonlines.journal_record(record)
            header = Header(known.micros or NO_TIME, True, known.host, known.program, known.pid, known.text)
            header = told(header, known.bracket, self._registry)
            self._section.record(header, data[:MAX_LINE].decode("utf-8", "surrogateescape"), facts)

    def _check_table(self) -> None:
        """Say so when the file is a table of something else, and no log."""
        if self.account.unknown_count > 1 and not self.account.recognised and self._seems_table:
            self.account.note(f"{self._name}: this looks like a CSV table, not a log, and its columns are not known")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the cycle collector away from a block: facts make no cycles, and it would look at all of them many times
    over (measured: half of the time of an import). It is process-wide, so not for longer than a block."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _text(data: bytes) -> str:
    """Text of a block: NUL bytes of a crash left out, bytes that are no UTF-8 kept as surrogate escapes (T17, T19)."""
    return _clean(data).decode("utf-8", "surrogateescape")


def _clean(data: bytes) -> bytes:
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    return data.replace(b"\r\n", b"\n").removesuffix(b"\r") if b"\r" in data else data


def _lines_of(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _line_start(data: bytes, count: int) -> int:
    """Index at which the last `count` lines of a block begin."""
    place = len(data) - 1 if data.endswith(b"\n") else len(data)
    for _ in range(count):
        place = data.rfind(b"\n", 0, max(place, 0))
    return place + 1

"""A section: one log within a file, with what is remembered from line to line.

Most files are one section; what `tail` and `head` print of several files has a line `==> name <==` before each.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from mailwake.events.fact import NO_TIME, Fact, Fields, Origin, Parsed
from mailwake.ingest import jsonlines
from mailwake.ingest.account import Account
from mailwake.ingest.calendar import Calendar
from mailwake.ingest.envelope import BSD, ISO, Header, Splitter
from mailwake.ingest.notices import repeated_inner, repeated_last
from mailwake.ingest.registry import Registry
from mailwake.ingest.runs import Heads, bare_run, bsd_run, iso_base, iso_run, tidy
from mailwake.sources.api import Source

_WRAPPING = tuple(f'"{name}":' for name in jsonlines.NAMES)
"""Members of a shipper's wrapper, which is looked at before the sources are asked."""
_DEPTH = 3
"""Lines within lines that are looked into."""
MAX_PARTS = 2000
"""Lines of one record; what follows is a record of its own."""
MAX_RECORD = 1 << 20
"""Characters of a record of several lines, so that no record fills the memory."""


class Pending(NamedTuple):
    """A record of a product's own file that further lines may belong to."""

    header: Header
    lines: list[str]
    source: Source


class Section:
    """Turns the lines of one log into facts, in their order."""

    def __init__(
        self, source: str, name: str, calendar: Calendar, registry: Registry, heads: Heads, account: Account
    ) -> None:
        """source: path of the file; name: of the section, "" for a file without sections."""
        where = f"{source}#{name}" if name else source
        zone = calendar.zone
        self._told = Origin(where, zone.name, False)
        self._assumed = Origin(where, zone.name, True)
        self.clock = calendar.clock(name)
        self._splitter = Splitter(self.clock, registry)
        self._registry, self._heads, self._account = registry, heads, account
        self._shape = ""
        self._bare: Source | None = None
        """The source of the last line, if that was of a product's own file."""
        self._msgids = False
        """Whether messages begin with Solaris' `[ID 197553 mail.info] `."""
        self._last = NO_TIME
        self._before: Source | None = None
        """The source of the record before the place where reading goes on."""
        self.pending: Pending | None = None
        self._length = 0
        """Characters of the pending record."""

    def run(self, lines: list[str], start: int, untidy: bool, out: list[Fact]) -> int:
        """Let the fast loop of the last line's shape take lines from start on; where it stopped."""
        untidy = untidy or self._msgids
        if self._shape == BSD:
            end = bsd_run(lines, start, self.clock, self._heads, self._assumed, untidy, out)
        elif self._shape == ISO:
            end = iso_run(lines, start, self.clock, self._heads, self._told, untidy, out)
        elif self._bare is not None and self._is_bare(self._bare, lines[start]):
            self.flush(out)
            origins = (self._assumed, self._told)
            end = bare_run(lines, start, self._bare, self.clock, self._registry, origins, untidy, out)
        else:
            return start
        if end > start:
            self._last = out[-1].ts
        return end

    def fill(self, data: bytes, start: int, untidy: bool, columns: Any) -> tuple[int, int]:
        """As `run`, for the bytes of a block from start on, into `columns`; for lines with a syslog header only. Where
        it stopped, and how many lines it took."""
        untidy = untidy or self._msgids
        if self._shape == BSD:
            origin, clock = self._assumed, self.clock
            end, taken = columns.bsd(data, start, clock.cache, clock.bsd, origin.source, origin, untidy)
        elif self._shape == ISO:
            end, taken = columns.iso(data, start, iso_base, self._told.source, self._told, untidy)
            if taken:
                self.clock.saw(columns.last)
        else:
            return start, 0
        if taken:
            self._last = columns.last
        return end, taken

    @property
    def of_product(self) -> bool:
        """Whether the last line was of a product's own file."""
        return self._bare is not None

    def line(self, line: str, out: list[Fact]) -> None:
        """Read one line the careful way."""
        header = self._split(line)
        if header is None:
            self._headless(line, out)
            return
        self.flush(out)
        self._shape, self._bare = header.shape, header.source
        if header.source is not None:
            self.pending, self._length = Pending(header, [line], header.source), len(line)
        else:
            self._record(header, line, out)

    def row(self, line: str, out: list[Fact]) -> None:
        """Read a record that came as one line of JSON. As a line is read, only that the sources are asked at once."""
        self.flush(out)
        header = None
        if not any(name in line for name in _WRAPPING):
            try:
                header = self._splitter.bare(line)
            except Exception as error:
                self._fault(error)
        if header is None:
            self.line(line, out)
            self.flush(out)
        else:
            self._record(header, line, out)

    def record(self, header: Header, raw: str, out: list[Fact]) -> None:
        """Take a record whose header was read elsewhere (journald's export format)."""
        self.clock.saw(header.ts)
        self._record(header, raw, out)

    def stranger(self, text: str, out: list[Fact]) -> None:
        """Take a record that is none of its file's kind."""
        self._account.add_unknown("", text, text)
        out.append(Fact(NO_TIME, "", "", 0, "unknown", "", {}, text, self._assumed))

    def flush(self, out: list[Fact]) -> None:
        """Finish the pending record."""
        if self.pending is None:
            return
        header, lines, _ = self.pending
        self.pending = None
        message = "\n".join([header.message, *lines[1:]])
        self._record(header._replace(message=message), "\n".join(lines), out)

    def warm(self, line: str) -> None:
        """Read a line for its time only: what stands before the place where reading goes on."""
        header = self._split(line)
        if header is not None:
            self._before = header.source
            self._last = header.ts if header.ts != NO_TIME else self._last

    def came_late(self, source: Source) -> None:
        """The record before was given out as whole: further lines of it, from this source, are noise."""
        self._before = source

    def _headless(self, line: str, out: list[Fact]) -> None:
        """A line without header: part of the record before it, or unknown."""
        self._shape = ""
        pending = self.pending
        if pending is not None and self._has_room(pending, line) and self._continues(pending.source, line):
            pending.lines.append(line)
            self._length += len(line) + 1
            return
        self.flush(out)
        parsed = repeated_last(line.strip())
        if parsed is None and self._before is not None and self._continues(self._before, line):
            parsed = ("noise", "", {"text": line})  # its record was complete when reading stopped here last time
        if parsed is not None:
            out.append(Fact(self._last, "", "", 0, *parsed, line, self._assumed))
            return
        self.stranger(line, out)

    def _record(self, header: Header, raw: str, out: list[Fact]) -> None:
        self._before = None
        kind, key = "unknown", ""
        fields: Fields = {}
        try:
            header, (kind, key, fields) = self._understood(header)
        except Exception as error:
            self._fault(error)
        ts = header.ts if header.ts != NO_TIME else self._last
        self._last = ts
        if kind == "unknown":
            self._account.add_unknown(header.program, header.message, raw)
        origin = self._told if header.sure else self._assumed
        out.append(Fact(ts, header.host, header.program, header.pid, kind, key, fields, raw, origin))

    def _understood(self, header: Header, depth: int = 0) -> tuple[Header, Parsed]:
        """What a record says; the header is that of the inner line when another program wrote a whole line (T11)."""
        message = tidy(header.message)
        self._msgids = self._msgids or header.message.startswith("[ID ")
        parsed = self._parse(header.program, message) or repeated_last(message)
        if parsed is not None or depth == _DEPTH:
            return header, parsed or ("unknown", "", {})
        again = repeated_inner(message)
        if again is not None:
            return self._understood(header._replace(message=again), depth + 1)
        inner = self._splitter.inner(message) if header.source is None and message else None
        if inner is not None:
            if inner.ts == NO_TIME:
                inner = inner._replace(ts=header.ts, sure=header.sure)
            return self._understood(inner._replace(host=inner.host or header.host), depth + 1)
        is_foreign = header.program and not self._registry.knows(header.program)
        return header, ("foreign" if is_foreign else "unknown", "", {})

    def _parse(self, program: str, message: str) -> Parsed | None:
        if not program:
            return None
        try:
            return self._registry.parser(program)(message)
        except Exception as error:  # a fault of a source must not stop an import; it is shown instead
            self._account.note(f"the parser of {program} failed: {type(error).__name__}: {error}")
            return None

    def _has_room(self, pending: Pending, line: str) -> bool:
        return len(pending.lines) < MAX_PARTS and self._length + len(line) < MAX_RECORD

    # A fault of a source, or a line that nobody thought of, must not end a file: the line is unknown then.
    def _split(self, line: str) -> Header | None:
        try:
            return self._splitter.split(line)
        except Exception as error:
            self._fault(error)
            return None

    def _is_bare(self, source: Source, line: str) -> bool:
        try:
            return source.split_bare(line) is not None
        except Exception:  # the careful way takes note of it
            return False

    def _continues(self, source: Source, line: str) -> bool:
        try:
            return source.continues(line)
        except Exception as error:
            self._fault(error)
            return False

    def _fault(self, error: Exception) -> None:
        self._account.note(f"a line could not be read: {type(error).__name__}: {error}")

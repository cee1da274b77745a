"""Survey: a cheap first look at a file, for the years of stamps that name none.

Plain files are looked at in a window of 8 kB every 256 kB and at their end, by seeking; compressed ones are run through
and looked at in the same places. Small files and files of several sections (`==> name <==`) are read
whole; files that begin with full dates are not looked at any further. What is kept is the walk of the days through the
file (see `clock`), and what ties it to real years:

1. a stamp with a year, anywhere in the walk;
2. a Postfix long queue ID on a `client=` or `uid=` line: it holds the time of arrival (events.queueid).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from enum import Enum, auto
from pathlib import Path

from mailwake.events.queueid import LONG, arrival_time
from mailwake.ingest.clock import YEAR, day_of_year, step
from mailwake.ingest.files import BLOCK, BROKEN, PLAIN, Text, kind_of, opened, read_full
from mailwake.ingest.stamps import DAY, EPOCH_DAY, MONTHS, MONTHS_ABROAD

GRID = 256 << 10
_WINDOW = 8 << 10
_SMALL = 4 << 20

_MONTH = {
    written.encode(): number
    for name, number in {**MONTHS, **MONTHS_ABROAD}.items()
    for written in (name, name.capitalize())
}
_LONGEST_FIRST = sorted(_MONTH, key=len, reverse=True)
_NAMES = b"|".join(_LONGEST_FIRST)
_STAMP = re.compile(
    rb"^\x00*(?:[\w.-]{1,64} +\| |%?\{[^}\n]{0,40}\} ?)?(?:<\d{1,3}>(?:\d )?)?(?:"
    rb"(" + _NAMES + rb")\.? {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)"
    rb"|(\d{4})[-/](\d\d)[-/](\d\d)[T ]\d\d:\d\d:\d\d)",
    re.MULTILINE,
)
_ARRIVES = re.compile(rb": (" + LONG.encode() + rb"): (?:client=|uid=\d)")
_FURTHEST = 301
"""Bytes from the stamp to the colon before a queue ID, at most."""
_SECTION = re.compile(rb"^==> (.+) <==\r?$", re.MULTILINE)


class Course:
    """The walk of days through one log, from its first stamp in year 0."""

    def __init__(self) -> None:
        """An empty walk."""
        self.position: int | None = None
        self.first: tuple[int, int] | None = None
        """(position, microseconds of the day) of the first stamp without a year."""
        self.last: tuple[int, int] | None = None
        """The same for the latest stamp without a year; not the last one, as files may be joined out of order."""
        self.leaps: set[int] = set()
        """Years of the walk that have a February 29."""
        self.full: Counter[int] = Counter()
        """Real year of year 0 by stamps with a year -> how many say so."""
        self.ids: Counter[int] = Counter()
        """The same by long queue IDs."""

    def look(
        self,
        text: bytes,
        marks: list[tuple[int, int]] | None = None,
        offset: int = 0,
        *,
        cursory: bool = False,
    ) -> None:
        """Walk through the stamps of a piece of text; note the place of the first in marks. cursory: lines of the hour
        of the line before are passed over, unless they tell of an arrival."""
        arrivals = _arrivals(text)
        known = nothing = b"\n\n"  # no line begins so
        for begin in _line_starts(text):
            if cursory and text.startswith(known, begin) and begin not in arrivals:
                continue
            match = _STAMP.match(text, begin)
            if match is None:
                continue
            month, day, year, hour, minute, second, full_year, full_month, full_day = match.groups()
            known = text[begin : match.end(4)] if month is not None and year is None else nothing
            if month is not None and year is None:
                self._open(_MONTH[month], int(day), (int(hour) * 3600 + int(minute) * 60 + int(second)) * 1_000_000)
                for place, queue_id in arrivals.get(begin, ()):
                    if 0 < place - match.end() < _FURTHEST:
                        self._arrival(queue_id)
                        break
            else:
                self._full(int(year or full_year), _MONTH[month] if month else int(full_month), int(day or full_day))
            if marks is not None and self.position is not None:
                marks.append((offset + begin, self.position))
                marks = None

    def _open(self, month: int, day: int, micros: int) -> None:
        if not 1 <= day <= 31:
            return
        self.position = step(self.position, day_of_year(month, day))
        here = (self.position, micros)
        if self.first is None:
            self.first = here
        if self.last is None or here > self.last:
            self.last = here
        if (month, day) == (2, 29):
            self.leaps.add(self.position // YEAR)

    def _full(self, year: int, month: int, day: int) -> None:
        if 1970 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= 31:
            self.position = step(self.position, day_of_year(month, day))
            self.full[year - self.position // YEAR] += 1

    def _arrival(self, queue_id: str) -> None:
        """Take the year of an ID's time, if that time is within two days of the stamp (in whatever zone)."""
        micros = arrival_time(queue_id)
        if micros is None or not 0 < micros < 2**52 or self.position is None:
            return
        arrived = date.fromordinal(EPOCH_DAY + micros // DAY)
        away = (day_of_year(arrived.month, arrived.day) - self.position + YEAR // 2) % YEAR - YEAR // 2
        if abs(away) <= 2:
            turn = (self.position + away) // YEAR  # the year of the walk in which the ID's day lies
            self.ids[arrived.year - turn] += 1


def _line_starts(text: bytes) -> Iterator[int]:
    """Where lines begin. A search for what stands at the beginning of a line would try every byte."""
    begin = 0
    while begin < len(text):
        yield begin
        begin = text.find(b"\n", begin) + 1 or len(text)


def _arrivals(text: bytes) -> dict[int, list[tuple[int, str]]]:
    """Long queue IDs of the lines that tell of an arrival: beginning of the line -> places and IDs."""
    found: dict[int, list[tuple[int, str]]] = {}
    for match in _ARRIVES.finditer(text):
        begin = text.rfind(b"\n", 0, match.start()) + 1
        found.setdefault(begin, []).append((match.start(), match[1].decode()))
    return found


class Survey:
    """What was seen of one file."""

    def __init__(self) -> None:
        """Nothing seen."""
        self.courses: dict[str, Course] = {}
        """Section name ("" for a file without sections) -> its walk."""
        self.marks: list[tuple[int, int]] = []
        """(offset, position of the walk) along a file without sections, for resuming within it."""

    def course(self, section: str) -> Course:
        """The walk of a section, made when it is new."""
        return self.courses.setdefault(section, Course())


def look_at(path: Path) -> Survey:
    """Survey a file; of a damaged compressed one what can be read. Raises InputError when it cannot be opened."""
    survey = Survey()
    section = ""
    with suppress(*BROKEN):
        for offset, text, part in _windows(path):
            if part is not Part.ALL:
                course = survey.course("")
                course.look(text, survey.marks, offset, cursory=part is Part.BETWEEN)
                if offset == 0 and course.full and course.first is None:
                    break  # a log of full dates: nothing to find out
                continue
            place = 0
            for match in _SECTION.finditer(text):
                survey.course(section).look(text[place : match.start()])
                section = match[1].decode("utf-8", "surrogateescape")
                place = match.end()
            survey.course(section).look(text[place:], None if section else survey.marks, offset + place)
    return survey


class Part(Enum):
    """Which part of a file a piece of text is: of all of it one, or the next; or a window in it, or at its end."""

    ALL = auto()
    BETWEEN = auto()
    END = auto()


def _windows(path: Path) -> Iterator[tuple[int, bytes, Part]]:
    """(offset, text, which part of the file that is) of the places to look at."""
    plain = kind_of(path) == PLAIN
    size = path.stat().st_size
    with opened(path) as text:
        start = read_full(text, GRID)
        if start.startswith(b"==> ") or size <= (_SMALL if plain else _SMALL // 16):
            yield from _all(start, text)
            return
        yield 0, start[:_WINDOW], Part.BETWEEN
        offset, end = GRID, start
        while True:
            if plain:
                text.seek(offset)
            piece = read_full(text, _WINDOW if plain else GRID)
            if not piece:
                break
            yield _from_line(offset, piece[:_WINDOW], Part.BETWEEN)
            offset, end = offset + GRID, piece
        if plain:
            offset = max(0, size - 8 * _WINDOW)
            text.seek(offset)
            yield _from_line(offset, text.read(8 * _WINDOW), Part.END)
        else:
            yield _from_line(offset - GRID, end, Part.END)


def _all(start: bytes, text: Text) -> Iterator[tuple[int, bytes, Part]]:
    offset, rest = 0, start
    while rest:
        more = text.read(BLOCK)
        rest += more
        cut = rest.rfind(b"\n") + 1 if more else len(rest)
        yield offset, rest[:cut], Part.ALL
        offset, rest = offset + cut, rest[cut:]


def _from_line(offset: int, piece: bytes, part: Part) -> tuple[int, bytes, Part]:
    """A piece of text from its first whole line on."""
    cut = piece.find(b"\n") + 1
    return offset + cut, piece[cut:], part

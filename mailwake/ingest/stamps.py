"""Written time stamps -> their parts.

Shapes read here (`find` at the start of a line, `parse` for a whole text):

    Nov  1 00:00:00          RFC 3164 section 4.1.2; also `Nov 01 ...` and `Nov 1 ...`, fraction optional
    Nov  1 2026 00:00:00     with a year, before or after month and day: `2026 Nov  1 00:00:00`
    Okt  1 00:00:00          the same with the month's name in the log's own language (journalctl); `févr. 1`, `1 févr.`
    26 Nov 2026 00:00:00 +0100      the day first (RFC 5322 section 3.3); also `26-Nov-2026`, `26/Nov/2026:00:00:00`
    Thu Nov 26 00:00:00 UTC 2026    asctime(3) and date(1); other zone names say nothing
    2026-11-01T00:00:00.1Z   RFC 3339 / ISO 8601; any length of fraction, `.` or `,`; Z, +01:00, +0100, +01 or no zone
    2026-11-22 02:36:25.823 +0100   the same with blanks (Exim, Rspamd); also `2026/11/22 02:36:25`
    Sat 2026-11-01 00:00:00 UTC     day of the week (journalctl -o short-full); other zone names say nothing
    1792896000.25            seconds since 1970 (10 digits), or milli-, micro-, nanoseconds (13, 16, 19 digits); at the
                             start of a line seconds only (journalctl -o short-unix), also as `[1792896000.25]`

A stamp without a year or zone stays without; `clock.Clock` gives it both.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

EPOCH_DAY = date(1970, 1, 1).toordinal()
DAY = 86_400_000_000
"""Microseconds of a day."""

_END_OF_TIME = (date(2262, 1, 1).toordinal() - EPOCH_DAY) * DAY
"""What a nanosecond clock of 64 bits can count, in whole years; a log's stamp beyond it is a fault."""

MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_ABROAD = """
jan jän januar january janv gen ene januari
feb fév févr fev februar february februari
mär märz mar mars mrt march maart
apr avr avril abr april
mai mag may maj mei
jun juin giu june juni
jul juil lug july juli
aug août aou ago august augusti augustus
sep sept set september
okt oct ott out oktober october
nov november
dez dec déc dic des december dezember
"""
"""A line for each month: its names in German, English, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and
Norwegian, in full and as the C library and CLDR abbreviate them, in small letters, without the dot at the end."""
MONTHS_ABROAD = {name: number for number, row in enumerate(_ABROAD.split("\n")) for name in row.split()}
_MONTH_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_CLOCK = r"(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?"
_END = r"(?=[\s,;\]|]|$)"
_ISO = re.compile(
    rf"(\d{{4}})([-/])(\d\d)\2(\d\d)[T ]{_CLOCK}"
    rf"(?:(?:(Z|[+-]\d\d:?\d\d|[+-]\d\d)| (UTC|GMT|[+-]\d\d:?\d\d)){_END})?",
    re.ASCII,
)
_BSD = re.compile(rf"({'|'.join(MONTHS)}) {{1,2}}(\d{{1,2}})(?: (\d{{4}}))? {_CLOCK}", re.ASCII)
_YEAR_BSD = re.compile(rf"(\d{{4}}) ({'|'.join(MONTHS)}) {{1,2}}(\d{{1,2}}) {_CLOCK}", re.ASCII)
_BSD_ABROAD = re.compile(rf"([^\W\d_]{{3,9}})\.? {{1,2}}(\d{{1,2}})\.?(?: (\d{{4}}))? {_CLOCK}")
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})\.?[ /-]([^\W\d_]{{3,9}})\.?(?:[ /-](\d{{4}}))?[ :]{_CLOCK}(?: ([+-]\d{{4}}|UTC|GMT)(?=[\s,;\]|]|$))?"
)
_WEEKDAY = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?=\d{4}-|[A-Z]|\d{1,2} [A-Z]| \d [A-Z])", re.ASCII)
_ZONE_NAME = re.compile(r" [A-Z]{3,5}(?= )", re.ASCII)
_YEAR_LAST = re.compile(r"(?: (UTC|GMT|[+-]\d{4})| [A-Z]{3,5})? (\d{4})(?=[\s,;:\]|]|$)", re.ASCII)
_UNIX = re.compile(r"\[?(\d{10}(?:\.\d{1,9})?)(?=\]? \S)\]?", re.ASCII)
_NUMBER = re.compile(r"(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d+))?\Z", re.ASCII)


class Stamp(NamedTuple):
    """The parts of a written stamp."""

    year: int | None
    month: int
    day: int
    micros: int
    """Microseconds since midnight."""
    offset: int | None
    """Seconds east of UTC; None when the stamp names no zone."""


def find(line: str) -> tuple[Stamp, int] | None:
    """The stamp at the start of a line and the index behind it; None when the line starts otherwise."""
    first = line[:1]
    if not first.isalnum():
        return _unix(line) if first == "[" and line[1:2].isdigit() else None
    if first.isdigit():
        match = _ISO.match(line)
        if match is not None:
            return _iso(match)
        match = _YEAR_BSD.match(line)
        if match is None:
            return _unix(line) or _day_first(line)
        year, month, day, *clock = match.groups()
    else:
        match = _BSD.match(line)
        if match is None:
            return _with_weekday(line) or _abroad(line)
        month, day, year, *clock = match.groups()
    stamp = _stamp(int(year) if year else None, MONTHS[month], int(day), clock, None)
    return (stamp, match.end()) if stamp else None


def _unix(line: str) -> tuple[Stamp, int] | None:
    match = _UNIX.match(line)
    found = parse(match[1]) if match is not None else None
    return (found, match.end()) if match is not None and found is not None else None


def _with_weekday(line: str) -> tuple[Stamp, int] | None:
    day = _WEEKDAY.match(line)
    found = find(line[day.end() :]) if day is not None else None
    if day is None or found is None:
        return None
    end = day.end() + found[1]
    year = _YEAR_LAST.match(line, end) if found[0].year is None else None
    if year is not None:
        stamp = _of_year(found[0], int(year[2]), zone_seconds(year[1] or ""))
        return (stamp, year.end()) if stamp is not None else None
    name = _ZONE_NAME.match(line, end)
    return found[0], name.end() if name is not None else end


def _of_year(stamp: Stamp, year: int, offset: int | None) -> Stamp | None:
    """A stamp with the year that stood behind it; None where that year has no such day."""
    try:
        date(year, stamp.month, stamp.day)
    except ValueError:
        return None
    return stamp._replace(year=year, offset=offset)


def _abroad(line: str) -> tuple[Stamp, int] | None:
    match = _BSD_ABROAD.match(line)
    month = MONTHS_ABROAD.get(match[1].lower()) if match is not None else None
    if match is None or month is None:
        return None
    _, day, year, *clock = match.groups()
    stamp = _stamp(int(year) if year else None, month, int(day), clock, None)
    return (stamp, match.end()) if stamp is not None else None


def _day_first(line: str) -> tuple[Stamp, int] | None:
    match = _DAY_FIRST.match(line)
    month = MONTHS_ABROAD.get(match[2].lower()) if match is not None else None
    if match is None or month is None:
        return None
    day, _, year, *clock = match.groups()
    stamp = _stamp(int(year) if year else None, month, int(day), clock[:4], zone_seconds(clock[4] or ""))
    return (stamp, match.end()) if stamp is not None else None


def parse(text: str) -> Stamp | None:
    """The stamp that the whole text is; None for anything else."""
    text = text.strip()
    found = find(text)
    if found is not None:
        return found[0] if found[1] == len(text) else None
    match = _NUMBER.match(text)
    return _since_epoch(match) if match else None


def bounded(micros: int) -> int:
    """A time that the store can hold; 0, which is no time, for one before 1970 or after 2261."""
    return micros if 0 < micros < _END_OF_TIME else 0


def of_micros(micros: int) -> Stamp:
    """The stamp, in UTC, of a time given as microseconds since 1970."""
    days, rest = divmod(micros, DAY)
    try:
        day = date.fromordinal(EPOCH_DAY + days)
    except (ValueError, OverflowError):  # beyond the calendar: as good as no time
        return Stamp(1970, 1, 1, 0, 0)
    return Stamp(day.year, day.month, day.day, rest, 0)


def _iso(match: re.Match[str]) -> tuple[Stamp, int] | None:
    year, _, month, day, hour, minute, second, fraction, near, far = match.groups()
    offset = zone_seconds(near or far or "")
    stamp = _stamp(int(year), int(month), int(day), [hour, minute, second, fraction], offset)
    return (stamp, match.end()) if stamp else None


def zone_seconds(text: str) -> int | None:
    """Seconds east of UTC of `Z`, `UTC`, `+01:00`, `+0100`, `-05`; None for an empty text."""
    if not text:
        return None
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
    return -seconds if text[0] == "-" else seconds


def _stamp(year: int | None, month: int, day: int, clock: list[str | None], offset: int | None) -> Stamp | None:
    hour, minute, second = int(clock[0] or 0), int(clock[1] or 0), int(clock[2] or 0)
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month] or hour > 23 or minute > 59 or second > 60:
        return None
    if year is not None:
        try:
            date(year, month, day)
        except ValueError:
            return None
    micros = (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction_micros(clock[3] or "")
    return Stamp(year, month, day, micros, offset)


def fraction_micros(digits: str) -> int:
    """Microseconds of the digits behind a decimal point; finer ones are cut off."""
    return int(digits[:6].ljust(6, "0")) if digits else 0


def _since_epoch(match: re.Match[str]) -> Stamp:
    whole, fraction = match.groups()
    value = int(whole)
    if len(whole) == 10:
        return of_micros(value * 1_000_000 + fraction_micros(fraction or ""))
    return of_micros({13: value * 1000, 16: value, 19: value // 1000}[len(whole)])

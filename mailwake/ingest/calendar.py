"""Calendar: the year and the zone of stamps that name none, for one file or for a rotated family (T02-T06).

The year comes from the file itself, the strongest reason first: a full date in it; a Postfix long queue ID; the date in
its name; its modification time (gzip's own copy of it, too); the beginning of the next newer file of its family. Never
from the time of the run. Of the years that are possible the latest is taken: the last stamp must not be later than the
file by more than a day, and a February 29 must exist.

The zone is the one that was given, else the machine's (TZ, /etc/localtime), else UTC.
"""

from __future__ import annotations

import os
import re
from calendar import isleap
from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta, timezone, tzinfo
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailwake.ingest.clock import YEAR, Clock
from mailwake.ingest.files import InputError, kind_of
from mailwake.ingest.folders import rotation
from mailwake.ingest.stamps import DAY, EPOCH_DAY, Stamp, zone_seconds
from mailwake.ingest.survey import Course, Survey, look_at

_STARTS = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, YEAR)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-]\d{1,2}(?::?\d\d)?)\Z")
_SANE = 631_152_000_000_000
"""1990-01-01: a file time before it was not set by the writing of a log."""


class Zone(NamedTuple):
    """The zone of stamps that name none."""

    name: str
    rules: tzinfo
    given: bool
    """False when it is that of the machine."""


class Calendar(NamedTuple):
    """Years and zone of one file."""

    zone: Zone
    years: Mapping[str, int]
    """Section name -> year of its first stamp without a year; "" for a file without sections."""
    limit: int
    """Microseconds UTC: nothing in the file can be later."""
    how: str
    """Why these years, for the user."""
    marks: tuple[tuple[int, int], ...]
    """(offset, position of the walk) along the file."""

    def clock(self, section: str = "") -> Clock:
        """A clock at the beginning of a section."""
        year = self.years.get(section)
        if year is not None:
            return Clock(self.zone.rules, year)
        return Clock(self.zone.rules, date.fromordinal(EPOCH_DAY + self.limit // DAY).year, self.limit)

    def mark(self, offset: int) -> tuple[int, int] | None:
        """The last mark at or before an offset."""
        return next((mark for mark in reversed(self.marks) if mark[0] <= offset), None)


def zone_of(name: str | None) -> Zone:
    """The zone for a name that the user gave (IANA or +01:00), or that of the machine for None.

    Raises ValueError for a name that is no zone.
    """
    if name is None:
        return _machine_zone()
    match = _OFFSET.match(name.strip())
    if match is not None:
        sign, digits = match[1][0], match[1][1:].replace(":", "")
        hours = digits if len(digits) <= 2 else digits[:-2]
        seconds = zone_seconds(f"{sign}{hours:0>2}{digits[len(hours) :]}") or 0
        try:
            return Zone(f"{sign}{hours:0>2}:{digits[len(hours) :] or '00'}", timezone(timedelta(seconds=seconds)), True)
        except ValueError as error:
            raise ValueError(f"{name} is more than a day off UTC") from error
    rules = _rules(name.strip())
    if rules is None:
        raise ValueError(f"{name} is neither a zone name such as Europe/Paris nor an offset such as +01:00")
    return Zone(name.strip(), rules, True)


def calendar_for(path: Path, zone: str | None = None) -> Calendar:
    """The calendar of one file by itself. Raises InputError when it cannot be read, ValueError for a bad zone."""
    return calendars([path], zone)[path]


def calendars(paths: Iterable[Path], zone: str | None = None) -> dict[Path, Calendar]:
    """Calendars of files, those of one rotated family in regard of each other: an older one ends before a newer begins.

    Files that cannot be read are absent. Raises InputError only if there is just one; ValueError for a bad zone.
    """
    where = zone_of(zone)
    wanted = list(paths)
    found: dict[Path, Calendar] = {}
    for _, family in groupby(sorted(wanted, key=_newest_first), key=lambda path: rotation(path).family):
        newer: int | None = None
        for path in family:
            try:
                found[path], newer = _calendar(path, where, newer)
            except (InputError, OSError) as error:
                if len(wanted) == 1:
                    raise error if isinstance(error, InputError) else InputError(str(error), str(path), "") from error
    return found


def _newest_first(path: Path) -> tuple[str, int, str]:
    known = rotation(path)
    return (known.family, known.age, path.name)


def _calendar(path: Path, zone: Zone, newer: int | None) -> tuple[Calendar, int | None]:
    """A calendar, and the time of the file's first stamp for the next older file."""
    survey = look_at(path)
    limit, how = _limit(path)
    if newer is not None and newer < limit:
        limit, how = newer, "the next newer file of its family"
    years: dict[str, int] = {}
    for section, course in survey.courses.items():
        if course.first is None:
            continue
        if course.full:
            years[section], how = course.full.most_common(1)[0][0], "full dates in the file"
        elif course.ids:
            years[section], how = course.ids.most_common(1)[0][0], "Postfix queue IDs"
        else:
            years[section] = _latest(course, limit, zone)
    if not years:
        how = ""
    calendar = Calendar(zone, years, limit, how and f"from {how}", tuple(survey.marks))
    return calendar, _first(survey, years, zone)


def _latest(course: Course, limit: int, zone: Zone) -> int:
    """The latest year of the walk's year 0 with which its last stamp is not more than a day behind the limit."""
    if course.last is None:
        return date.fromordinal(EPOCH_DAY + limit // DAY).year
    year = date.fromordinal(EPOCH_DAY + limit // DAY).year + 1 - course.last[0] // YEAR
    while year > 1970:
        if all(isleap(year + turn) for turn in course.leaps) and _moment(course.last, year, zone) <= limit + DAY:
            return year
        year -= 1
    return year


def _moment(place: tuple[int, int], year: int, zone: Zone) -> int:
    """Microseconds UTC of (position, microseconds of the day), position counted from January 1 of a year."""
    turn, day = divmod(place[0], YEAR)
    month = next(index for index in range(1, 13) if day < _STARTS[index])
    stamp = Stamp(None, month, day - _STARTS[month - 1] + 1, place[1], None)
    return Clock(zone.rules, year + turn).resolve(stamp)


def _first(survey: Survey, years: Mapping[str, int], zone: Zone) -> int | None:
    times = [
        _moment(course.first, years[section], zone)
        for section, course in survey.courses.items()
        if course.first is not None and section in years
    ]
    return min(times, default=None)


def _limit(path: Path) -> tuple[int, str]:
    """Microseconds UTC that no stamp of a file can exceed (by more than a day), and where that comes from."""
    named = rotation(path).day
    if named is not None:
        return (named.toordinal() - EPOCH_DAY + 1) * DAY, "the date in the file's name"
    status = path.stat()
    changed = status.st_mtime_ns // 1000
    if kind_of(path) == "gzip":
        with path.open("rb") as file:
            inner = int.from_bytes(file.read(8)[4:], "little") * 1_000_000  # RFC 1952 section 2.3.1, MTIME
        if _SANE <= inner < changed:
            changed = inner
    if changed < _SANE:
        return status.st_ctime_ns // 1000, "the time at which the file came here"
    return changed, "the file's modification time"


def _machine_zone() -> Zone:
    for name in (os.environ.get("TZ", "").lstrip(":"), _linked()):
        rules = _rules(name) if name else None
        if rules is not None:
            return Zone(name, rules, False)
    return Zone("UTC", UTC, False)


def _linked() -> str:
    try:
        return str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    except OSError:
        return ""


def _rules(name: str) -> tzinfo | None:
    if name in ("UTC", "Z", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None

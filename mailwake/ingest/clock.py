"""Clock: written stamps -> microseconds UTC, walking through one log in its own order.

Stamps that name no year get the year that the walk has reached: a stamp is taken as up to 276 days ahead of the one
before it, or as up to 90 days behind (lines arrive late, files are joined out of order). So `Dec 31` -> `Jan  1` is a
new year, and a late `Dec 31` after `Jan  1` stays in the old one.

Stamps that name no zone are in the calendar's zone. When clocks are put back, an hour is written twice; the second
pass is known by time jumping back within that hour.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from mailwake.ingest.stamps import DAY, EPOCH_DAY, Stamp, bounded, find, fraction_micros, of_micros, parse

YEAR = 366
"""Days of a year in a walk: every year has a February 29, so that a position does not depend on which year it is."""
BEHIND = 90
"""Days that a stamp may be behind the one before it."""
_STARTS = (0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)
_BACK = 20 * 60 * 1_000_000
"""A jump back by more than this within the doubled hour is the second pass; less is mere disorder."""
_CACHE = 100_000


def day_of_year(month: int, day: int) -> int:
    """Day within a leap year, from 0."""
    return _STARTS[month] + day - 1


def step(position: int | None, day: int) -> int:
    """Position of a day of the year, seen from the position before it (None: the walk begins in year 0)."""
    if position is None:
        return day
    ahead = (day - position) % YEAR
    return position + (ahead if ahead < YEAR - BEHIND else ahead - YEAR)


def ordinal(year: int, month: int, day: int) -> int:
    """`date.toordinal`, where a February 29 of a common year is taken from the leap year before."""
    while True:
        try:
            return date(max(1, min(year, 9998)), month, day).toordinal()
        except ValueError:
            year -= 1


class Clock:
    """Reads the stamps of one log (or one section of a file) in the order in which they stand there."""

    def __init__(self, zone: tzinfo, year: int, latest: int | None = None) -> None:
        """zone: of stamps that name none. year: of the first stamp that names none.

        latest: microseconds UTC which the first stamp must not exceed, when the year is only the latest thinkable one.
        """
        self.cache: dict[str, int] = {}
        """Text of `Nov  1 00:00:00` stamps of the present day -> microseconds UTC; `runs` reads it directly."""
        self._zone = zone
        self._year = year
        self._latest = latest
        self._position: int | None = None
        self._full = 0
        self._date = ""
        self._day = -1
        self._shift = 0
        self._even = True
        self._back = False
        self._peak = -1
        self._second = False
        self._recent = ("", "", 0, False)
        """The last second read from a stamp such as `2026-11-01 00:00:00.123 +0100`: its text, that of its zone, its
        time, whether it named a zone."""

    def saw(self, micros: int) -> None:
        """Take note of a time that was given in full: stamps without a year go on from there."""
        self._full = micros

    def start(self, position: int) -> None:
        """Begin within the log, at a position that a survey has marked."""
        self._position = position

    def read(self, text: str) -> tuple[int, bool] | None:
        """Time of a stamp in any shape that `stamps.parse` knows, and whether it named year and zone; None when it
        is no stamp. Lines of one second mostly follow each other, so the last second is kept."""
        second, zone, base, sure = self._recent
        if second and text.startswith(second) and text.endswith(zone):
            digits = text[20 : len(text) - len(zone)]
            if len(text) == 19 + len(zone):
                self._full = base
                return base, sure
            if text[19] in ".," and digits.isdigit() and digits.isascii():
                self._full = base + fraction_micros(digits)
                return self._full, sure
        micros = self.cache.get(text) or self.bsd(text)
        if micros is not None:
            return micros, False
        stamp = parse(text)
        if stamp is None:
            return None
        micros, sure = self.resolve(stamp), stamp.offset is not None and stamp.year is not None
        if micros and self._even and text[4:5] == "-":
            self._recent = (text[:19], text[19:].lstrip(".,0123456789"), micros - stamp.micros % 1_000_000, sure)
        return micros, sure

    def resolve(self, stamp: Stamp) -> int:
        """Microseconds UTC of a stamp; NO_TIME (0) when it is none of 1970 to 2261."""
        if stamp.year is not None and not 1969 <= stamp.year <= 2262:
            return 0
        month, date_ = stamp.month, stamp.day
        day = self._walk(month, date_) if stamp.year is None else ordinal(stamp.year, month, date_)
        if stamp.offset is not None:
            self._full = bounded((day - EPOCH_DAY) * DAY + stamp.micros - stamp.offset * 1_000_000)
            return self._full
        micros = self._local(day, stamp.micros)
        if stamp.year is not None:
            self._full = micros
        return micros

    def bsd(self, text: str) -> int | None:
        """Time of a 15 character RFC 3164 stamp; None for anything else. Remembers it in `cache`.

        Called once per second of the log, so no regular expression.
        """
        clock = text[7:9] + text[10:12] + text[13:15]
        if len(clock) != 6 or text[9] != ":" or text[12] != ":" or not (clock.isdigit() and clock.isascii()):
            return None
        if not self._even or text[:6] != self._date or self._full:
            found = find(text)  # a new day, or an uncertain one: with all checks
            if found is None or found[1] != 15:
                return None
            self.cache.clear()
            micros = self.resolve(found[0])
            self._date = text[:6]
        else:
            hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
            if hour > 23 or minute > 59 or second > 60 or text[6] != " ":
                return None
            micros = self._local(self._day, (hour * 3600 + minute * 60 + second) * 1_000_000)
        if self._even:
            if len(self.cache) >= _CACHE:
                self.cache.clear()
            self.cache[text] = micros
        return micros

    def _walk(self, month: int, day: int) -> int:
        """Ordinal of a day without a year; moves the walk there."""
        if self._full:
            known = of_micros(self._full + self._shift)
            self._position = ((known.year or 0) - self._year) * YEAR + day_of_year(known.month, known.day)
            self._full = 0
        if self._position is None and self._latest is not None:
            while (ordinal(self._year, month, day) - EPOCH_DAY) * DAY > self._latest + DAY and self._year > 1970:
                self._year -= 1
        self._position = step(self._position, day_of_year(month, day))
        return ordinal(self._year + self._position // YEAR, month, day)

    def _local(self, day: int, micros: int) -> int:
        """UTC of a local time: day as an ordinal, microseconds since midnight."""
        if day != self._day:
            self._set_day(day)
        shift = self._shift if self._even else self._uneven(day, micros)
        return bounded((day - EPOCH_DAY) * DAY + micros - shift)

    def _set_day(self, day: int) -> None:
        """Learn whether the zone's offset changes on this day."""
        self._day, self._peak, self._second, self._date = day, -1, False, ""
        self._recent = ("", "", 0, False)
        start = self._offset(datetime.fromordinal(day))
        end = self._offset(datetime.fromordinal(day + 1))
        self._shift, self._even, self._back = start, start == end, start > end

    def _uneven(self, day: int, micros: int) -> int:
        """Offset on a day on which clocks are changed; follows the two passes of the doubled hour."""
        moment = datetime.fromordinal(day) + timedelta(microseconds=micros)
        first, second = self._offset(moment), self._offset(moment.replace(fold=1))
        if first <= second:  # unambiguous, or in the hour that spring skips
            if self._back and first < self._shift:
                self._second = True  # past the doubled hour: what comes late from it is of the second pass
            return first
        if micros < self._peak - _BACK:
            self._second = True
        self._peak = max(self._peak, micros)
        return second if self._second else first

    def _offset(self, moment: datetime) -> int:
        offset = self._zone.utcoffset(moment.replace(tzinfo=self._zone))
        return int(offset.total_seconds()) * 1_000_000 if offset else 0

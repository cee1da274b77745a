"""Dates: the shapes in which people write them, and the cultures that say what `11/12` means.

A `datetime` without zone is of unspecified kind: wall-clock time that nobody gave a zone. Everything here is pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo


@dataclass(frozen=True, slots=True)
class Culture:
    """How a culture writes dates and times; names of days and months are English in all of them."""

    name: str
    short_date: str
    short_time: str
    long_time: str
    long_date: str
    day_first: bool = False


CULTURES = {
    culture.name.lower(): culture
    for culture in (
        Culture("en-US", "M/d/yyyy", "h:mm tt", "h:mm:ss tt", "dddd, MMMM d, yyyy"),
        Culture("en-GB", "dd/MM/yyyy", "HH:mm", "HH:mm:ss", "dddd, d MMMM yyyy", day_first=True),
        Culture("sv-SE", "yyyy-MM-dd", "HH:mm", "HH:mm:ss", "dddd d MMMM yyyy", day_first=True),
        Culture("nl-NL", "d-M-yyyy", "HH:mm", "HH:mm:ss", "dddd d MMMM yyyy", day_first=True),
        Culture("fr-FR", "dd/MM/yyyy", "HH:mm", "HH:mm:ss", "dddd d MMMM yyyy", day_first=True),
        Culture("de-DE", "dd.MM.yyyy", "HH:mm", "HH:mm:ss", "dddd, d. MMMM yyyy", day_first=True),
        Culture("zh-TW", "yyyy/M/d", "HH:mm", "HH:mm:ss", "dddd, MMMM d, yyyy"),
    )
}
"""Cultures by name in lower case."""

INVARIANT = Culture("", "MM/dd/yyyy", "HH:mm", "HH:mm:ss", "dddd, dd MMMM yyyy")
"""What casts and strings use, whatever the session's culture is."""

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

_MONTH = {name[:size].lower(): i + 1 for i, name in enumerate(MONTHS) for size in (3, len(name))} | {"sept": 9}
_TIME = re.compile(
    r"(?:^|[\sT])(?P<h>\d{1,2})(?::(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|GMT|UTC|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"(\d{1,4})([/.-])(\d{1,2})(?:\2(\d{1,4}))?$")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_WORDS = re.compile(r"[\s,.]+")


def parse_date(text: str, culture: Culture, zone: tzinfo, now: datetime) -> datetime | None:
    """A date as people type it, or None.

    `11/24/2026`, `2026-11-24`, `11/24/2026 3:00 PM`, `24 Nov 2026 15:00`, `3:00 PM` (of today), `2026-11-24T15:00:00Z`.
    With a zone written it is a time of the session's zone, without it is of unspecified kind.
    """
    rest = text.strip()
    if not rest or len(rest) > 100 or not rest.isprintable():
        return None
    clock, rest = _split_clock(rest)
    day = _day(_WEEKDAY.sub("", rest), culture, now) if rest else (now.year, now.month, now.day)
    if day is None or (not rest and clock is None):
        return None
    try:
        made = datetime(*day)
        if clock is None:
            return made
        hour, minute, second, micro, offset = clock
        made = made.replace(hour=hour, minute=minute, second=second, microsecond=micro)
        return made if offset is None else made.replace(tzinfo=timezone(offset)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


_Clock = tuple[int, int, int, int, timedelta | None]


def _split_clock(text: str) -> tuple[_Clock | None, str]:
    """The time at the end of a text, if there is one, and what stands before it."""
    found = _TIME.search(text)
    if not found or (found["m"] is None and found["half"] is None):
        return None, text
    hour, half = int(found["h"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None, text
    if half:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    micro = int((found["f"] or "0").ljust(6, "0")[:6])
    offset: timedelta | None = None
    if zone := found["zone"]:
        signed = zone[0] in "+-"
        digits = zone[1:].replace(":", "") if signed else "0000"
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
        if abs(offset) >= timedelta(hours=24):
            return None, text
    return (hour, int(found["m"] or 0), int(found["s"] or 0), micro, offset), text[: found.start()].rstrip(" ,")


def _day(text: str, culture: Culture, now: datetime) -> tuple[int, int, int] | None:
    """Year, month and day."""
    if numeric := _NUMERIC.match(text):
        first, _, second, third = numeric.groups()
        if len(first) > 2:
            return (_year(first), int(second), int(third)) if third and len(third) <= 2 else None
        if len(second) > 2:
            return None
        day_first = culture.day_first
        month, day = (int(second), int(first)) if day_first else (int(first), int(second))
        if third is not None and len(third) == 3:
            return None
        return (_year(third) if third else now.year, month, day)
    words = [word for word in _WORDS.split(text.replace("-", " ")) if word]
    months = [word for word in words if word.lower() in _MONTH]
    numbers = [word for word in words if word.isdecimal() and word.isascii() and len(word) <= 4]
    if len(months) != 1 or len(months) + len(numbers) != len(words) or not 1 <= len(numbers) <= 2:
        return None
    month = _MONTH[months[0].lower()]
    if len(numbers) == 1:
        only = numbers[0]
        return (int(only), month, 1) if len(only) == 4 else (now.year, month, int(only))
    day_text, year_text = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    return (_year(year_text), month, int(day_text))


def _year(text: str) -> int:
    """A year of two digits is of 1950 to 2049, as .NET takes it."""
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 50 else 1900)


_EXACT = {
    "yyyy": r"(?P<y>\d{4})",
    "yy": r"(?P<yy>\d{2})",
    "MMMM": r"(?P<name>[A-Za-z]{3,9})",
    "MMM": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "hh": r"(?P<hour>\d{2})",
    "h": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "tt": r"(?P<half>[AaPp][Mm])",
}
_EXACT_TOKEN = re.compile(r"yyyy|yy|M{1,4}|d{1,2}|H{1,2}|h{1,2}|mm|ss|tt|'([^']*)'|.", re.DOTALL)


def parse_exact(text: str, pattern: str) -> datetime | None:
    """A date in exactly the shape of a pattern such as `yyyyMMdd HH:mm`; None if it has another."""
    tokens = list(_EXACT_TOKEN.finditer(pattern[:100]))
    shape = "".join(_EXACT.get(found[0]) or re.escape(found[1] or found[0]) for found in tokens)
    try:
        found = re.fullmatch(shape, text[:200])
    except re.error:  # a part that is there twice
        return None
    if found is None:
        return None
    parts = {name: value for name, value in found.groupdict().items() if value is not None}
    year = int(parts["y"]) if "y" in parts else _year(parts["yy"]) if "yy" in parts else 0
    month = _MONTH.get(parts["name"].lower(), 0) if "name" in parts else int(parts.get("month", 1))
    hour = int(parts.get("hour", 0))
    if "half" in parts:
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    try:
        return datetime(
            year, month, int(parts.get("day", 1)), hour, int(parts.get("minute", 0)), int(parts.get("second", 0))
        )
    except ValueError:
        return None


def to_utc(value: datetime, zone: tzinfo) -> datetime:
    """A time in UTC; one of unspecified kind is the session zone's."""
    return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)


def to_local(value: datetime, zone: tzinfo) -> datetime:
    """A time in the session's zone; one of unspecified kind is UTC, as .NET has it."""
    return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(zone)


def aligned(left: datetime, right: datetime) -> tuple[datetime, datetime]:
    """Two times that can be compared: by the instant if both have a zone, else by what the clock shows."""
    if left.tzinfo is not None and right.tzinfo is not None:
        return left, right
    return left.replace(tzinfo=None), right.replace(tzinfo=None)


_SPAN = re.compile(
    r"\s*(?P<sign>-)?(?:(?P<only>\d{1,8})|(?:(?P<d>\d{1,8})[.:](?=\d{1,2}:\d))?(?P<h>\d{1,2}):(?P<m>\d{1,2})"
    r"(?::(?P<s>\d{1,2})(?:\.(?P<f>\d{1,7}))?)?)\s*$"
)


def parse_span(text: str) -> timedelta | None:
    """A time span: `90` (days), `90.00:00:00`, `1:30`, or None."""
    found = _SPAN.match(text)
    if not found:
        return None
    try:
        if found["only"]:
            span = timedelta(days=int(found["only"]))
        else:
            hours, minutes, seconds = int(found["h"]), int(found["m"]), int(found["s"] or 0)
            if hours > 23 or minutes > 59 or seconds > 59:
                return None
            micro = int((found["f"] or "0").ljust(6, "0")[:6])
            span = timedelta(int(found["d"] or 0), seconds, micro, 0, minutes, hours)
    except OverflowError:
        return None
    return -span if found["sign"] else span

"""People's words for a time, to microseconds UTC.

A bound is an instant. A word that names a whole day stands for its first moment, and as the end of a range (`end`) for
the first moment after it, so that `--since monday --until monday` is that Monday. Ranges are half open: the end itself
is not in them.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from mailwake.events.told import tell

SHAPES = (
    "2026-11-22, 2026-11-22 14:30, 2026-11-22T14:30:00Z, 14:30, 2d, 36h, 90m, 1w, 2 days ago,"
    " now, today, yesterday, monday, yesterday 14:30"
)
"""What `parse` takes, by example: for messages and help texts."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_UNIT = r"(?:weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)"
_SPAN = re.compile(rf"(?:last |past |-)?((?:\d{{1,9}} ?{_UNIT}(?![a-z]) ?)+)(?:ago)?")
_PART = re.compile(r"(\d+) ?([a-z])[a-z]*")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(z|utc|[+-]\d{2}:?\d{2}|[+-]\d{2})?")
_DAY = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})")


def parse(text: str, *, now: datetime, zone: tzinfo, end: bool = False) -> int:
    """Microseconds UTC of a time expression; `now` is aware, `zone` holds for times without one of their own.

    end: the expression closes a range, so a day stands for the moment after it. Raises ValueError naming the shapes.
    """
    words = " ".join(text.lower().split())
    try:
        moment = _moment(words, now, zone, end)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ValueError(
            tell("cannot read {text!r} as a time; these shapes are understood: {shapes}", text=text, shapes=SHAPES)
        )
    return moment


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name, `local`, `UTC`, `Z`, or an offset such as `+02:00`. Raises ValueError."""
    text = name.strip()
    if text.lower() in ("utc", "z"):
        return ZoneInfo("UTC")
    if text.lower() == "local":
        return local_zone()
    if re.fullmatch(r"(?:utc)?[+-]\d{2}(?::?\d{2})?", text, re.IGNORECASE):
        return _offset(text.upper().removeprefix("UTC"))
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        raise ValueError(
            tell("no such time zone: {name!r}; give a name such as Europe/Berlin, UTC, local, or +02:00", name=name)
        ) from None


def local_zone() -> tzinfo:
    """The zone of this machine, with its rules of summer time where they can be had."""
    name = os.environ.get("TZ", "").lstrip(":")
    link = Path("/etc/localtime")
    try:
        if name:
            return ZoneInfo(name)
        if "zoneinfo/" in (target := str(link.resolve())):
            return ZoneInfo(target.partition("zoneinfo/")[2])
        with link.open("rb") as rules:
            return ZoneInfo.from_file(rules, key="local")
    except (OSError, ValueError, LookupError):
        return datetime.now().astimezone().tzinfo or UTC


def zone_name(zone: tzinfo) -> str:
    """How to name a zone to a person."""
    return getattr(zone, "key", None) or str(zone)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int, zone: tzinfo) -> datetime:
    """The aware datetime of microseconds since 1970."""
    return (_EPOCH + micros * _MICROSECOND).astimezone(zone)


def _moment(words: str, now: datetime, zone: tzinfo, end: bool) -> int | None:
    if words == "now":
        return to_micros(now)
    if span := _SPAN.fullmatch(words):
        seconds = sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(span[1]))
        return to_micros(now - timedelta(seconds=seconds))
    today = now.astimezone(zone).date()
    day_text, clock = _split_clock(words)
    day = today if clock is not None and not day_text else _day(day_text, today)
    if day is None:
        return None
    if clock is None:
        return _wall(datetime.combine(day + timedelta(days=1) if end else day, time()), zone, end)
    hour, minute, second, fraction, offset = clock.groups()
    micros = int((fraction or "")[:6].ljust(6, "0"))
    wall = datetime.combine(day, time(int(hour), int(minute), int(second or 0), micros))
    return _wall(wall, _offset(offset) if offset else zone, end)


def _split_clock(words: str) -> tuple[str, re.Match[str] | None]:
    """The part that names the day, and the time of day if there is one."""
    found = re.search(r"(?:^|[ t])(\d{1,2}:.*)$", words)
    if found is None:
        return words, None
    clock = _CLOCK.fullmatch(found[1])
    return (words[: found.start()].strip(), clock) if clock else (words, None)


def _day(text: str, today: date) -> date | None:
    if text == "today":
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    weekday = text.removeprefix("last ")
    for number, name in enumerate(_DAYS):
        if weekday in (name, name[:3]):
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    found = _DAY.fullmatch(text)
    return date(int(found[1]), int(found[3]), int(found[4])) if found else None


def _offset(text: str) -> tzinfo:
    if text.lower() in ("z", "utc"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta)


def _wall(wall: datetime, zone: tzinfo, end: bool) -> int:
    """The instant of a wall clock time.

    Where the clock is set back a time happens twice, where it is set forward not at all: the start of a range takes the
    earlier reading and its end the later, so that no message falls out.
    """
    readings = [to_micros(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)]
    return max(readings) if end else min(readings)

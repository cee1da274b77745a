"""Times as exports of Microsoft's services write them, to ISO 8601.

CreationTime is `2026-11-20T08:14:03` (UTC), LastAccessed `2026-11-20T09:14:03.25+01:00`; tables made on Windows have
the computer's own way to write dates: `11/20/2026 8:14:03 AM`, `20/11/2026 08:14:03`, `20.11.2026 08:14:03`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?\Z")
_TICKS = re.compile(r"\\?/Date\((\d{9,14})(?:[+-]\d{4})?\)\\?/\Z")
"""Milliseconds since 1970, as Windows PowerShell's ConvertTo-Json has them."""
_LOCAL = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?\Z"
)


def iso(text: str, zone: str = "") -> str:
    """The time as ISO 8601; "" for a text that is none.

    zone: of a time that names none, such as `Z`; "" when nothing is known of it.

    Month and day in numbers: with AM or PM, or a slash, the month comes first unless it cannot be one.
    """
    text = text.strip().replace("\u202f", " ").replace("\u200e", "")
    match = _ISO.match(text)
    if match is not None:
        day, clock, told = match.groups()
        return f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}{told or zone}"
    match = _TICKS.match(text)
    if match is not None:
        return datetime.fromtimestamp(int(match[1]) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    match = _LOCAL.match(text)
    if match is None:
        return ""
    one, mark, two, three, hour, minute, second, half = match.groups()
    date = _date(int(one), int(two), int(three), month_first=mark == "/")
    hours = int(hour) % 12 + (12 if half in ("P", "p") else 0) if half else int(hour)
    return f"{date}T{hours:02}:{minute}:{second or '00'}{zone}" if date else ""


def _date(one: int, two: int, three: int, month_first: bool) -> str:
    if one > 31:
        year, month, day = one, two, three
    elif month_first and one <= 12:
        year, month, day = three, one, two
    else:
        year, month, day = three, two, one
    year += 2000 if year < 100 else 0
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""

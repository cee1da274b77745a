"""Written times of exports to ISO 8601 in UTC, which is what these services mean (Get-MessageTraceV2, Graph).

PowerShell writes the culture's own form: `11/21/2026 4:05:06 PM` (en-US), `21/11/2026 16:05:06` (en-GB, fr-FR),
`21.11.2026 16:05:06` (de-DE), `2026-11-21 16:05:06` (sv-SE), `2026/11/21 下午 04:05:06` (zh-TW). Which of day and month
comes first is told by the separator, by AM and PM, or by a number above 12; where nothing tells, the day does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_DATE_OF_JSON = re.compile(r"\\?/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?/\Z")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?\Z", re.ASCII
)
_CULTURE = re.compile(
    r"(?:[^\d\s]+\s+)?(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})\.?,?\s+(?:(\D{1,12}?)\s*)?"
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[.,]\d{1,7})?\s*(\D{1,12})?\Z"
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_AFTERNOON = frozenset({"pm", "下午", "오후", "午後", "μμ", "晚上", "中午", "em", "ip", "du"})
_MORNING = frozenset({"am", "上午", "오전", "午前", "πμ", "早上", "凌晨", "fm", "ap", "de"})
_LONGEST = 80
"""Characters of a written time; what is longer is damaged."""
_LATEST = 8_000_000_000_000
"""Milliseconds: in the year 2223."""


def iso(value: Any) -> str:
    """`2026-11-21T16:05:06.123Z` of a written time, or of the object that ConvertTo-Json makes of one; "" for none."""
    if isinstance(value, dict):
        return iso(value.get("value") or value.get("DateTime") or value.get("dateTime") or "")
    if not isinstance(value, str):
        return ""
    value = value.strip().strip("\u200e\u200f")
    match = _ISO.match(value)
    if match is not None:
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        point = f".{fraction}" if fraction else ""
        zone = "Z" if zone in (None, "UTC") else zone
        return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{point}{zone}"
    match = _DATE_OF_JSON.match(value)
    if match is not None:
        return _since_epoch(int(match[1]))
    if _DAY.match(value):
        return f"{value}T00:00:00Z"
    if len(value) > _LONGEST:
        return ""
    match = _CULTURE.match(value.replace("\u202f", " ").replace("\u00a0", " "))
    return _of_culture(match) if match else ""


def _since_epoch(millis: int) -> str:
    if not 0 < millis < _LATEST:
        return ""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def _of_culture(match: re.Match[str]) -> str:
    first, separator, second, third, before, hour, minute, seconds, behind = match.groups()
    half = (before or behind or "").strip()
    word = half.replace(".", "").replace(" ", "").lower()
    if word and word not in _AFTERNOON and word not in _MORNING:
        return ""
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        day, month, year = int(first), int(second), int(third)
        # en-US says AM and PM in capitals; en-AU, which has the day first, writes them small.
        if month > 12 or (separator == "/" and half in ("AM", "PM") and day <= 12):
            day, month = month, day
    hours = int(hour)
    if word in _AFTERNOON and hours < 12:
        hours += 12
    elif word in _MORNING and hours == 12:
        hours = 0
    try:
        when = datetime(year + 2000 if year < 100 else year, month, day, hours, int(minute), int(seconds or 0))
    except ValueError:
        return ""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when.year >= 1970 else ""

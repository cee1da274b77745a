"""Time zones to choose from: one for each offset that people live in, and the one in use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_MINUTE = 60
NAMES = (
    *("Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Phoenix"),
    *("America/Chicago", "America/Mexico_City", "America/New_York", "America/Bogota", "America/Halifax"),
    *("America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Atlantic/South_Georgia"),
    *(
        "Atlantic/Azores",
        "UTC",
        "Europe/London",
        "Africa/Lagos",
        "Europe/Amsterdam",
        "Europe/Paris",
        "Europe/Stockholm",
    ),
    *("Europe/Athens", "Europe/Helsinki", "Africa/Johannesburg", "Africa/Nairobi", "Europe/Istanbul", "Asia/Riyadh"),
    *("Asia/Tehran", "Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka"),
    *("Asia/Yangon", "Asia/Bangkok", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Singapore"),
    *("Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Sydney", "Pacific/Noumea"),
    *("Pacific/Auckland", "Pacific/Tongatapu"),
)


def zones() -> SafeString:
    """Options of a list to choose from, `(UTC+01:00) Europe/Stockholm`, from west to east; the one in use is chosen.

    As markup, because it is on every page of a trace and costs more than all its other fields in a template.
    """
    return _options(timezone.get_current_timezone_name(), int(timezone.now().timestamp()) // _MINUTE)


@lru_cache(maxsize=64)
def _options(current: str, minute: int) -> SafeString:
    """The list as it is in a minute since 1970: offsets change between two, and many pages are asked for in one."""
    now = datetime.fromtimestamp(minute * _MINUTE, UTC)
    names = dict.fromkeys((*NAMES, current))
    found = [(now.astimezone(ZoneInfo(name)).utcoffset() or timedelta(), name) for name in names]
    lines = []
    for offset, name in sorted(found):
        shown, chosen = escape(name), "selected" if name == current else ""
        lines.append(f'<option value="{shown}" {chosen}>({_offset(offset)}) {shown}</option>')
    return mark_safe("".join(lines))


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"

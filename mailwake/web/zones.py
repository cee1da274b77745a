"""Time zones to choose from: one for each offset that people live in, and the one in use."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

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


def zones() -> list[tuple[str, str]]:
    """Name and title, `(UTC+01:00) Europe/Stockholm`, from west to east."""
    now = timezone.now()
    names = dict.fromkeys((*NAMES, timezone.get_current_timezone_name()))
    found = [(now.astimezone(ZoneInfo(name)).utcoffset() or timedelta(), name) for name in names]
    return [(name, f"({_offset(offset)}) {name}") for offset, name in sorted(found)]


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"

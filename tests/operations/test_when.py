"""Time expressions: every shape, both ends of a range, and days on which the clock is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailwake.operations.when import from_micros, local_zone, parse, to_micros, zone_name, zone_named

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 8, 30, 15, 250000, tzinfo=UTC)  # a Sunday, 09:30 in Berlin


def at(text: str, *, end: bool = False, now: datetime = NOW) -> str:
    micros = parse(text, now=now, zone=BERLIN, end=end)
    return from_micros(micros, UTC).isoformat().replace("+00:00", "Z")


STARTS = [
    ("2026-11-20", "2026-11-19T23:00:00Z"),
    ("20261120", "2026-11-19T23:00:00Z"),
    ("2026-11-20 14:30", "2026-11-20T13:30:00Z"),
    ("2026-11-20T14:30:05", "2026-11-20T13:30:05Z"),
    ("2026-11-20t14:30:05.123456789z", "2026-11-20T14:30:05.123456Z"),
    ("2026-11-20T14:30:05,5+02:00", "2026-11-20T12:30:05.500000Z"),
    ("2026-11-20 14:30 -0530", "2026-11-20T20:00:00Z"),
    ("2026-11-20 14:30 UTC", "2026-11-20T14:30:00Z"),
    ("14:30", "2026-11-22T13:30:00Z"),
    ("7:05:09", "2026-11-22T06:05:09Z"),
    ("14:30Z", "2026-11-22T14:30:00Z"),
    ("now", "2026-11-22T08:30:15.250000Z"),
    ("2d", "2026-11-20T08:30:15.250000Z"),
    ("-2d", "2026-11-20T08:30:15.250000Z"),
    ("last 2 days", "2026-11-20T08:30:15.250000Z"),
    ("2 days ago", "2026-11-20T08:30:15.250000Z"),
    ("36h", "2026-11-20T20:30:15.250000Z"),
    ("90m", "2026-11-22T07:00:15.250000Z"),
    ("1w", "2026-11-15T08:30:15.250000Z"),
    ("1d12h", "2026-11-20T20:30:15.250000Z"),
    ("1 hour 30 minutes ago", "2026-11-22T07:00:15.250000Z"),
    ("15s", "2026-11-22T08:30:00.250000Z"),
    ("today", "2026-11-21T23:00:00Z"),
    ("Yesterday", "2026-11-20T23:00:00Z"),
    ("yesterday 14:30", "2026-11-21T13:30:00Z"),
    ("monday", "2026-11-15T23:00:00Z"),
    ("last monday", "2026-11-15T23:00:00Z"),
    ("saturday", "2026-11-20T23:00:00Z"),
    ("sunday", "2026-11-14T23:00:00Z"),  # today is one: the one before
    ("fri 08:00", "2026-11-20T07:00:00Z"),
]


@pytest.mark.parametrize(("text", "expected"), STARTS)
def test_start_of_a_range(text: str, expected: str) -> None:
    assert at(text) == expected


ENDS = [
    ("2026-11-20", "2026-11-20T23:00:00Z"),
    ("yesterday", "2026-11-21T23:00:00Z"),
    ("today", "2026-11-22T23:00:00Z"),
    ("monday", "2026-11-16T23:00:00Z"),
    ("2026-11-20 14:30", "2026-11-20T13:30:00Z"),  # only days have a length
    ("2d", "2026-11-20T08:30:15.250000Z"),
]


@pytest.mark.parametrize(("text", "expected"), ENDS)
def test_end_of_a_range(text: str, expected: str) -> None:
    assert at(text, end=True) == expected


CLOCK_CHANGES = [
    ("2026-03-29", False, "2026-03-28T23:00:00Z"),
    ("2026-03-29", True, "2026-03-29T22:00:00Z"),  # a day of 23 hours
    ("2026-10-25", False, "2026-10-24T22:00:00Z"),
    ("2026-10-25", True, "2026-10-25T23:00:00Z"),  # a day of 25 hours
    ("2026-10-25 02:30", False, "2026-10-25T00:30:00Z"),  # happens twice: the first,
    ("2026-10-25 02:30", True, "2026-10-25T01:30:00Z"),  # and at the end of a range the second
    ("2026-10-25 02:30+01:00", False, "2026-10-25T01:30:00Z"),
    ("2026-03-29 02:30", False, "2026-03-29T00:30:00Z"),  # never happens: wide rather than narrow
    ("2026-03-29 02:30", True, "2026-03-29T01:30:00Z"),
]


@pytest.mark.parametrize(("text", "end", "expected"), CLOCK_CHANGES)
def test_clock_changes(text: str, end: bool, expected: str) -> None:
    assert at(text, end=end) == expected


def test_a_relative_day_is_24_hours_over_a_clock_change() -> None:
    assert at("1d", now=datetime(2026, 10, 25, 12, tzinfo=UTC)) == "2026-10-24T12:00:00Z"


def test_today_is_the_zones_day_not_utcs() -> None:
    assert at("today", now=datetime(2026, 11, 21, 23, 30, tzinfo=UTC)) == "2026-11-21T23:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "25:00", "2026-1122", "2x", "2d3", "99999999w", "monday 9", "last now"],
)
def test_what_is_no_time_names_the_shapes(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*2026-11-22, .*2d, .*yesterday"):
        at(text)


@pytest.mark.parametrize(
    ("name", "hours"), [("Europe/Berlin", 1), ("UTC", 0), ("z", 0), ("+02:00", 2), ("-0500", -5), ("UTC+1", None)]
)
def test_zones(name: str, hours: int | None) -> None:
    if hours is None:
        with pytest.raises(ValueError, match="no such time zone"):
            zone_named(name)
        return
    offset = NOW.astimezone(zone_named(name)).utcoffset()
    assert offset is not None and offset.total_seconds() == hours * 3600


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc/passwd", "", "/etc/localtime", "+99:00", "a\0b"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(ValueError):
        zone_named(name)


def test_local_zone_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert zone_name(local_zone()) == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "nonsense/zone")
    assert NOW.astimezone(local_zone()) == NOW


def test_micros_are_exact_both_ways() -> None:
    for micros in (0, 1, 1_763_800_000_123_457, -62_135_596_800_000_000):
        assert to_micros(from_micros(micros, UTC)) == micros

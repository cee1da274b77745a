"""Year and zone of stamps that name none (T02-T06, T23)."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stub import put, read, when

from mailwake.ingest.calendar import calendar_for, calendars, zone_of


def line(stamp: str, text: str = "A1: go") -> str:
    """A syslog line."""
    return f"{stamp} mx1 postfix/smtpd[17]: {text}\n"


def log(*stamps: str) -> str:
    """A log of one line for each stamp."""
    return "".join(line(stamp) for stamp in stamps)


def times(path: Path, zone: str = "UTC", **options: object) -> list[str]:
    """Times of all facts of a file."""
    return [when(fact) for fact in read(path, zone=zone, **options)[0]]


YEARS = [
    # (pitfall, stamps, file time, years)
    ("T02 this year", ["Nov 21 00:00:00", "Nov 22 00:00:00"], datetime(2026, 11, 22), [2026, 2026]),
    ("T02 older than a year", ["Nov 21 00:00:00", "Nov 22 00:00:00"], datetime(2023, 11, 22), [2023, 2023]),
    ("T02 not yet this year", ["Nov 21 00:00:00", "Nov 24 00:00:00"], datetime(2026, 11, 22), [2025, 2025]),
    ("T02 a little ahead", ["Nov 22 23:59:59"], datetime(2026, 11, 22, 12), [2026]),
    ("T03 year roll", ["Dec 31 23:59:59", "Jan  1 00:00:01"], datetime(2026, 1, 2), [2025, 2026]),
    ("T03 late line", ["Dec 31 23:59:59", "Jan  1 00:00:01", "Dec 31 23:59:58", "Jan  1 00:00:02"],
     datetime(2026, 1, 2), [2025, 2026, 2025, 2026]),
    ("T03 late line first", ["Jan  1 00:00:01", "Dec 31 23:59:58"], datetime(2026, 1, 2), [2026, 2025]),
    ("T03 three years", ["Mar  1 00:00:00", "Sep  1 00:00:00", "Jan  5 00:00:00", "Aug  1 00:00:00",
                         "Feb  1 00:00:00"], datetime(2026, 2, 2), [2024, 2024, 2025, 2025, 2026]),
    ("T04 minutes back", ["Nov 22 00:04:00", "Nov 21 23:58:00", "Nov 22 00:00:00"], datetime(2026, 11, 22),
     [2026, 2026, 2026]),
    ("T04 newest first", ["Nov 22 00:00:00", "Nov 10 00:00:00", "Oct  1 00:00:00"], datetime(2026, 11, 22),
     [2026, 2026, 2026]),
    ("T02 leap day", ["Feb 28 00:00:00", "Feb 29 00:00:00", "Mar  1 00:00:00"], datetime(2026, 11, 22),
     [2024, 2024, 2024]),
    ("T02 leap day after a roll", ["Dec 31 00:00:00", "Feb 29 00:00:00"], datetime(2026, 11, 22), [2023, 2024]),
    ("T02 no sane file time", ["Nov 22 00:00:00"], datetime(1970, 1, 1), [0]),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case[1:], id=case[0]) for case in YEARS])
def test_years(case: tuple[list[str], datetime, list[int]], tmp_path: Path) -> None:
    stamps, written, years = case
    found = times(put(tmp_path / "mail.log", log(*stamps), written))
    if years != [0]:  # then it depends on when the test's file was made
        assert [int(time[:4]) for time in found] == years


def test_T02_queue_id_tells_the_year(tmp_path: Path) -> None:
    # 4Lyb5328XVzj9Jl was made on 2022-08-03 (see pitfalls Q03)
    for text in ("4Lyb5328XVzj9Jl: client=unknown[192.0.2.1]", "4Lyb5328XVzj9Jl: uid=0 from=<root>"):
        path = put(
            tmp_path / "mail.log", line("Aug  2 23:00:00") + line("Aug  3 00:05:00", text), datetime(2026, 11, 22)
        )
        when_made = calendar_for(path, "UTC")
        assert when_made.how == "from Postfix queue IDs", text
        assert {time[:4] for time in times(path)} == {"2022"}


def test_T02_queue_id_elsewhere_tells_nothing(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", line("Nov 20 00:05:00", "4Lyb5328XVzj9Jl: client=x"), datetime(2026, 11, 22))
    assert times(path) == ["2026-11-20T00:05:00"]


@pytest.mark.parametrize("wrap", ["", "gz"])
def test_T03_rolls_in_a_large_file(wrap: str, tmp_path: Path) -> None:
    """Two rolls in 9 MB: only places on a grid are looked at."""
    moment, end, lines = datetime(2023, 10, 1), datetime(2026, 2, 1), []
    filler = "x" * 900
    while moment < end:
        lines.append(line(moment.strftime("%b %e %H:%M:%S"), filler))
        moment += timedelta(hours=2, minutes=11)
    data = "".join(lines).encode()
    path = put(tmp_path / "mail.log", gzip.compress(data, 1, mtime=0) if wrap else data, end)
    found = times(path)
    assert (len(data) > 8 << 20, found[0][:10], found[-1][:10]) == (True, "2023-10-01", "2026-01-31")
    assert found == sorted(found)
    half = data.index(b"\n", len(data) // 2) + 1
    assert times(path, start=half) == found[data[:half].count(b"\n") :]


def test_T05_dst_hour_repeated(tmp_path: Path) -> None:
    stamps = ["Oct 25 01:59:59", "Oct 25 02:30:00", "Oct 25 02:59:59", "Oct 25 02:00:00", "Oct 25 01:59:59",
              "Oct 25 02:30:00", "Oct 25 03:00:00", "Oct 25 02:59:58", "Oct 26 02:30:00"]  # fmt: skip
    path = put(tmp_path / "mail.log", log(*stamps), datetime(2026, 11, 22))
    expected = ["24T23:59:59", "25T00:30:00", "25T00:59:59", "25T01:00:00", "24T23:59:59",
                "25T01:30:00", "25T02:00:00", "25T01:59:58", "26T01:30:00"]  # fmt: skip
    for size in (1, 70, 1 << 20):
        assert times(path, "Europe/Paris", size=size) == [f"2026-10-{time}" for time in expected]


def test_T05_disorder_is_no_second_pass(tmp_path: Path) -> None:
    path = put(
        tmp_path / "mail.log", log("Oct 25 02:30:00", "Oct 25 02:25:00", "Oct 25 02:31:00"), datetime(2026, 11, 1)
    )
    assert times(path, "Europe/Paris") == ["2026-10-25T00:30:00", "2026-10-25T00:25:00", "2026-10-25T00:31:00"]


def test_T05_resuming_within_the_second_pass(tmp_path: Path) -> None:
    text = log("Oct 25 02:30:00", "Oct 25 02:59:59", "Oct 25 02:00:00", "Oct 25 02:10:00")
    path = put(tmp_path / "mail.log", text, datetime(2026, 11, 22))
    start = text.rindex("Oct")
    assert times(path, "Europe/Paris", start=start) == ["2026-10-25T01:10:00"]


def test_T05_spring(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", log("Mar 29 01:59:59", "Mar 29 03:00:00"), datetime(2026, 11, 22))
    assert times(path, "Europe/Paris") == ["2026-03-29T00:59:59", "2026-03-29T01:00:00"]


@pytest.mark.parametrize(
    ("zone", "name", "time"),
    [
        ("Europe/Paris", "Europe/Paris", "09:00:00"),
        ("+02:00", "+02:00", "08:00:00"),
        ("-0330", "-03:30", "13:30:00"),
        ("+9", "+09:00", "01:00:00"),
        ("UTC", "UTC", "10:00:00"),
    ],
)
def test_T06_zone(zone: str, name: str, time: str, tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", log("Nov 21 10:00:00"), datetime(2026, 11, 22))
    facts, _ = read(path, zone=zone)
    assert (when(facts[0]), facts[0].origin.zone) == (f"2026-11-21T{time}", name)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "+99:00", "", "../etc/passwd"])
def test_T06_no_zone(zone: str) -> None:
    with pytest.raises(ValueError, match=r"zone|UTC"):
        zone_of(zone)


def test_T06_zone_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    path = put(tmp_path / "mail.log", log("Nov 21 10:00:00"), datetime(2026, 11, 22))
    facts, account = read(path, zone=None)
    assert (when(facts[0]), facts[0].origin.assumed) == ("2026-11-21T15:00:00", True)
    assert list(account.zones) == ["America/New_York (of this machine), year from the file's modification time"]


def test_T23_rotated_family_without_file_times(tmp_path: Path) -> None:
    copied = datetime(2026, 11, 22, 12)
    files = {
        "mail.log": log("Nov 15 06:25:02", "Nov 22 10:00:00"),
        "mail.log.1": log("Oct  1 06:25:02", "Nov 15 06:25:01"),
        "mail.log.2.gz": log("Jan 20 06:25:02", "Oct  1 06:25:01"),
        "mail.log.3.gz": log("Nov 30 06:25:02", "Jan 20 06:25:01"),
        "mail.log.10.gz": log("Nov 28 06:25:02", "Nov 30 06:25:01"),
        "mail.log.11.gz": log("Nov 20 06:25:02", "Nov 29 06:25:01"),
    }
    paths = []
    for name, text in files.items():
        data = gzip.compress(text.encode(), mtime=0) if name.endswith("gz") else text.encode()
        paths.append(put(tmp_path / name, data, copied))
    random.Random(1).shuffle(paths)
    known = calendars(paths, "UTC")
    ends = {path.name: times(path, calendar=known[path])[-1][:10] for path in paths}
    assert ends == {
        "mail.log": "2026-11-22",
        "mail.log.1": "2026-11-15",
        "mail.log.2.gz": "2026-10-01",
        "mail.log.3.gz": "2026-01-20",
        "mail.log.10.gz": "2025-11-30",
        "mail.log.11.gz": "2025-11-29",  # a day of overlap is allowed
    }


@pytest.mark.parametrize(
    "name", ["mail.log-20030102.gz", "mail-20030102.log", "mail.log.20030102-023000.gz", "mail.log-2003-01-02"]
)
def test_T23_date_in_the_name(name: str, tmp_path: Path) -> None:
    data = log("Dec 31 10:00:00", "Jan  2 00:00:05").encode()
    path = put(tmp_path / name, gzip.compress(data) if name.endswith("gz") else data, datetime(2026, 11, 22))
    assert times(path) == ["2002-12-31T10:00:00", "2003-01-02T00:00:05"]


def test_T23_time_within_gzip(tmp_path: Path) -> None:
    inner = int(datetime(2019, 5, 6, tzinfo=UTC).timestamp())
    path = put(
        tmp_path / "mail.log.1.gz", gzip.compress(log("May  5 10:00:00").encode(), mtime=inner), datetime(2026, 1, 1)
    )
    assert times(path) == ["2019-05-05T10:00:00"]


def test_sections_have_years_of_their_own(tmp_path: Path) -> None:
    text = "==> a.log <==\n" + log("Dec 31 10:00:00", "Jan  1 10:00:00") + "==> b.log <==\n" + log("Dec 30 10:00:00")
    assert [time[:10] for time in times(put(tmp_path / "all", text, datetime(2026, 1, 2)))] == [
        "2025-12-31",
        "2026-01-01",
        "2025-12-30",
    ]


def test_T05_own_file_without_zone(tmp_path: Path) -> None:
    stamps = ["2026-10-25 02:59:59", "2026-10-25 02:00:00", "2026-10-25 02:00:00.5", "2026-10-26 02:00:00.250"]
    text = "".join(f"{stamp} 1rXyzA-0001Ab-Cd x: go\n" for stamp in stamps)
    path = put(tmp_path / "mainlog", text)
    expected = ["25T00:59:59", "25T01:00:00", "25T01:00:00.5", "26T01:00:00.25"]
    for size in (1, 1 << 20):
        assert times(path, "Europe/Paris", size=size) == [f"2026-10-{time}" for time in expected]


def test_resuming_within_a_section(tmp_path: Path) -> None:
    text = "==> a.log <==\n" + log("Nov 21 10:00:00") + "==> b.log <==\n" + log("Dec 31 10:00:00", "Jan  1 10:00:00")
    facts, _ = read(put(tmp_path / "all", text, datetime(2026, 11, 22)), start=text.rindex("Jan"), name="all")
    assert [(when(fact), fact.origin.source) for fact in facts] == [("2026-01-01T10:00:00", "all#b.log")]

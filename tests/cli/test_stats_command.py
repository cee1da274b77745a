"""`mailwake stats`: for people and as JSON."""

from __future__ import annotations

import json

from memory import Runner, row

ROWS = [
    row(1, size=1000, to_host="mx.example.net", from_ip="192.0.2.7"),
    row(
        1,
        leaf=1,
        size=1000,
        from_ip="192.0.2.7",
        status="Failed",
        detail="Bounced",
        outcome="rejected",
        reason="550 5.1.1 <a@b> unknown",
    ),
    row(2, sender="=evil\x1b@example.com", status="Pending", detail="Deferred", reason="451 busy 17", attempts=4),
]


def test_for_people(mailwake: Runner) -> None:
    done = mailwake("stats", "--zone", "UTC", rows=ROWS)
    assert done.code == 0
    assert done.out.startswith(
        "2 messages to 3 recipients, 1.0 kB, from 2026-11-22 02:30:59 to 2026-11-22 02:31:00 (UTC)"
    )
    for line in (
        "1   33.3%  Bounced",
        "1  550 5.1.1 <address> unknown",
        "451 busy <number>",
        "median 2.0 s",
        "3 retries",
    ):
        assert line in done.out
    assert "\x1b" not in done.out


def test_as_json(mailwake: Runner) -> None:
    done = mailwake("stats", "--zone", "UTC", "--json", "--top", "1", rows=ROWS)
    found = json.loads(done.out)
    assert (found["Messages"], found["Rows"], found["Bytes"]) == (2, 3, 1000)
    assert found["Status"] == {"Delivered": 1, "Failed": 1, "Pending": 1}
    assert found["Periods"] == [
        {
            "Start": "2026-11-22T02:00+00:00",
            "Messages": 2,
            "Rows": 3,
            "Status": {"Delivered": 1, "Failed": 1, "Pending": 1},
        }
    ]
    assert found["Top"]["ClientIps"] == [{"Value": "192.0.2.7", "Count": 1}]
    assert found["Delay"] == {"Count": 1, "Median": 2.0, "P90": 2.0, "P99": 2.0, "Longest": 2.0}
    assert found["Retries"] == {"Rows": 1, "Attempts": 3, "Most": 4}


def test_criteria_narrow_it(mailwake: Runner) -> None:
    done = mailwake("stats", "--json", "--status", "Failed", "-s", "example.org", rows=ROWS)
    assert json.loads(done.out)["Rows"] == 1


def test_nothing(mailwake: Runner) -> None:
    done = mailwake("stats", rows=[])
    assert (done.code, done.out) == (1, "No messages.\n")

"""Answers say what the logs lack of the time that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwake.events.fact import Fact, Origin
from mailwake.operations import gaps
from mailwake.operations.live.admissions import admission
from mailwake.operations.opening import StoreBackend
from mailwake.operations.reviving import StoredReviver
from mailwake.store import facts, presence
from mailwake.store.database import Database

MINUTE = 60_000_000
START = 1_763_892_000_000_000
"""2025-11-23 10:00 UTC."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "data") as found:
        yield found


def _fact(host: str, at: int) -> Fact:
    """A record of a host in a minute."""
    return Fact(START + at * MINUTE + 7, host, "postfix/qmgr", 7, "remove", "", {}, f"{host} {at}", Origin("x"))


def _log(database: Database, host: str, minutes: list[int]) -> None:
    """A record of a host in each of these minutes."""
    made = [_fact(host, at) for at in minutes]
    facts.insert(database, facts.table(made, [""] * len(made), 1))


def _silences(database: Database, low: int = 0, high: int = 600) -> list[tuple[str, int, int, bool]]:
    found = presence.silences(database, START + low * MINUTE, START + high * MINUTE)
    return [(one.host, (one.start - START) // MINUTE, (one.end - START) // MINUTE, one.goes_on) for one in found]


def test_a_host_that_stopped_for_a_while_and_one_that_never_came_back(database: Database) -> None:
    _log(database, "mx1", list(range(300)))
    _log(database, "mx2", [*range(100), *range(130, 300)])
    _log(database, "mx3", list(range(200)))
    assert _silences(database) == [("mx3", 199, 299, True), ("mx2", 99, 130, False)]
    assert _silences(database, 0, 90) == []
    assert _silences(database, 131, 190) == []
    assert _silences(database, 110, 120) == [("mx2", 99, 130, False)]


def test_what_was_answered_holds_until_facts_are_written(database: Database) -> None:
    _log(database, "mx1", list(range(600)))
    _log(database, "mx2", list(range(230)))
    assert _silences(database) == [("mx2", 229, 599, True)]
    assert _silences(database, 3) == [("mx2", 229, 599, True)]
    _log(database, "mx2", list(range(260, 600)))
    low, high = START, START + 600 * MINUTE
    assert [one.goes_on for one in presence.silences(database, low, high, fresh=60.0)] == [True]
    assert [one.goes_on for one in presence.silences(database, low, high, fresh=0.0)] == [False]
    assert _silences(database) == [("mx2", 229, 260, False)]
    assert facts.insert_new(database, facts.table([_fact("mx2", 240)], [""], 9)) == 1
    assert _silences(database) == [("mx2", 240, 260, False), ("mx2", 229, 240, False)]


def test_a_host_that_logs_seldom_is_not_silent(database: Database) -> None:
    _log(database, "busy", list(range(1200)))
    _log(database, "seldom", list(range(0, 1200, 20)))
    _log(database, "new", list(range(0, 20)))  # too little is known of it
    assert _silences(database, 0, 1200) == []


def test_what_comes_every_night_is_a_habit(database: Database) -> None:
    day = 24 * 60
    minutes = [one for one in range(0, 8 * day, 3) if one % day > 180]
    _log(database, "mx1", list(range(0, 8 * day, 5)))
    _log(database, "mx2", [one for one in minutes if not 4 * day + 600 <= one < 5 * day + 300])
    assert _silences(database, 0, 8 * day) == [("mx2", 4 * day + 597, 5 * day + 300, False)]


def test_it_does_not_depend_on_how_the_records_came_in(tmp_path: Path) -> None:
    answers = []
    for name, pieces in (("a", [list(range(300))]), ("b", [list(range(150, 300)), list(range(150))])):
        with Database(tmp_path / name) as database:
            for piece in pieces:
                _log(database, "mx1", piece)
                _log(database, "mx2", [one for one in piece if not 40 <= one < 60])
            answers.append(_silences(database))
    assert answers[0] == answers[1] == [("mx2", 39, 60, False)]


def test_what_a_log_admits_is_told_with_what_was_lost_here(database: Database) -> None:
    said = "imjournal: 143847 messages lost due to rate-limiting (20000 allowed)"
    text = f"2025-11-23T10:00:01+00:00 mx1 rsyslogd: {said}"
    lost = Fact(START, "mx1", "rsyslogd", 0, "loss", "", {}, text, Origin("x"))
    facts.insert(database, facts.table([lost], [""], 1))
    told = gaps.notes(database, START - MINUTE, START + MINUTE)
    assert told == [
        "mx1: its log lost records about 2025-11-23 10:00 UTC: imjournal: 143847 messages lost due to rate-limiting"
        " (20000 allowed)"
    ]
    assert gaps.notes(database, START + MINUTE, START + 2 * MINUTE) == []
    own = admission("udp://[::]:514", 12, "the receive buffer overflowed: UDP messages were lost")
    facts.insert(database, facts.table([own], [""], 2))
    (found,) = gaps.notes(database, own.ts, own.ts)
    assert found.endswith("12 lines lost: udp://[::]:514: the receive buffer overflowed: UDP messages were lost")
    stored = next(one for one in facts.of_kind(database, "loss") if one.program == "mailwake")
    again = StoredReviver()(stored)
    assert (again.kind, again.fields) == ("loss", own.fields)


def test_many_gaps_are_counted(database: Database) -> None:
    lost = [admission("udp://[::]:514", number, "the receive buffer overflowed") for number in range(1, 10)]
    facts.insert(database, facts.table(lost, [""] * 9, 1))
    told = gaps.notes(database, None, None)
    assert len(told) == 4
    assert "9 lines lost" in told[0]
    assert told[3] == "there are 6 more gaps in the logs of that time: mailwake doctor"


def test_a_silence_of_another_host_does_not_matter_to_a_message(database: Database) -> None:
    _log(database, "mx1.example.org", list(range(300)))
    _log(database, "mx2.example.org", [*range(100), *range(130, 300)])
    backend = StoreBackend(database)
    assert backend.gaps(START, START + 300 * MINUTE, {"mx1"}) == []
    assert len(backend.gaps(START, START + 300 * MINUTE, {"mx2"})) == 1

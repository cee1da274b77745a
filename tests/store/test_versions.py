"""Versions of one row that the engine has not merged yet, and pieces of tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.opening import StoreBackend
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.store import journeys, parts, spread
from mailwake.store.database import Database, _migrations
from mailwake.store.query import And, Between, Equals, Node
from mailwake.store.query import Cursor as Place
from mailwake.store.rows import Row
from mailwake.store.spread import Spread, shared

HOUR = 3_600_000_000
START = 1_790_000_000_000_000
EVERYTHING = And(())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "data") as opened:
        yield opened


def row(number: int, **values: object) -> Row:
    """One of many rows, an hour apart."""
    made: dict[str, object] = dict.fromkeys(Row._fields, "")
    made |= {"received": START + number * HOUR, "trace_id": f"{number:032x}", "leaf": 0, "size": 0, "attempts": 0}
    made |= {"last": START + number * HOUR, "hosts": ("mx",), "queue_ids": (), "keys": (f"k{number}",)}
    made |= {"sender": "ann@example.org", "recipient": f"box{number % 7}@example.com", "status": "Pending"}
    return Row(**{**made, **values})  # type: ignore[arg-type]


def pages(database: Database, node: Node, size: int) -> list[Row]:
    """All rows, page by page."""
    found: list[Row] = []
    cursor: Place | None = None
    while True:
        answer = trace(StoreBackend(database), TraceQuestion(node, size, cursor))
        found += answer.rows
        cursor = answer.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_each_row_once_as_it_stands_now(database: Database, size: int) -> None:
    """However many versions lie between the ends of a page, the one in force is never passed over."""
    rows = [row(number) for number in range(5)]
    for version in (7, 3, 9, 1, 5, 8, 2):  # pieces are read in an order of their own
        made = [one._replace(subject=f"v{version}") for one in rows]
        journeys.insert(database, journeys.table(made, version))
    found = pages(database, EVERYTHING, size)
    assert [one.trace_id for one in found] == [one.trace_id for one in reversed(rows)]
    assert {one.subject for one in found} == {"v9"}


def test_rows_far_apart_are_found_in_few_looks(database: Database) -> None:
    """Newest day first, then further back: nothing between the spans is lost, nor given twice."""
    rows = [row(number * number, leaf=number % 2) for number in range(60)]
    journeys.insert(database, journeys.table(rows, 1))
    assert [one.received for one in pages(database, EVERYTHING, 7)] == [one.received for one in reversed(rows)]
    node = And((Equals("recipient", "box1@example.com"), Between("received", None, START + 900 * HOUR)))
    expected = [one for one in reversed(rows) if one.recipient == "box1@example.com"]
    assert pages(database, node, 4) == [one for one in expected if one.received < START + 900 * HOUR]


def test_recipient_as_addressed_or_as_delivered(database: Database) -> None:
    rows = [row(1, recipient="a@example.com", original_recipient="a@example.com")]
    rows += [row(2, recipient="b@example.com", original_recipient="A@example.com")]
    rows += [row(3, recipient="c@example.com", original_recipient="b@example.com")]
    journeys.insert(database, journeys.table(rows, 1))
    found = journeys.search(database, to_node(Criteria(recipients=("a@example.com",))), 10)
    assert [one.recipient for one in found] == ["b@example.com", "a@example.com"]
    assert journeys.search(database, Equals("original_recipient", "b@example.com"), 10) == rows[2:]
    assert journeys.search(database, Equals("recipient", "b@example.com"), 10) == rows[1:2]


def pieces(database: Database, table: str) -> tuple[int, int]:
    """Pieces of a table in use, and such as were joined but are still there."""
    query = "SELECT countIf(active), countIf(NOT active) FROM system.parts WHERE database = currentDatabase()"
    line = database.client().query(f"{query} AND table = '{table}'").result_rows[0]
    return int(line[0]), int(line[1])


@pytest.mark.slow
def test_many_pieces_are_joined(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_WORTH_WAITING", 1)
    rows = [row(number) for number in range(90)]
    for number in range(30):
        journeys.insert(database, journeys.table(rows[3 * number : 3 * number + 3], number + 1))
    before = pages(database, EVERYTHING, 11)
    parts.tidy(database)
    assert pieces(database, "rows") == (1, 0)
    assert pages(database, EVERYTHING, 11) == before == rows[::-1]


def test_few_pieces_are_left_alone(database: Database) -> None:
    for number in range(3):
        journeys.insert(database, journeys.table([row(number)], number + 1))
    parts.tidy(database)
    assert pieces(database, "rows") == (3, 0)


def test_who_has_done_merging_does_not_stop_another(database: Database) -> None:
    def merges() -> bool:
        for number in range(2):
            journeys.insert(database, journeys.table([row(number)], number + 1))
        try:
            database.client().command("OPTIMIZE TABLE rows FINAL")
        except Exception:  # the engine refuses
            return False
        return True

    assert not merges()
    with database.merging():
        with database.merging("audit"):
            assert merges()
        assert merges()
        with database.merging("rows"):
            pass
        assert merges()
    assert not merges()
    with database.merging("rows"):
        with database.merging():
            pass
        assert merges()
    assert not merges()


def test_spans_that_pieces_share() -> None:
    assert shared([(0, 5), (6, 9)]) == []
    assert shared([(0, 5), (5, 9), (7, 8), (20, 30)]) == [(5, 5), (7, 8)]
    assert shared([(0, 90), (5, 9), (8, 20), (95, 96)]) == [(5, 20)]
    lies = Spread(100, 0, [(5, 20), (30, 30)])
    assert [time for time in range(40) if lies.may_differ(time)] == [*range(5, 21), 30]


@pytest.mark.slow
def test_search_in_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large store: a first look, then further back; versions in pieces that overlap or do not."""
    monkeypatch.setattr(spread, "_LOOK", 4)
    rows = [row(number, status="Failed" if number % 5 == 1 else "Pending") for number in range(80)]
    for number in range(8):
        journeys.insert(database, journeys.table(rows[10 * number : 10 * number + 10], number + 1))
    again = [one._replace(status="Delivered") for one in rows[15:35:3]]
    journeys.insert(database, journeys.table(again, 20))
    gone = {one.trace_id for one in rows[40:44]}
    journeys.insert(database, journeys.table(rows[40:44], 21, deleted=1))
    now = {one.trace_id: one for one in (*rows, *again) if one.trace_id not in gone}
    expected = sorted(now.values(), key=lambda one: -one.received)
    for size in (1, 3, 20, 100):
        assert pages(database, EVERYTHING, size) == expected
        for status in ("Failed", "Delivered", "Pending"):
            assert pages(database, Equals("status", status), size) == [one for one in expected if one.status == status]
    recent = And((Between("received", START + 10 * HOUR, None), Equals("status", "Failed")))
    found = journeys.search(database, recent, 100, since=START + 10 * HOUR)
    assert found == [one for one in expected if one.status == "Failed" and one.received >= START + 10 * HOUR]


def test_each_migration_has_a_number_of_its_own() -> None:
    """A store notes the numbers that it has."""
    numbers = [number for number, _, _ in _migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_few_looks_where_all_rows_lie_close_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst that does not fill the page, and nothing before it: looking further back in small steps finds no more."""
    monkeypatch.setattr(spread, "_LOOK", 20)
    rows = [row(number, sender="burst@example.org" if number >= 80 else "ann@example.org") for number in range(100)]
    journeys.insert(database, journeys.table(rows, 1))
    looks = []
    look = journeys._span
    monkeypatch.setattr(journeys, "_span", lambda *given: looks.append(given) or look(*given))  # type: ignore[func-returns-value]
    assert journeys.search(database, Equals("sender", "burst@example.org"), 25) == rows[:79:-1]
    assert len(looks) <= 3

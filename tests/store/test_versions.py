"""Versions of one row that the engine has not merged yet, and pieces of tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.opening import StoreBackend
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.store import journeys, parts, row_columns, spread
from mailwake.store.database import Database, _migrations
from mailwake.store.query import And, Between, Equals, Node
from mailwake.store.query import Cursor as Place
from mailwake.store.rows import Row
from mailwake.store.spread import Spread, shared
from mailwake.store.sql import Formatter

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
        journeys.insert(database, row_columns.table(made, version))
    found = pages(database, EVERYTHING, size)
    assert [one.trace_id for one in found] == [one.trace_id for one in reversed(rows)]
    assert {one.subject for one in found} == {"v9"}


def test_rows_far_apart_are_found_in_few_looks(database: Database) -> None:
    """Newest day first, then further back: nothing between the spans is lost, nor given twice."""
    rows = [row(number * number, leaf=number % 2) for number in range(60)]
    journeys.insert(database, row_columns.table(rows, 1))
    assert [one.received for one in pages(database, EVERYTHING, 7)] == [one.received for one in reversed(rows)]
    node = And((Equals("recipient", "box1@example.com"), Between("received", None, START + 900 * HOUR)))
    expected = [one for one in reversed(rows) if one.recipient == "box1@example.com"]
    assert pages(database, node, 4) == [one for one in expected if one.received < START + 900 * HOUR]


def test_recipient_as_addressed_or_as_delivered(database: Database) -> None:
    rows = [row(1, recipient="a@example.com", original_recipient="a@example.com")]
    rows += [row(2, recipient="b@example.com", original_recipient="A@example.com")]
    rows += [row(3, recipient="c@example.com", original_recipient="b@example.com")]
    journeys.insert(database, row_columns.table(rows, 1))
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
        journeys.insert(database, row_columns.table(rows[3 * number : 3 * number + 3], number + 1))
    before = pages(database, EVERYTHING, 11)
    parts.tidy(database)
    assert pieces(database, "rows") == (1, 0)
    assert pages(database, EVERYTHING, 11) == before == rows[::-1]


@pytest.mark.slow
def test_large_pieces_are_not_written_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_AT_ONCE", 50)
    rows = [row(300 + number // 900, leaf=number % 900) for number in range(36_000)]  # within a month
    journeys.insert(database, row_columns.table(rows, 1))
    large = "SELECT name FROM system.parts WHERE active AND table = 'rows' AND rows >= 36000"
    before = database.client().query(large).result_rows
    for number in range(300, 360):
        journeys.insert(database, row_columns.table([row(number, leaf=1000)], number))
    parts.tidy(database, last=False)
    assert database.client().query(large).result_rows == before != []
    assert pieces(database, "rows")[0] <= 24
    assert database.client().query("SELECT count() FROM rows").result_rows == [(36_060,)]


def test_few_pieces_are_left_alone(database: Database) -> None:
    for number in range(3):
        journeys.insert(database, row_columns.table([row(number)], number + 1))
    parts.tidy(database)
    assert pieces(database, "rows") == (3, 0)


def test_who_has_done_merging_does_not_stop_another(database: Database) -> None:
    def merges() -> bool:
        for number in range(2):
            journeys.insert(database, row_columns.table([row(number)], number + 1))
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
        journeys.insert(database, row_columns.table(rows[10 * number : 10 * number + 10], number + 1))
    again = [one._replace(status="Delivered") for one in rows[15:35:3]]
    journeys.insert(database, row_columns.table(again, 20))
    gone = {one.trace_id for one in rows[40:44]}
    journeys.insert(database, row_columns.table(rows[40:44], 21, deleted=1))
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
    rows = [row(number, sasl_user="burst" if number >= 80 else "ann") for number in range(100)]
    journeys.insert(database, row_columns.table(rows, 1))
    looks = []
    look = journeys._span
    monkeypatch.setattr(journeys, "_span", lambda *given: looks.append(given) or look(*given))  # type: ignore[func-returns-value]
    assert journeys.search(database, Equals("sasl_user", "burst"), 25) == rows[:79:-1]
    assert len(looks) <= 3


def explained(database: Database, node: Node) -> dict[str, str]:
    """Names of the indexes that the engine uses for a question, and what is left of how many granules."""
    form = Formatter()
    lines = database.client().query(
        f"EXPLAIN indexes = 1 SELECT body FROM rows WHERE {form.where(node)}", form.parameters
    )
    found: dict[str, str] = {}
    name = ""
    for (line,) in lines.result_rows:
        word, _, value = line.strip().partition(": ")
        name = value if word == "Name" else name
        if word == "Granules" and name:
            found[name] = value
    return found


def test_an_index_finds_an_ipv6_address(database: Database) -> None:
    """However it is spelled in the log, and where most rows have another."""
    rows = [row(number, from_ip=f"192.0.2.{number % 250}") for number in range(1500)]
    rows[700] = rows[700]._replace(from_ip="2001:DB8:0:0::9")
    journeys.insert(database, row_columns.table(rows, 1))
    node = to_node(Criteria(client_ips=("2001:db8::9",)))
    assert journeys.search(database, node, 10) == [rows[700]]
    assert set(explained(database, node).values()) == {"1/6"} or "rows_from_ip6" in explained(database, node)


def test_rows_are_found_by_either_of_their_lists(database: Database) -> None:
    """By hundreds of keys at once, some of them no UTF-8, in the version that is in force."""
    rows = [row(number, queue_ids=(f"q{number}",)) for number in range(600)]
    rows[5] = rows[5]._replace(keys=("k5", "odd\udcff"))
    journeys.insert(database, row_columns.table(rows, 1))
    journeys.insert(database, row_columns.table([rows[7]._replace(subject="later")], 2))
    journeys.insert(database, row_columns.table(rows[8:9], 2, deleted=1))

    def found(*keys: str) -> list[int]:
        return sorted(int(one.trace_id, 16) for one in journeys.touching(database, keys))

    assert found("k1", "q2", "k3", "q3", "nothing") == [1, 2, 3]
    assert found("odd\udcff", "q2") == [2, 5]
    assert found(*(f"k{number}" for number in range(0, 600, 2)), "k8") == [n for n in range(0, 600, 2) if n != 8]
    assert [one.subject for one in journeys.touching(database, ["q7"])] == ["later"]


def test_how_rows_lie_is_known_until_some_are_written(database: Database) -> None:
    assert spread.spread(database) is None
    journeys.insert(database, row_columns.table([row(1)], 1))
    first = spread.spread(database)
    assert first is not None and first is spread.spread(database)
    with database.writing_rows():
        assert spread.spread(database) is not first
    journeys.insert(database, row_columns.table([row(2)], 2))
    now = spread.spread(database)
    assert now is not None and now.newest == START + 2 * HOUR

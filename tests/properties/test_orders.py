"""Rows in any order: each once, as it stands now, page after page, and the same without a store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import folder
from test_query import ROWS, TREES, refill, row

from mailwake.operations.cursors import cursor as read
from mailwake.operations.cursors import token
from mailwake.operations.opening import FileBackend, StoreBackend
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.store import journeys, row_columns
from mailwake.store.database import Database
from mailwake.store.order import place_of
from mailwake.store.query import NEWEST, SORTABLE, And, Order
from mailwake.store.rows import Row
from mailwake.trace.match import predicate

ORDERS = [order for name in sorted(SORTABLE) for way in (False, True) if (order := Order(name, way)) != NEWEST]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with folder() as place, Database(place / "data") as opened:
        yield opened


def paged(backend: StoreBackend | FileBackend, asked: TraceQuestion) -> list[Row]:
    """All rows, page by page, by cursors that somebody copied."""
    found: list[Row] = []
    cursor = None
    while True:
        answer = trace(backend, TraceQuestion(asked.condition, asked.limit, cursor, order=asked.order))
        found += answer.rows
        if answer.next_cursor is None:
            return found
        assert len(answer.rows) == asked.limit
        cursor = read(token(answer.next_cursor))


@given(data=st.data(), size=st.integers(1, 7), order=st.sampled_from(ORDERS))
def test_pages_are_the_whole_in_order(database: Database, data: st.DataObject, size: int, order: Order) -> None:
    made = [row(number, picks) for number, picks in enumerate(data.draw(ROWS))]
    refill(database, made)
    tree = data.draw(TREES)
    expected = sorted(filter(predicate(tree), made), key=lambda one: place_of(one, order), reverse=order.descending)
    asked = TraceQuestion(tree, size, order=order)
    assert paged(StoreBackend(database), asked) == expected
    files = FileBackend([])
    files._rows = made
    assert paged(files, asked) == expected


@given(data=st.data(), size=st.integers(1, 5), order=st.sampled_from(ORDERS))
def test_only_versions_in_force_have_a_place(database: Database, data: st.DataObject, size: int, order: Order) -> None:
    """An earlier version lies elsewhere in the order, or at the same place."""
    made = [row(number, picks) for number, picks in enumerate(data.draw(ROWS))]
    refill(database, made)
    changed = made[:: data.draw(st.integers(1, 3))]
    now = [
        one._replace(sender="zoe@example.com", size=one.size + 500, status="Failed", reason="new") for one in changed
    ]
    journeys.insert(database, row_columns.table(now, 2))
    everything = {one.trace_id: one for one in (*made, *now)}.values()
    expected = sorted(everything, key=lambda one: place_of(one, order), reverse=order.descending)
    assert paged(StoreBackend(database), TraceQuestion(And(()), size, order=order)) == expected

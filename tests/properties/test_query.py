"""A question means the same in SQL and as a Python predicate, for any question and any rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import ALL, folder, plain

from mailwake.operations.opening import StoreBackend
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.store import journeys, row_columns
from mailwake.store.database import Database
from mailwake.store.query import And, Between, Contains, Equals, Has, HasMatch, InNetwork, Matches, Node, Not, Or
from mailwake.store.rows import Row
from mailwake.store.sql import Formatter
from mailwake.trace.match import predicate

ADDRESSES = [
    "bob@example.com",
    "Bob@Example.COM",
    "ann_x@example.org",
    "annax@example.org",
    "b%b@example.net",
    "",
    None,
]
WORDS = [
    "Re: 100% off",
    "re: 100x off",
    "ÄRGER im Büro",
    "ärger",
    "a*b?c",
    r"back\slash",
    "",
    None,
    "Straße",
    "STRASSE",
    "İx",
]
IPS = ["192.0.2.9", "192.0.2.200", "198.51.100.7", "2001:db8::9", "2001:db8:1::9", "::ffff:192.0.2.9", "", "unknown"]
IPS += ["2001:DB8:0:0::9", "2001:0db8::0009", "::"]
DAY = 86_400_000_000
TEXT: dict[str, list[str | None]] = {
    "sender": ADDRESSES,
    "recipient": ADDRESSES,
    "original_recipient": ADDRESSES,
    "subject": WORDS,
    "status": ["Delivered", "Failed", "Pending"],
    "to_host": ["mx.example.com", "MX.example.com", "mx", ""],
    "message_id": ["<1@example.com>", "<1@EXAMPLE.com>", ""],
    "sasl_user": ["bob", "BOB", ""],
}


def row(number: int, picks: list[int]) -> Row:
    """A row made of some numbers."""
    values: dict[str, Any] = dict.fromkeys(Row._fields, "")
    values |= {name: texts[picks[place] % len(texts)] for place, (name, texts) in enumerate(TEXT.items())}
    values |= {
        "received": 1_780_000_000_000_000 + picks[-1] % 400 * DAY + number,
        "trace_id": f"{number:032x}",
        "leaf": number % 3,
        "from_ip": IPS[picks[-2] % len(IPS)],
        "to_ip": IPS[picks[-3] % len(IPS)],
        "size": picks[-4],
        "attempts": picks[-5] % 9,
        "last": 1_780_000_000_000_000 + picks[-1] * 60_000_000,
        "hosts": ("mx",),
        "queue_ids": (f"A{picks[0]}",),
        "keys": (f"A{picks[0]}", "b"),
        "grade": "proven",
    }
    return Row(**values)


ROWS = st.lists(st.lists(st.integers(0, 1000), min_size=14, max_size=14), min_size=1, max_size=40)
PIECES = ["b", "bob@", "@example", "100%", "100_", "ä", "Ä", "ß", "ss", "*b", "\\", "?", "", "mx", "İ", "i", "LIVER"]
PATTERNS = [
    "*",
    "*@example.org",
    "*@EXAMPLE.com",
    "bob@*",
    "*@*.com",
    "ann?x@*",
    "b%b@*",
    "*100%*",
    "re:*",
    "",
    "*_*",
    "a[*]b?c",
]
NETWORKS = ["192.0.2.0/24", "192.0.2.9", "198.51.100.0/25", "2001:db8::/32", "2001:db8::/48", "0.0.0.0/0", "::/0"]
NETWORKS += ["2001:db8::9/128", "2001:db8::a/128", "::ffff:192.0.2.9/128", "::/128"]
TIMES = [None, *(1_780_000_000_000_000 + day * DAY for day in (0, 1, 100, 200, 400))]
LEAVES: list[Node] = [
    *(Equals(name, value) for name, values in TEXT.items() for value in (*values, "nothing")),
    *(Equals("size", size) for size in range(3)),
    *(Contains(name, piece, where) for name in TEXT for piece in PIECES for where in ("anywhere", "start", "end")),
    *(Matches(name, pattern) for name in TEXT for pattern in PATTERNS),
    *(Between("size", low, high) for low in (None, 0, 300) for high in (None, 0, 900)),
    *(Between(name, low, high) for name in ("received", "last") for low in TIMES for high in TIMES),
    *(HasMatch("hosts", pattern) for pattern in ("m*", "M?", "*", "?", "b*")),
    *(Has(name, value) for name in ("queue_ids", "keys", "hosts") for value in ("A1", "A2", "b", "B", "mx", "MX")),
    *(InNetwork(name, network) for name in ("from_ip", "to_ip") for network in NETWORKS),
    *(Or((Equals("recipient", one), Equals("original_recipient", one))) for one in (*ADDRESSES, "nothing")),
]
_leaf = st.sampled_from(LEAVES)
TREES: st.SearchStrategy[Node] = st.recursive(
    _leaf,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(tuple).map(And),
        st.lists(parts, max_size=3).map(tuple).map(Or),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with folder() as place, Database(place / "data") as opened:
        yield opened


def refill(database: Database, rows: list[Row]) -> None:
    database.client().command("TRUNCATE TABLE rows")
    journeys.insert(database, row_columns.table(rows, 1))


@pytest.mark.pitfall("R02", "S01")
def test_every_kind_of_question(database: Database) -> None:
    """Each leaf by itself, and what is not so, over rows that have every value in every column."""
    made = [row(number, [number + 7 * place * (number // 11) for place in range(14)]) for number in range(66)]
    refill(database, made)
    wrong = []
    asked: list[Node] = [*LEAVES, *map(Not, LEAVES)]
    for start in range(0, len(asked), 100):
        leaves = asked[start : start + 100]
        form = Formatter()
        conditions = ", ".join(f"toUInt8({form.where(leaf)})" for leaf in leaves)
        found = database.client().query(
            f"SELECT lower(hex(trace_id)), {conditions} FROM rows", parameters=form.parameters
        )
        marks = {line[0]: line[1:] for line in found.result_rows}
        for place, leaf in enumerate(leaves):
            test = predicate(leaf)
            wrong += [(leaf, one.subject) for one in made if bool(marks[one.trace_id][place]) != test(one)]
    assert not {leaf for leaf, _ in wrong}


@pytest.mark.pitfall("R01", "R02")
@given(data=st.data())
def test_sql_and_predicate_agree(database: Database, data: st.DataObject) -> None:
    made = [row(number, picks) for number, picks in enumerate(data.draw(ROWS))]
    refill(database, made)
    for tree in data.draw(st.lists(TREES, min_size=1, max_size=8)):
        found = plain(StoreBackend(database).search(tree, ALL))
        assert found == plain(filter(predicate(tree), made)), tree


@pytest.mark.pitfall("R03", "R06")
@given(data=st.data(), size=st.integers(1, 7))
def test_pages_are_the_whole(database: Database, data: st.DataObject, size: int) -> None:
    """Page after page newest first gives each row once, whatever the size of a page."""
    made = [row(number, picks) for number, picks in enumerate(data.draw(ROWS))]
    refill(database, made)
    tree = data.draw(TREES)
    expected = sorted(
        filter(predicate(tree), made), key=lambda one: (one.received, one.trace_id, one.leaf), reverse=True
    )
    found: list[Row] = []
    cursor = None
    while True:
        answer = trace(StoreBackend(database), TraceQuestion(tree, size, cursor))
        found += answer.rows
        cursor = answer.next_cursor
        if cursor is None:
            break
        assert len(answer.rows) == size
    assert found == expected


@pytest.mark.pitfall("R04")
@given(data=st.data())
def test_pages_while_rows_arrive(database: Database, data: st.DataObject) -> None:
    """Newer rows and newer versions of rows that arrive between two pages neither hide nor repeat older ones."""
    made = [row(number, picks) for number, picks in enumerate(data.draw(ROWS))]
    refill(database, made)
    expected = sorted(made, key=lambda one: (one.received, one.trace_id, one.leaf), reverse=True)
    first = trace(StoreBackend(database), TraceQuestion(And(()), 2))
    newer = row(999, [1] * 14)._replace(received=expected[0].received + DAY)
    journeys.insert(database, row_columns.table([newer, *(one._replace(subject="new") for one in made[:3])], 2))
    found = [*first.rows]
    cursor = first.next_cursor
    while cursor is not None:
        answer = trace(StoreBackend(database), TraceQuestion(And(()), 2, cursor))
        found += answer.rows
        cursor = answer.next_cursor
    assert [one.trace_id for one in found] == [one.trace_id for one in expected]

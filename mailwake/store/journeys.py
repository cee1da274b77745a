"""The table of rows: what a trace searches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.store.binding import bindable
from mailwake.store.database import Database
from mailwake.store.facts import IN_ORDER, PLAIN, array_of
from mailwake.store.order import cursor_of
from mailwake.store.query import (
    NEWEST,
    And,
    Between,
    Cursor,
    Equals,
    Has,
    InNetwork,
    Matches,
    Node,
    Or,
    Order,
)
from mailwake.store.row_columns import table, unpack
from mailwake.store.rows import Row
from mailwake.store.spread import Spread, spread
from mailwake.store.sql import Formatter

if TYPE_CHECKING:
    import pyarrow as pa

_WRITTEN = (
    "received, last, trace_id, leaf, size, status, detail, outcome, direction, from_ip, to_ip, to_host, message_id,"
    " recipient, original_recipient, sasl_user, sender, subject, hosts, queue_ids, keys, body, deleted"
)
_SELECT = "body, lower(hex(trace_id)), keys"
_FURTHEST = 8
"""Reaching back by more than so many times costs as much as looking at everything."""
_FOUND = frozenset({"trace_id", "message_id", "sender", "recipient", "original_recipient", "from_ip"})
"""Columns that have an index of whole values."""
_FEW_ROWS = " SETTINGS max_threads = 1"
_Place = tuple[int, str, int]
"""Where versions of a row lie: received, trace_id, leaf."""


def insert_file(database: Database, file: Path, version: int) -> None:
    """Append the rows of an Arrow stream with this version, as `insert`."""
    with database.writing_rows():
        database.insert_stream("rows", _WRITTEN, file, version, IN_ORDER)


def insert(database: Database, made: pa.Table) -> None:
    """Append rows; those of a higher version replace earlier ones of the same (received, trace_id, leaf)."""
    if made.num_rows:
        with database.writing_rows():
            database.insert("rows", made)


Write = Callable[[list[Row], int, int], None]
"""Appends rows: (rows, version, deleted)."""


@contextmanager
def replacement(database: Database) -> Iterator[Write]:
    """A new table of rows beside the old one; it takes the old one's place when the block ends without an error."""
    client = database.client()
    client.command("DROP TABLE IF EXISTS rows_rebuilt SYNC")
    client.command("CREATE TABLE rows_rebuilt AS rows")

    def write(rows: list[Row], version: int, deleted: int) -> None:
        if rows:
            client.insert_arrow("rows_rebuilt", table(rows, version, deleted=deleted))

    try:
        yield write
    except BaseException:
        client.command("DROP TABLE IF EXISTS rows_rebuilt SYNC")
        raise
    with database.writing_rows():
        client.command("EXCHANGE TABLES rows AND rows_rebuilt")
    client.command("DROP TABLE rows_rebuilt SYNC")


def next_version(database: Database) -> int:
    """A version, and a number for facts, above all that are there; the clock may have been set back meanwhile."""
    query = "SELECT greatest((SELECT max(version) FROM rows), (SELECT max(seq) FROM facts))"
    return max(time.time_ns() // 1000, int(database.client().query(query).result_rows[0][0]) + 1)


def search(
    database: Database,
    node: Node,
    limit: int,
    cursor: Cursor | None = None,
    *,
    since: int | None = None,
    order: Order = NEWEST,
) -> list[Row]:
    """Rows that meet the question in an order, after the cursor; at most `limit`.

    Earlier versions of a row that match where the present one does not are left out.
    """
    lies = spread(database)
    if lies is None:
        return []
    if order != NEWEST:
        return _sorted(database, node, limit, cursor, lies, order)
    found: dict[_Place, Row] = {}
    more = 0
    while len(found) < limit:
        size = limit - len(found) + more
        page = _page(database, node, size, cursor, since, lies)
        found.update((_place(row), row) for row in _in_force(database, page, lies))
        if len(page) < size:
            break
        received, trace_id, leaf = last = _place(page[-1][0])
        if last in found:
            cursor = Cursor(received, trace_id, leaf)
        else:  # the version in force may come next: versions of a place are in no order
            cursor = Cursor(received, trace_id, leaf + 1)
            more = 2 * size if _place(page[0][0]) == last else 0
    return list(found.values())[:limit]


def _sorted(database: Database, node: Node, limit: int, cursor: Cursor | None, lies: Spread, order: Order) -> list[Row]:
    """The same in any order: all that meet the question are looked at for each page."""
    found: dict[_Place, Row] = {}
    while len(found) < limit:
        size = limit - len(found) + 1
        page = _ordered(database, node, size, cursor, order)
        found.update((_place(row), row) for row in _in_force(database, page, lies))
        if len(page) < size:
            break
        cursor = cursor_of(page[-1][0], order)
    return list(found.values())[:limit]


def _ordered(database: Database, node: Node, limit: int, cursor: Cursor | None, order: Order) -> list[tuple[Row, int]]:
    """Rows in an order, with their versions: first which, by the columns that this takes, then all of them. Versions
    of one place and value come together, so that no page ends between them."""
    form = Formatter()
    parts = [form.where(node), "deleted = 0"]
    if cursor is not None:
        parts.append(form.after(cursor, order))
    way = "DESC" if order.descending else "ASC"
    columns = ["received", "trace_id", "leaf"]
    if order.column != "received":
        columns.insert(0, order.column)
    by = ", ".join(f"rows.{name} {way}" for name in columns)
    among = "received, trace_id, leaf, version"
    query = (
        f"SELECT {_SELECT}, version FROM rows WHERE ({among}) IN (SELECT {among} FROM rows"
        f" WHERE {' AND '.join(parts)} ORDER BY {by} LIMIT {limit} WITH TIES) ORDER BY {by}"
    )
    result = database.client().query(query, parameters=form.parameters).result_rows
    return [(unpack(*line[:-1]), int(line[-1])) for line in result]


def _page(
    database: Database, node: Node, limit: int, cursor: Cursor | None, since: int | None, lies: Spread
) -> list[tuple[Row, int]]:
    """Rows in order, with their versions, among them some that are outdated; fewer than limit when there are no more.

    Looks at the newest span first, then as far back as the rows lie apart there, then at everything.
    """
    top, step = _top(node, cursor, lies), 0 if _is_pointed(node) else lies.first
    settings = _FEW_ROWS if _is_indexed(node) else ""
    if since is not None and top - since <= _FURTHEST * step:
        step = 0
    found: list[tuple[Row, int]] = []
    high: int | None = None
    for looks_left in (2, 1, 0):
        low = None if not step or not looks_left or (since is not None and top - step <= since) else top - step
        found += _span(database, node, limit - len(found), cursor, (low, high), settings)
        if low is None or len(found) >= limit:
            break
        further = step * limit * 3 // (2 * len(found)) if found else 0
        step, high = further if further <= _FURTHEST * step else 0, low
    return found


def _top(node: Node, cursor: Cursor | None, lies: Spread) -> int:
    """No row that is asked for is newer (µs)."""
    bounds = [lies.newest] if cursor is None else [lies.newest, cursor.received]
    parts = node.parts if isinstance(node, And) else (node,)
    bounds += [
        one.high for one in parts if isinstance(one, Between) and one.column == "received" and one.high is not None
    ]
    return min(bounds)


def _in_force(database: Database, page: list[tuple[Row, int]], lies: Spread) -> Iterator[Row]:
    """Those of a page that are the version now in force."""
    times = Counter(_place(row) for row, _ in page)
    doubtful = [row for row, _ in page if times[_place(row)] > 1 or lies.may_differ(row.received)]
    current = _current(database, doubtful)
    for row, version in page:
        if current.get(_place(row), version) == version:
            yield row


def _is_pointed(node: Node) -> bool:
    """Whether a question names what an index finds at once, whenever it was: an id, or an address as it is stored."""
    match node:
        case Equals(column, value):
            return column in _FOUND and bool(value)
        case InNetwork(column, network):
            return column == "from_ip" and network.endswith("/128")
        case Has(column, _):
            return column != "hosts"
        case And(parts):
            return any(map(_is_pointed, parts))
        case Or(parts):
            return bool(parts) and all(map(_is_pointed, parts))
        case _:
            return False


def _is_indexed(node: Node) -> bool:
    """Whether an index leaves little to look through for a page: then several threads cost more than they spare.

    Where something else is asked for, too, all that an index leaves may have to be looked through.
    """
    match node:
        case Matches("sender", pattern):
            return pattern.startswith("*@") and not set("*?") & set(pattern[2:])
        case And(parts):
            others = [part for part in parts if not _is_indexed(part)]
            return len(others) < len(parts) and all(isinstance(part, Between) for part in others)
        case Or(parts):
            return bool(parts) and all(map(_is_indexed, parts))
        case _:
            return _is_pointed(node)


def _span(
    database: Database,
    node: Node,
    limit: int,
    cursor: Cursor | None,
    span: tuple[int | None, int | None],
    settings: str,
) -> list[tuple[Row, int]]:
    """Rows of one span of time (µs) and their versions; settings: of the engine, or none."""
    form = Formatter()
    parts = [form.where(And((Between("received", *span), node))), "deleted = 0"]
    if cursor is not None:
        parts.append(form.before(cursor))
    query = (
        f"SELECT {_SELECT}, version FROM rows WHERE {' AND '.join(parts)}"
        f" ORDER BY rows.received DESC, rows.trace_id DESC, rows.leaf DESC LIMIT {limit}{settings}"
    )
    result = database.client().query(query, parameters=form.parameters).result_rows
    return [(unpack(*line[:-1]), int(line[-1])) for line in result]


def _place(row: Row) -> _Place:
    return row.received, row.trace_id, row.leaf


def _current(database: Database, rows: list[Row]) -> dict[_Place, int]:
    """The version now in force at the place of each row: found by the times, which the table is ordered by."""
    if not rows:
        return {}
    query = (
        "SELECT toUnixTimestamp64Micro(received), lower(hex(trace_id)), leaf, max(version) FROM rows"
        " WHERE received IN (SELECT fromUnixTimestamp64Micro(arrayJoin({times:Array(Int64)}), 'UTC'))"
        " AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))"
        " GROUP BY received, trace_id, leaf SETTINGS use_skip_indexes = 0"
    )
    parameters = {"times": sorted({row.received for row in rows}), "ids": sorted({row.trace_id for row in rows})}
    result = database.client().query(query, parameters=parameters).result_rows
    return {(received, trace_id, leaf): version for received, trace_id, leaf, version in result}


def touching(database: Database, keys: Iterable[str], where: str = "rows") -> list[Row]:
    """Current rows of all journeys that any of the keys belongs to."""
    found: dict[_Place, tuple[int, int, Row]] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), 5000):
        among, texts = array_of(wanted[start : start + 5000])
        for column in ("keys", "queue_ids"):  # asked for in one condition, the index of neither would be used
            condition = _has_any(column, among)
            query = f"SELECT {_SELECT}, version, deleted FROM {where} WHERE {condition}"
            for line in database.client().query(query, parameters=bindable({"keys": texts})).result_rows:
                row = unpack(*line[:-2])
                place = _place(row)
                if place not in found or found[place][0] < line[-2]:
                    found[place] = (int(line[-2]), int(line[-1]), row)
    return [row for _, deleted, row in found.values() if not deleted]


def _has_any(column: str, among: str) -> str:
    """Whether a row has any of some texts. The engine's own function for that compares each with each, which takes ten
    times as long for hundreds."""
    if among != PLAIN:
        return f"hasAny({column}, {among})"
    return f"indexHint(hasAny({column}, {among})) AND arrayExists(one -> one IN {among}, {column})"


def open_keys(database: Database, hosts: Iterable[str], where: str = "rows") -> set[str]:
    """Keys of the journeys in a queue that have not ended, by the rows now in force, on any of the hosts."""
    query = (
        f"SELECT arrayConcat(keys, queue_ids) FROM {where} FINAL"
        " WHERE (status IN ('Pending', 'Quarantined', 'GettingStatus') OR detail = 'Deleted') AND deleted = 0"
        " AND notEmpty(queue_ids) AND hasAny(hosts, {hosts:Array(String)})"
    )
    result = database.client().query(query, parameters=bindable({"hosts": sorted(hosts)})).result_rows
    return {key for line in result for key in line[0]}


def by_message_ids(database: Database, message_ids: Iterable[str], where: str = "rows") -> list[Row]:
    """Rows (any version) with one of these Message-IDs (given without angle brackets)."""
    # Some logs leave out the angle brackets.
    ids = sorted({form for bare in message_ids for form in (bare, f"<{bare}>")})
    clean = [one.encode("utf-8", "replace").decode() for one in ids]
    query = f"SELECT {_SELECT} FROM {where} WHERE message_id IN {{ids:Array(String)}} AND deleted = 0"
    return [unpack(*line) for line in database.client().query(query, parameters={"ids": clean}).result_rows]

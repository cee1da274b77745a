"""The table of rows: what a trace searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailwake.store.database import Database
from mailwake.store.query import And, Between, Cursor, Node
from mailwake.store.rows import Row
from mailwake.store.sql import Formatter

if TYPE_CHECKING:
    import pyarrow as pa

_SELECT = ", ".join(
    {
        "received": "toUnixTimestamp64Micro(received)",
        "last": "toUnixTimestamp64Micro(last)",
        "trace_id": "lower(hex(trace_id))",
    }.get(name, name)
    for name in Row._fields
)
_DAY = 86_400_000_000
_WINDOWS = (2 * _DAY, 14 * _DAY, 90 * _DAY)
"""A search newest first looks at these spans one after the other: most answers are recent."""
_TEXT = frozenset(
    "sender recipient original_recipient subject from_ip from_host to_ip to_host message_id sasl_user reason verdict parent_id"
    " status detail outcome direction folder dsn relation grade remark".split()
)


def table(rows: list[Row], version: int, *, deleted: int = 0) -> pa.Table:
    """Rows as an Arrow table for `insert`."""
    import pyarrow as pa

    columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
    made: dict[str, Any] = {}
    for name, values in columns.items():
        if name in ("received", "last"):
            made[name] = pa.array(values, pa.int64()).cast(pa.timestamp("us", "UTC"))
        elif name == "trace_id":
            made[name] = pa.array([bytes.fromhex(value) for value in values], pa.binary(16))
        elif name in ("hosts", "queue_ids", "keys"):
            made[name] = pa.array(list(map(list, values)), pa.list_(pa.string()))
        elif name in _TEXT:
            made[name] = _text(values)
        else:
            made[name] = pa.array(values, {"leaf": pa.uint16(), "attempts": pa.uint32()}.get(name, pa.uint64()))
    made["version"] = pa.array([version] * len(rows), pa.uint64())
    made["deleted"] = pa.array([deleted] * len(rows), pa.uint8())
    return pa.table(made)


def _text(values: tuple[str | None, ...]) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if v is None else v.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for v in values])


def versioned(stream: bytes, version: int) -> pa.Table:
    """The table of an Arrow stream, with this version."""
    import numpy as np
    import pyarrow as pa

    made = pa.ipc.open_stream(stream).read_all()
    versions = pa.array(np.full(made.num_rows, version, dtype=np.uint64))
    return made.set_column(made.schema.get_field_index("version"), "version", versions)


def insert(database: Database, made: pa.Table) -> None:
    """Append rows; those of a higher version replace earlier ones of the same (received, trace_id, leaf)."""
    if made.num_rows:
        database.client().insert_arrow("rows", made)


Write = Callable[[list[Row], int, int], None]
"""Appends rows: (rows, version, deleted)."""


@contextmanager
def replacement(database: Database) -> Iterator[Write]:
    """A new table of rows beside the old one; it takes the old one's place when the block ends without an error."""
    client = database.client()
    client.command("DROP TABLE IF EXISTS rows_rebuilt")
    client.command("CREATE TABLE rows_rebuilt AS rows")

    def write(rows: list[Row], version: int, deleted: int) -> None:
        if rows:
            client.insert_arrow("rows_rebuilt", table(rows, version, deleted=deleted))

    try:
        yield write
    except BaseException:
        client.command("DROP TABLE IF EXISTS rows_rebuilt")
        raise
    client.command("DROP TABLE IF EXISTS rows_replaced")
    client.command("RENAME TABLE rows TO rows_replaced, rows_rebuilt TO rows")
    client.command("DROP TABLE rows_replaced")


def search(
    database: Database, node: Node, limit: int, cursor: Cursor | None = None, *, since: int | None = None
) -> list[Row]:
    """Rows that meet the question, newest first, after the cursor; at most `limit`.

    Looks at recent spans first. Earlier versions of a row that match where the present one does not are left out.
    """
    newest = _newest(database)
    if newest is None:
        return []
    top = newest if cursor is None else min(newest, cursor.received)
    found: list[Row] = []
    high: int | None = None
    for span in (*_WINDOWS, None):
        low = None if span is None else top - span
        found.extend(_span(database, node, limit - len(found), cursor, low, high))
        if len(found) >= limit or low is None or (since is not None and low <= since):
            break
        high = low
    return found[:limit]


def _span(
    database: Database, node: Node, limit: int, cursor: Cursor | None, low: int | None, high: int | None
) -> Iterator[Row]:
    """Current rows of one span of time; asks on while outdated versions are in the way."""
    while limit > 0:
        form = Formatter()
        parts = [form.where(And((Between("received", low, high), node))), "deleted = 0"]
        if cursor is not None:
            parts.append(form.before(cursor))
        query = (
            f"SELECT {_SELECT}, version FROM rows WHERE {' AND '.join(parts)}"
            f" ORDER BY rows.received DESC, rows.trace_id DESC, rows.leaf DESC LIMIT {limit + 1}"
        )
        result = database.client().query(query, parameters=form.parameters).result_rows
        page = [(_row(line[:-1]), int(line[-1])) for line in result]
        current = _current(database, [row for row, _ in page])
        seen: set[tuple[int, str, int]] = set()
        for row, version in page:
            place = (row.received, row.trace_id, row.leaf)
            if current.get(place) == version and place not in seen and limit > 0:
                seen.add(place)
                limit -= 1
                yield row
        if len(page) <= limit + len(seen):
            return
        last = page[-1][0]
        cursor = Cursor(last.received, last.trace_id, last.leaf)


def _current(database: Database, rows: list[Row]) -> dict[tuple[int, str, int], int]:
    """The version now in force at the place of each row."""
    if not rows:
        return {}
    low, high = min(row.received for row in rows), max(row.received for row in rows)
    query = (
        "SELECT toUnixTimestamp64Micro(received), lower(hex(trace_id)), leaf, max(version) FROM rows"
        " WHERE received BETWEEN fromUnixTimestamp64Micro({l:Int64}) AND fromUnixTimestamp64Micro({h:Int64})"
        " AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))"
        " GROUP BY received, trace_id, leaf"
    )
    ids = sorted({row.trace_id for row in rows})
    result = database.client().query(query, parameters={"l": low, "h": high, "ids": ids}).result_rows
    return {(received, trace_id, leaf): version for received, trace_id, leaf, version in result}


def _newest(database: Database) -> int | None:
    query = "SELECT toUnixTimestamp64Micro(received) FROM rows ORDER BY rows.received DESC LIMIT 1"
    result = database.client().query(query).result_rows
    return int(result[0][0]) if result else None


def touching(database: Database, keys: Iterable[str], where: str = "rows") -> list[Row]:
    """Current rows of all journeys that any of the keys belongs to."""
    found: dict[tuple[int, str, int], tuple[int, int, Row]] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), 5000):
        query = (
            f"SELECT {_SELECT}, version, deleted FROM {where}"
            " WHERE hasAny(keys, {keys:Array(String)}) OR hasAny(queue_ids, {keys:Array(String)})"
        )
        result = database.client().query(query, parameters={"keys": wanted[start : start + 5000]}).result_rows
        for line in result:
            row = _row(line[:-2])
            place = (row.received, row.trace_id, row.leaf)
            if place not in found or found[place][0] < line[-2]:
                found[place] = (int(line[-2]), int(line[-1]), row)
    return [row for _, deleted, row in found.values() if not deleted]


def open_keys(database: Database, hosts: Iterable[str], where: str = "rows") -> set[str]:
    """Keys of the journeys that have not ended, by the rows now in force, on any of the hosts."""
    query = (
        f"SELECT arrayConcat(keys, queue_ids) FROM {where} FINAL WHERE status IN ('Pending', 'Quarantined', 'GettingStatus')"
        " AND deleted = 0 AND hasAny(hosts, {hosts:Array(String)})"
    )
    result = database.client().query(query, parameters={"hosts": sorted(hosts)}).result_rows
    return {key for line in result for key in line[0]}


def by_message_ids(database: Database, message_ids: Iterable[str], where: str = "rows") -> list[Row]:
    """Rows (any version) with one of these Message-IDs (given without angle brackets)."""
    # Some logs leave out the angle brackets.
    ids = sorted({form for bare in message_ids for form in (bare, f"<{bare}>")})
    query = f"SELECT {_SELECT} FROM {where} WHERE message_id IN {{ids:Array(String)}} AND deleted = 0"
    return [_row(line) for line in database.client().query(query, parameters={"ids": ids}).result_rows]


def _row(line: Any) -> Row:
    return Row._make(tuple(value) if isinstance(value, list) else value for value in line)


def when(micros: int) -> datetime:
    """Microseconds UTC as an aware datetime."""
    from datetime import UTC, timedelta

    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)

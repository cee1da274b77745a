"""Rows as the columns that the store keeps, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from mailwake.events.native import native
from mailwake.store.arrow import clean_texts
from mailwake.store.order import LARGEST
from mailwake.store.query import SAME, TEXTS, UNKNOWN
from mailwake.store.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

_PLACE = itemgetter(*map(Row._fields.index, ("received", "trace_id", "leaf")))
_TRACE_ID, _KEYS = Row._fields.index("trace_id"), Row._fields.index("keys")
_SIZE = Row._fields.index("size")


def table(rows: list[Row], version: int = 0, *, deleted: int = 0) -> pa.Table:
    """Rows as an Arrow table for `insert`."""
    return _table(_columns(rows) if native is None else _native_columns(rows, len(rows)), len(rows), version, deleted)


def table_in_order(rows: list[Row], taken: Any = None, told: int = 0) -> pa.Table:
    """The same in the order that the engine keeps them in: it would have to put all columns in order.

    taken, told: columns (`ingest.columns`) of which so many rows were told that never were objects.
    """
    if taken is None:
        return table(sorted(rows, key=_PLACE))
    return _table(_native_columns(rows, len(rows) + told, taken), len(rows) + told, 0, 0)


def _table(made: dict[str, pa.Array], count: int, version: int, deleted: int) -> pa.Table:
    import pyarrow as pa

    made["version"] = pa.repeat(pa.scalar(version, pa.uint64()), count)
    made["deleted"] = pa.repeat(pa.scalar(deleted, pa.uint8()), count)
    return pa.table(made)


_TIMES, _PLAIN = ("received", "last"), ("status", "detail", "outcome", "direction", "from_ip", "message_id")
_LOWER, _LISTS = tuple(sorted(TEXTS - {"original_recipient"})), ("hosts", "queue_ids", "keys")


def _columns(rows: list[Row]) -> dict[str, pa.Array]:
    import pyarrow as pa

    columns: dict[str, tuple[Any, ...]] = dict.fromkeys(Row._fields, ())
    columns.update(zip(Row._fields, zip(*rows, strict=True), strict=False))
    made: dict[str, pa.Array] = {}
    for name in _TIMES:
        made[name] = pa.array(columns[name], pa.int64()).cast(pa.timestamp("us", "UTC"))
    made["trace_id"] = pa.array([bytes.fromhex(value) for value in columns["trace_id"]], pa.binary(16))
    made["leaf"] = pa.array(columns["leaf"], pa.uint32())
    made["size"] = pa.array([min(max(size, 0), LARGEST) for size in columns["size"]], pa.uint64())
    for name in _PLAIN:
        made[name] = clean_texts(columns[name])
    for name in _LOWER:
        made[name] = clean_texts([UNKNOWN if value is None else value.lower() for value in columns[name]])
    pairs = zip(columns["original_recipient"], columns["recipient"], strict=True)
    made["original_recipient"] = clean_texts(
        [SAME if original == final else UNKNOWN if original is None else original.lower() for original, final in pairs]
    )
    for name in _LISTS:
        made[name] = _lists(columns[name])
    made["body"] = pa.array([pack(row) for row in rows], pa.binary())
    return made


_HOW = {
    **dict.fromkeys(_TIMES, 0),
    "leaf": 1,
    "size": 2,
    "trace_id": 3,
    **dict.fromkeys(_PLAIN, 4),
    **dict.fromkeys(_LOWER, 5),
    "original_recipient": 6,
    **dict.fromkeys(_LISTS, 7),
    "body": 8,
}
"""How `events/c/rows.c` makes a column."""
_PLACES = {**dict(zip(Row._fields, range(len(Row._fields)), strict=True)), "body": 0}
_BLANK = 1 << _TRACE_ID | 1 << _KEYS
_WANTED = tuple((how, _PLACES[name], _PLACES["recipient"], _BLANK) for name, how in _HOW.items())


def _native_columns(rows: list[Row], count: int, taken: Any = None) -> dict[str, pa.Array]:
    """As `_columns`, a tenth of the time; of so many rows, with those that were told of columns."""
    import pyarrow as pa

    fixed = [pa.timestamp("us", "UTC"), pa.uint32(), pa.uint64(), pa.binary(16)]
    made: dict[str, pa.Array] = {}
    for name, buffers in zip(_HOW, native.rows(rows, _WANTED, taken), strict=True):
        parts = [pa.py_buffer(buffer) for buffer in buffers]
        if len(parts) == 1:
            made[name] = pa.Array.from_buffers(fixed[_HOW[name]], count, [None, *parts])
        elif len(parts) == 2:
            kind = pa.binary() if name == "body" else pa.string()
            made[name] = pa.Array.from_buffers(kind, count, [None, *parts])
        else:
            lists, ends, texts = parts
            values = pa.Array.from_buffers(pa.binary(), len(ends) // 4 - 1, [None, ends, texts])
            made[name] = pa.Array.from_buffers(pa.list_(pa.binary()), count, [None, lists], children=[values])
    return made


def _lists(values: Sequence[Sequence[str]]) -> pa.Array:
    """Lists of text, bytes that are no UTF-8 as they were: facts are found by them."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.list_(pa.string()))
    except UnicodeEncodeError:
        coded = [[text.encode("utf-8", "surrogateescape") for text in texts] for texts in values]
        return pa.array(coded, pa.list_(pa.binary()))


def pack(row: Row) -> bytes:
    """A row as the store keeps it: without the parts that have a column anyway and do not compress."""
    parts = list(row)
    parts[_TRACE_ID], parts[_KEYS] = "", ()
    try:
        return orjson.dumps(parts)
    except orjson.JSONEncodeError:  # bytes of the log that are no UTF-8
        return json.dumps(parts).encode()


def unpack(body: bytes | str, trace_id: str, keys: Iterable[str]) -> Row:
    """The row that `pack` made this of."""
    try:
        parts = orjson.loads(body)
    except orjson.JSONDecodeError:
        parts = json.loads(body)
    if isinstance(parts[_SIZE], float):  # a number of more than 64 bits, which a damaged line may give
        parts = json.loads(body)
    parts[_TRACE_ID], parts[_KEYS] = trace_id, keys
    return Row._make([tuple(part) if isinstance(part, list) else part for part in parts])

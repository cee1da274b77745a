"""Where a row stands in an order: the same places in the store and without one."""

from __future__ import annotations

from mailwake.store.query import NUMBERS, TEXTS, UNKNOWN, Cursor, Order
from mailwake.store.rows import Row

LARGEST = (1 << 63) - 1
"""Sizes above it are kept as this."""
Place = tuple[str | int, int, str, int]


def place_of(row: Row, order: Order) -> Place:
    """What rows are ordered by: places of one order compare as the store orders its rows."""
    return _value(row, order.column), row.received, row.trace_id, row.leaf


def cursor_of(row: Row, order: Order) -> Cursor:
    """The cursor after which the rows behind this one come."""
    if order.column == "received":
        return Cursor(row.received, row.trace_id, row.leaf)
    return Cursor(row.received, row.trace_id, row.leaf, _value(row, order.column))


def fits(cursor: Cursor, order: Order) -> bool:
    """Whether a cursor can be of this order: it has a number, a text or nothing."""
    kind = type(None) if order.column == "received" else int if order.column in NUMBERS else str
    return isinstance(cursor.value, kind)


def place_at(cursor: Cursor, order: Order) -> Place:
    """The place that a cursor names."""
    value = cursor.received if order.column == "received" else cursor.value
    return "" if value is None else value, cursor.received, cursor.trace_id, cursor.leaf


def _value(row: Row, column: str) -> str | int:
    """As the store keeps it."""
    value = getattr(row, column)
    if isinstance(value, int):
        return min(max(value, 0), LARGEST) if column == "size" else value
    if column in TEXTS:
        value = UNKNOWN if value is None else value.lower()
    return str(value).encode("utf-8", "replace").decode()

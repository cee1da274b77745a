"""A backend over a list of rows, rows to put into it, and what a command line over it came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mailwake.events.fact import Fact
from mailwake.store.query import NEWEST, Cursor, Node, Order
from mailwake.store.rows import Row
from mailwake.trace.match import predicate

START = 1_795_314_661_000_000
"""2026-11-22T02:31:01Z"""
SECOND = 1_000_000


class MemoryBackend:
    """Answers as a store would, from a list."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = sorted(rows, key=_place, reverse=True)
        self.limits: list[int] = []
        self.closed = False

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        """See `Backend`."""
        self.limits.append(limit)
        test = predicate(node)
        place = (cursor.received, cursor.trace_id, cursor.leaf) if cursor else None
        return [row for row in self.rows if test(row) and (place is None or _place(row) < place)][:limit]

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        """See `Backend`."""
        return []

    def beside(self, spans: object, door: object) -> list[Fact]:
        """See `Backend`."""
        return []

    def gaps(self, low: int | None, high: int | None, hosts: object = None) -> list[str]:
        return []

    def close(self) -> None:
        """See `Backend`."""
        self.closed = True


class Done(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str
    backend: MemoryBackend
    opened: list[tuple[Path, tuple[str, ...], str | None, int | None]]


Runner = Callable[..., Done]


def row(number: int, **known: Any) -> Row:
    """A delivered message; number makes it older and gives it its id."""
    received = START - number * SECOND
    blank: dict[str, Any] = dict.fromkeys(Row._fields, "")
    blank |= {"received": received, "last": received + 2 * SECOND, "trace_id": f"{number:032x}", "leaf": 0, "size": 0}
    blank |= {"sender": "alice@example.org", "recipient": "bob@example.net", "original_recipient": "bob@example.net"}
    blank |= {"subject": f"message {number}", "status": "Delivered", "detail": "Relayed", "outcome": "delivered"}
    blank |= {"direction": "Outbound", "attempts": 1, "hosts": ("mx1",), "queue_ids": (f"{number:010X}",)}
    return Row(**(blank | {"keys": (), "grade": "proven"} | known))


def _place(row: Row) -> tuple[int, str, int]:
    return row.received, row.trace_id, row.leaf

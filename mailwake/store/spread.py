"""How the rows lie on the disk: what of it a search needs to know before it looks at any."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from mailwake.store.database import Database

_LOOK = 50_000
"""Rows that a search looks at first: most answers are recent."""
Span = tuple[int, int]
"""From and until, both included (µs UTC)."""


class Spread(NamedTuple):
    """Of the table at one moment."""

    newest: int
    """Latest time, µs UTC."""
    first: int
    """So long a span (µs) holds about as many rows as are looked at first; 0 when there are not many more in all."""
    shared: list[Span]
    """Where spans of several pieces overlap, in order: only there a row may have several versions. Within a piece the
    engine keeps one of each row."""

    def may_differ(self, received: int) -> bool:
        """Whether there may be several versions of a row of that time."""
        place = bisect_right(self.shared, (received, 1 << 63)) - 1
        return place >= 0 and received <= self.shared[place][1]


def spread(database: Database) -> Spread | None:
    """How the rows lie now; None when there are none. The engine knows without reading them.

    Remembered until rows are written. Pieces may be joined meanwhile, which leaves fewer versions of a row than are
    thought possible.
    """
    return database.of_rows("spread", lambda: of_pieces(pieces(database, "rows", "received"), _LOOK))


def pieces(database: Database, table: str, time: str) -> list[tuple[int, int, int]]:
    """Earliest and latest time (µs UTC) and rows of each piece of a table, in order. The time is that of its months."""
    query = (
        f"SELECT toUnixTimestamp64Micro(min({time})), toUnixTimestamp64Micro(max({time})), count() FROM {table}"
        " GROUP BY _part"
    )
    return sorted((int(low), int(high), int(rows)) for low, high, rows in database.client().query(query).result_rows)


def of_pieces(found: list[tuple[int, int, int]], look: int) -> Spread | None:
    """The spread of a table in these pieces, of which so many rows are looked at first."""
    if not found:
        return None
    newest, rows = max(high for _, high, _ in found), sum(rows for _, _, rows in found)
    oldest = min((low for low, _, _ in found if low > 0), default=newest)
    first = max(1, (newest - oldest) * look // rows) if rows > 2 * look else 0
    return Spread(newest, first, shared([(low, high) for low, high, _ in found]))


def shared(spans: list[Span]) -> list[Span]:
    """What lies in two of the spans or more, of spans in order of their beginning."""
    found: list[Span] = []
    reach = -1
    for low, high in spans:
        if low <= reach:
            both = low, min(reach, high)
            if found and both[0] <= found[-1][1]:
                found[-1] = found[-1][0], max(found[-1][1], both[1])
            else:
                found.append(both)
        reach = max(reach, high)
    return found

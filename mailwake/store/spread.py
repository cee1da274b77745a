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
    """Latest `received`, µs UTC."""
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
    """How the rows lie now; None when there are none. The engine knows without reading them."""
    query = (
        "SELECT toUnixTimestamp64Micro(min(received)), toUnixTimestamp64Micro(max(received)), count() FROM rows"
        " GROUP BY _part"
    )
    pieces = sorted((int(low), int(high), int(rows)) for low, high, rows in database.client().query(query).result_rows)
    if not pieces:
        return None
    newest, rows = max(high for _, high, _ in pieces), sum(rows for _, _, rows in pieces)
    oldest = min((low for low, _, _ in pieces if low > 0), default=newest)
    first = max(1, (newest - oldest) * _LOOK // rows) if rows > 2 * _LOOK else 0
    return Spread(newest, first, shared([(low, high) for low, high, _ in pieces]))


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

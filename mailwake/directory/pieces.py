"""Long lists of the directory read piece by piece, with nothing held open between the pieces.

A cursor that stays open keeps SQLite on the state of when it began; what the same connection then writes, such as
the entry in the admin audit log, is refused as soon as somebody else has written (https://sqlite.org/rescode.html,
SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)
_PIECE = 1000


def in_pieces(rows: QuerySet[_Row]) -> Iterator[_Row]:
    """The rows, in their order, as they are when their piece is read; those that are gone by then are left out."""
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), _PIECE):
        part = keys[start : start + _PIECE]
        found = {row.pk: row for row in rows.filter(pk__in=part)}
        yield from (found[key] for key in part if key in found)

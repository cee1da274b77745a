"""The admin audit log: who asked or ordered what. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Q, QuerySet

from mailwake.directory.models import AdminAuditEntry
from mailwake.directory.records import AuditEntry
from mailwake.directory.together import Together

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_PIECE = 1000


class AdminLog:
    """The admin audit log of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._questions = Together(self._write)

    def append(self, entry: AuditEntry) -> None:
        """Add a row; within `Directory.writing` it is kept together with the change it tells of, or not at all."""
        if connections[self._directory.alias].in_atomic_block:
            self._write([entry])
        else:
            self._questions.add(entry)

    def _write(self, entries: list[AuditEntry]) -> None:
        rows = AdminAuditEntry.objects.using(self._directory.alias)
        if len(entries) == 1:  # without a transaction around it
            rows.create(**_columns(entries[0]))
        else:
            rows.bulk_create([AdminAuditEntry(**_columns(entry)) for entry in entries])

    def search(
        self,
        *,
        cmdlets: Sequence[str] = (),
        parameters: Sequence[str] = (),
        start: int | None = None,
        end: int | None = None,
        users: Sequence[str] = (),
        objects: Sequence[str] = (),
        succeeded: bool | None = None,
        changes: bool | None = None,
    ) -> Iterator[AuditEntry]:
        """Rows newest first; several values of one criterion widen, criteria narrow. Times µs UTC, [start, end)."""
        rows = AdminAuditEntry.objects.using(self._directory.alias)
        if cmdlets:
            rows = rows.filter(_any("cmdlet", cmdlets) | _any("operation", cmdlets))
        if users:
            rows = rows.filter(_any("caller", users))
        if objects:
            rows = rows.filter(_any("object_modified", objects))
        if start is not None:
            rows = rows.filter(run_date__gte=start)
        if end is not None:
            rows = rows.filter(run_date__lt=end)
        if succeeded is not None:
            rows = rows.filter(succeeded=succeeded)
        if changes is not None:
            rows = rows.filter(changes=changes)
        wanted = {name.lower() for name in parameters}
        for row in _newest_first(rows):
            if not wanted or wanted & {str(name).lower() for name, _ in row.parameters}:
                yield _entry(row)


def _newest_first(rows: QuerySet[AdminAuditEntry]) -> Iterator[AdminAuditEntry]:
    """Piece by piece, each beginning where the one before ended: the log is long, and `in_pieces` asks for all keys."""
    ordered = rows.order_by("-run_date", "-id")
    piece = list(ordered[:_PIECE])
    while piece:
        yield from piece
        last = piece[-1]
        before = Q(run_date__lt=last.run_date) | Q(run_date=last.run_date, id__lt=last.pk)
        piece = list(ordered.filter(before)[:_PIECE])


def _columns(entry: AuditEntry) -> dict[str, Any]:
    return {
        "run_date": entry.run_date,
        "caller": entry.caller[:320],
        "origin": entry.origin[:120],
        "face": entry.face,
        "operation": entry.operation,
        "cmdlet": entry.cmdlet,
        "parameters": [list(pair) for pair in entry.parameters],
        "object_modified": entry.object_modified[:640],
        "changes": entry.changes,
        "succeeded": entry.succeeded,
        "error": entry.error,
        "modified_properties": [list(triple) for triple in entry.modified_properties],
        "server": entry.server,
    }


def _any(column: str, values: Sequence[str]) -> Q:
    found = Q()
    for value in values:
        found |= Q(**{f"{column}__iexact": value})
    return found


def _entry(row: AdminAuditEntry) -> AuditEntry:
    return AuditEntry(
        run_date=row.run_date,
        caller=row.caller,
        operation=row.operation,
        origin=row.origin,
        face=row.face,
        cmdlet=row.cmdlet,
        parameters=tuple((str(name), str(value)) for name, value in row.parameters),
        object_modified=row.object_modified,
        changes=row.changes,
        succeeded=row.succeeded,
        error=row.error,
        modified_properties=tuple((str(a), str(b), str(c)) for a, b, c in row.modified_properties),
        server=row.server,
        id=row.pk,
    )

"""Imports into a store of their own, and the audit records that it then has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from unittest import mock

from mailwake.audit.record import AuditRecord
from mailwake.operations import importing
from mailwake.operations.audit_rows import record_of, with_names
from mailwake.store import acts, audit
from mailwake.store.audit_filter import AuditFilter
from mailwake.store.database import Database

ALL = 1_000_000
Stored = tuple[list[AuditRecord], list[tuple[object, ...]]]


def load(data: Path, *files: Sequence[str] | Path, window: int = 150_000) -> None:
    """One import of files, given as paths or as their lines."""
    place = data.parent / "logs"
    place.mkdir(exist_ok=True)
    paths = []
    for content in files:
        path = content if isinstance(content, Path) else place / f"{len(list(place.iterdir()))}.log"
        if not isinstance(content, Path):
            path.write_text("".join(f"{line.rstrip()}\n" for line in content))
        paths.append(str(path))
    with mock.patch.object(importing, "WINDOW", window):
        importing.run(data, paths, zone="UTC")


def found(data: Path, wanted: AuditFilter | None = None) -> list[AuditRecord]:
    """Records that a search finds, oldest first."""
    with Database(data) as database:
        stored = audit.find(database, wanted or AuditFilter(), ALL, oldest_first=True)
        assert wanted is not None or audit.count(database, AuditFilter()) == len(stored)
        return with_names(database, [record_of(one) for one in stored])


def everything(data: Path) -> Stored:
    """All records, and what is counted of the acts."""
    records = found(data)
    with Database(data) as database:
        counted: Iterable[tuple[object, ...]] = [*acts.unrecorded(database), *acts.seen(database)]
        assert acts.due(database) == 0
        return records, list(counted)


def plain(stored: Stored) -> Stored:
    """Without the order that equal times leave open."""
    return sorted(stored[0], key=lambda one: (one.observation.ts, one.id)), stored[1]

"""Imports into a store of their own, and what the store then answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from logs import ALL, plain

from mailwake.operations import importing
from mailwake.operations.opening import StoreBackend
from mailwake.store.database import Database
from mailwake.store.query import And
from mailwake.store.rows import Row


def write(path: Path, lines: Sequence[str]) -> str:
    """A log file of these lines; its name."""
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def load(data: Path, paths: Sequence[str], *, window: int = 150_000) -> None:
    """Import, with so many facts to a window."""
    with mock.patch.object(importing, "WINDOW", window):
        importing.run(data, list(paths), zone="UTC")


def stored(data: Path) -> tuple[list[Row], dict[str, int]]:
    """All rows, and how many facts there are of each kind."""
    with Database(data) as database:
        rows = plain(StoreBackend(database).search(And(()), ALL))
        counts = database.client().query("SELECT kind, count() FROM facts GROUP BY kind ORDER BY kind").result_rows
    return rows, {str(kind): int(count) for kind, count in counts}

"""New stores and directories of tests are copies of an empty one: making their tables takes longer than most tests.

What lies on the disk is what the migrations make, once in each process; a test with migrations of its own gets those.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from mailwake.directory import opening
from mailwake.directory.configuration import FILE
from mailwake.store import database
from mailwake.store.database import Database


@contextmanager
def copies() -> Iterator[None]:
    """As long as this lasts, what is made new in this process is a copy."""
    with tempfile.TemporaryDirectory() as name:
        made = _Stores(Path(name) / "stores"), _Directories(Path(name) / "directories")
        with (
            mock.patch.object(Database, "_private_temporary_folder", made[0].prepare),
            mock.patch.object(opening, "_migrate", made[1].migrate),
        ):
            yield


class _Stores:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[int, Path] = {}
        self._original = Database._private_temporary_folder

    @property
    def prepare(self) -> Callable[[Database], None]:
        """In place of the method that is called before the engine is."""

        def prepare(opened: Database) -> None:
            store = opened.path / "store"
            if not store.exists() and not opened.path.is_relative_to(self._folder):
                shutil.copytree(self._empty(), store, symlinks=True)
            self._original(opened)

        return prepare

    def _empty(self) -> Path:
        name = hash(tuple(database._migrations()))
        if name not in self._made:
            path = self._folder / str(len(self._made))
            with Database(path):
                self._made[name] = path / "store"
        return self._made[name]


class _Directories:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._original = opening._migrate

    def migrate(self, alias: str, data_dir: Path) -> None:
        """In place of what makes the tables."""
        from django.db import connections

        connection: Any = connections[alias]
        file = data_dir / FILE
        if connection.vendor == "sqlite" and not file.exists() and not data_dir.is_relative_to(self._folder):
            shutil.copy(self._empty(), file)
        self._original(alias, data_dir)

    def _empty(self) -> Path:
        if not (self._folder / FILE).exists():
            with opening.open_directory(self._folder):
                pass
        return self._folder / FILE

"""Directories for tests: on SQLite, and on a PostgreSQL of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres import Cluster, obstacle

from mailwake.directory.configuration import VARIABLE, ensure
from mailwake.directory.opening import open_directory

ensure()  # before anything imports the models

from mailwake.directory.directory import Directory  # noqa: E402

SECOND = 1_000_000
DAY = 86_400 * SECOND
NOW = 1_795_600_000 * SECOND
"""A day in November 2026, µs UTC."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; the test is skipped, with the reason, where there is none to start."""
    if reason := obstacle():
        pytest.skip(reason)
    started = Cluster()
    yield started
    started.stop()


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
"""Parameters of a fixture whose tests run on either database."""


@contextmanager
def database(request: pytest.FixtureRequest, kind: str, *, tables: bool = True) -> Iterator[None]:
    """The directories opened meanwhile lie in SQLite, or in one database of PostgreSQL, which is gone afterwards.

    tables: they are there already; making them takes a second.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        if kind == "sqlite":
            yield
            return
        server: Cluster = request.getfixturevalue("cluster")
        with server.database(_make_tables if tables else None) as url:
            patch.setenv(VARIABLE, url)
            yield


def _make_tables(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, url)
        with open_directory(Path("/nowhere")) as directory:
            directory.revision()


@pytest.fixture(params=BOTH)
def data_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data directory whose directory lies in SQLite or PostgreSQL."""
    with database(request, request.param):
        yield tmp_path / "data"


@pytest.fixture(params=BOTH)
def bare_data_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The same, without tables as yet."""
    with database(request, request.param, tables=False):
        yield tmp_path / "data"


@pytest.fixture
def directory(data_dir: Path) -> Iterator[Directory]:
    """An empty directory."""
    with open_directory(data_dir) as opened:
        yield opened

"""Directories for tests: on SQLite, and on a PostgreSQL of the test's own on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwake.directory.configuration import VARIABLE, ensure
from mailwake.directory.opening import open_directory

ensure()  # before anything imports the models

from mailwake.directory.directory import Directory  # noqa: E402

SECOND = 1_000_000
DAY = 86_400 * SECOND
NOW = 1_795_600_000 * SECOND
"""A day in November 2026, µs UTC."""


def _programs() -> Path | None:
    """Where PostgreSQL's programs are (Debian keeps them out of the path)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None


class Cluster:
    """A PostgreSQL server that listens on a socket only."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailwake-pg-", dir="/tmp"))
        self._programs = programs
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, pwd.getpwnam("postgres").pw_uid)
        self.data = self.folder / "data"
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "mailwake", "-E", "UTF8", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as, str(self._programs / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120, cwd="/")

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"mailwake_{uuid.uuid4().hex}"
        self._run("createdb", "-h", str(self.folder), "-U", "mailwake", name)
        return f"postgresql://mailwake@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Stop it and clear up."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; the test is skipped where there is none to start."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("there is no account postgres to run the server")
    started = Cluster(programs)
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def data_dir(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose directory lies in SQLite or PostgreSQL."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if request.param == "postgresql":
        server: Cluster = request.getfixturevalue("cluster")
        monkeypatch.setenv(VARIABLE, server.database())
    return tmp_path / "data"


@pytest.fixture
def directory(data_dir: Path) -> Iterator[Directory]:
    """An empty directory."""
    with open_directory(data_dir) as opened:
        yield opened

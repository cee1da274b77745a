"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, in memory where there is room.

Installed with apt-get on Debian as root, once; elsewhere `obstacle` says why the tests are skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from tests import packages

_ROOM = 2 << 30
"""Bytes of memory that are taken for room enough; a database is eight million, and gone after its test."""
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "listen_addresses=''")


@cache
def obstacle() -> str:
    """Why PostgreSQL cannot run here; "" when it can, and is installed then."""
    if _programs() is None:
        problem = packages.obstacle() or _install()
        if problem or _programs() is None:
            return f"PostgreSQL is not installed: {problem}"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "there is no account postgres to run the server"
    return ""


def _install() -> str:
    # No cluster of the system's: it would listen on the usual port.
    folder = Path("/etc/postgresql-common/createcluster.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mailwake-tests.conf").write_text("create_main_cluster = false\n")
    return packages.install("postgresql")


def _programs() -> Path | None:
    """Where PostgreSQL's programs are (Debian keeps them out of the path)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None


def _place() -> str:
    memory = Path("/dev/shm")
    in_memory = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if in_memory else "/tmp"  # a socket's path has to be short


class Cluster:
    """A server that listens on a socket only. `obstacle` must have said that there is none."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailwake-pg-", dir=_place()))
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._template = ""
        if self._as:
            shutil.chown(self.folder, pwd.getpwnam("postgres").pw_uid)
        self.data = self.folder / "data"
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "mailwake", "-E", "UTF8", "--no-sync")
        options = " ".join((f"-k {self.folder}", *(f"-c {setting}" for setting in _FAST)))
        self._run("pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def _run(self, program: str, *words: str) -> None:
        programs = _programs()
        assert programs is not None
        command = [*self._as, str(programs / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120, cwd="/")

    def _order(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=mailwake dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _url(self, name: str) -> str:
        return f"postgresql://mailwake@/{name}?host={self.folder}"

    @contextmanager
    def database(self, prepare: Callable[[str], None] | None = None) -> Iterator[str]:
        """The URL of a new database, gone afterwards: empty, or a copy of what `prepare` makes of an empty one.

        prepare is called once, so it has to be the same always, and leave no connection open.
        """
        name, template = f"mailwake_{uuid.uuid4().hex}", "template1"
        if prepare is not None:
            if not self._template:
                prepared = f"prepared_{uuid.uuid4().hex}"
                self._order(f"CREATE DATABASE {prepared}")
                prepare(self._url(prepared))
                self._template = prepared
            template = self._template
        self._order(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self._order(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop it and clear up."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

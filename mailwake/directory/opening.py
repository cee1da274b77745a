"""Opening a directory: its folder, its tables."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from mailwake.directory import fresh
from mailwake.directory.configuration import FILE, alias_of, database_of
from mailwake.directory.errors import DirectoryError
from mailwake.events.told import tell
from mailwake.store.database import own_folder
from mailwake.store.errors import StoreError

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_LOCK = "directory.lock"
_ADVISORY_LOCK = 0x6D61696C
"""Any number, the same for all."""


def open_directory(data_dir: Path, *, create: bool = True) -> Directory:
    """The directory of a data directory; made if there is none, unless create is False. Raises DirectoryError.

    It takes no lock, so that any number of processes may have it open.
    """
    database = database_of(data_dir)
    if database["ENGINE"].endswith("sqlite3"):
        if not create and not (data_dir / FILE).exists():
            raise DirectoryError(
                "no-directory",
                tell("{data_dir}: there is no directory yet", data_dir=data_dir),
                tell("fill it: mailwake directory import FILE, or import logs: mailwake import FILE..."),
                status=404,
            )
        try:
            own_folder(data_dir)
        except StoreError as error:
            raise DirectoryError("data-directory", error.what, error.hint) from error
    alias = alias_of(database)

    from django.db import Error

    from mailwake.directory.directory import Directory

    try:
        _migrate(alias, data_dir)
    except Error as error:
        raise DirectoryError(
            "database",
            tell("the directory does not open: {reason}", reason=str(error).strip().splitlines()[0]),
            tell("is the database running and reachable, the disk not full, the folder writable?"),
            status=503,
        ) from error
    return Directory(alias)


def _migrate(alias: str, data_dir: Path) -> None:
    """Bring the tables up to date; who comes second waits and finds it done."""
    from django.db import connections

    connection = connections[alias]
    if _up_to_date(connection):
        return
    with _one_at_a_time(connection, data_dir):
        if _up_to_date(connection):
            return
        if connection.vendor == "sqlite" and not connection.introspection.table_names():
            fresh.make(connection)
        if not _has_tables(connection):
            from django.core.management import call_command

            call_command("migrate", database=alias, verbosity=0, interactive=False)
        _first_row(alias)
    if connection.vendor == "sqlite":
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            if (data_dir / name).exists():
                (data_dir / name).chmod(0o600)  # who reads whose mail is nobody else's business


def _first_row(alias: str) -> None:
    from mailwake.directory.models import Organization

    Organization.objects.using(alias).get_or_create(pk=1)


def _has_first_row(alias: str) -> bool:
    """It comes after the tables: whoever made these may have been killed before it, or be about to write it."""
    from mailwake.directory.models import Organization

    return Organization.objects.using(alias).filter(pk=1).exists()


def _up_to_date(connection: Any) -> bool:
    return _has_tables(connection) and _has_first_row(connection.alias)


def _has_tables(connection: Any) -> bool:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    known = _known()
    if newer := {name for app, name in applied - known if app in ("directory", "jobs")}:
        raise DirectoryError(
            "newer-directory",
            tell(
                "the directory is of a newer version of Mailwake (its migration {number} is not known here)",
                number=max(newer),
            ),
            tell("use that version, or another data directory"),
        )
    return known <= applied


def _known() -> set[tuple[str, str]]:
    """All migrations, by application and name; none is loaded for that."""
    from django.apps import apps

    return {
        (application.label, module.name)
        for application in apps.get_app_configs()
        for module in iter_modules([str(Path(application.path) / "migrations")])
        if module.name[0] not in "_~"
    }


@contextmanager
def _one_at_a_time(connection: Any, data_dir: Path) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
        return
    handle = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

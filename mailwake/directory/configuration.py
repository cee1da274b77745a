"""Django's settings, composed in one place: the directory needs few, the web adds to them.

Which database: `MAILWAKE_DATABASE_URL` (`postgresql://user:password@host:port/name`, a socket as
`postgresql:///name?host=/run/postgresql`), else `directory.sqlite3` in the data directory. A process that is a server
calls `configure` with its database and applications before anything else; any other (a command, a test) gets the bare
settings by `ensure`, and each data directory that it opens an alias of its own.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mailwake.directory.errors import DirectoryError
from mailwake.events.told import tell

VARIABLE = "MAILWAKE_DATABASE_URL"
FILE = "directory.sqlite3"
APPLICATIONS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "mailwake.directory.apps.DirectoryConfig",
    "mailwake.jobs.apps.JobsConfig",
)
_HASHERS = ("django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher")
_PATIENCE = 60
"""Seconds that a writer waits for another."""
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536"
_lock = threading.Lock()


def database_of(data_dir: Path) -> dict[str, Any]:
    """Django's settings of the database that a data directory's directory lies in. Raises DirectoryError."""
    url = os.environ.get(VARIABLE, "").strip()
    if url:
        return _postgresql(url)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data_dir.absolute() / FILE),
        "OPTIONS": {"timeout": _PATIENCE, "transaction_mode": "IMMEDIATE", "init_command": _SQLITE_PRAGMAS},
    }


def django_settings(data_dir: Path, applications: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """All settings of a server on a data directory; applications and more are what it adds. See `compose`."""
    return compose(database_of(data_dir), applications, **more)


def compose(database: dict[str, Any], applications: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """All settings: those of the directory, and what is given on top."""
    return {
        "DATABASES": {"default": database},
        "INSTALLED_APPS": [*APPLICATIONS, *applications],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "AUTH_USER_MODEL": "directory.Account",
        "PASSWORD_HASHERS": list(_HASHERS),
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": False,
        "LOGGING_CONFIG": None,
        **more,
    }


def configure(database: dict[str, Any], applications: Sequence[str] = (), **more: Any) -> None:
    """Settle the settings of this process, once."""
    import django
    from django.conf import settings

    settings.configure(**compose(database, applications, **more))
    django.setup()


def ensure() -> None:
    """Settle them as a command needs them, unless that is done."""
    from django.apps import apps
    from django.conf import settings

    with _lock:
        if not settings.configured:
            configure({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})
        elif not apps.ready:
            import django

            django.setup()


def alias_of(database: dict[str, Any]) -> str:
    """The alias under which Django knows a database; it is made known if it is not."""
    from django.db import connections

    ensure()
    with _lock:
        known = connections.databases
        if _same(known["default"], database):
            return "default"
        alias = "directory-" + hashlib.blake2b(repr(sorted(database.items())).encode(), digest_size=8).hexdigest()
        if alias not in known:
            complete = connections.configure_settings({"default": {**database}, alias: {**database}})
            known[alias] = complete[alias]
        return alias


def _same(known: dict[str, Any], database: dict[str, Any]) -> bool:
    return all(known.get(name) == value for name, value in database.items())


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise DirectoryError(
            "database-url",
            tell("{variable} names no PostgreSQL database", variable=VARIABLE),
            tell("give it as postgresql://user:password@host:port/name, or postgresql:///name?host=/run/postgresql"),
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or (str(parts.port) if parts.port else "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }

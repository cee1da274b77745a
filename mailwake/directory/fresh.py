"""A new directory in SQLite: its tables as the migrations leave them, from a text that was made of them beforehand.

Running two dozen migrations one after the other takes a fifth of a second of an import. `python -m
mailwake.directory.fresh` writes the text anew; a test tells when that is due. An outdated one does no harm: the
migrations that it lacks are run.
"""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from typing import Any

_FILE = "fresh.sql"
_MADE = ("django_content_type", "auth_permission", "django_migrations")
"""Tables that have rows from the beginning."""


def make(connection: Any) -> None:
    """Make the tables in an empty database of SQLite's (Django's connection to it)."""
    connection.ensure_connection()
    raw: sqlite3.Connection = connection.connection
    raw.executescript(resources.files("mailwake.directory").joinpath(_FILE).read_text("utf-8"))


def text_of(raw: sqlite3.Connection) -> str:
    """The text for a database that was just made by the migrations."""
    made = raw.execute("SELECT sql FROM sqlite_master WHERE sql != '' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    statements = [statement for (statement,) in made]
    for table in _MADE:
        names = [row[1] for row in raw.execute(f'PRAGMA table_info("{table}")')]
        values = ", ".join("datetime('now')" if name == "applied" else f'quote("{name}")' for name in names)
        shown = values.replace("datetime('now')", "'datetime(''now'')'").replace(", ", " || ', ' || ")
        for (row,) in raw.execute(f'SELECT {shown} FROM "{table}" ORDER BY id'):
            statements.append(f'INSERT INTO "{table}" VALUES ({row})')
    return "BEGIN IMMEDIATE;\n" + "".join(f"{one};\n" for one in statements) + "COMMIT;\n"


def migrated() -> str:
    """The text of what the migrations make now."""
    from django.core.management import call_command
    from django.db import connections

    from mailwake.directory.configuration import ensure

    ensure()
    call_command("migrate", database="default", verbosity=0, interactive=False)
    return text_of(connections["default"].connection)


if __name__ == "__main__":
    Path(__file__).with_name(_FILE).write_text(migrated(), "utf-8")

"""What the engine says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailwake.store.database import Database

TABLES = ("facts", "rows", "files", "imports", "audit", "acts", "items")


def version(database: Database) -> str:
    """Version of the engine."""
    return str(database.client().query("SELECT version()").result_rows[0][0])


def broken_tables(database: Database) -> list[str]:
    """Tables whose parts do not match their checksums."""
    broken = []
    for name in TABLES:
        result = database.client().query(f"CHECK TABLE {name}").result_rows
        if any(str(line[-1]) == "0" or (len(line) > 1 and str(line[1]) == "0") for line in result):
            broken.append(name)
    return broken


def bytes_on_disk(database: Database) -> dict[str, int]:
    """Compressed bytes of each table, indexes included."""
    query = (
        "SELECT table, sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()"
        " GROUP BY table"
    )
    return {str(name): int(size) for name, size in database.client().query(query).result_rows}


def rows_of(database: Database, table: str) -> int:
    """Number of rows of a table, without reading them."""
    query = "SELECT sum(rows) FROM system.parts WHERE active AND database = currentDatabase() AND table = {t:String}"
    return int(database.client().query(query, parameters={"t": table}).result_rows[0][0])


def iso(micros: int) -> str:
    """A time (µs UTC) as text."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%SZ")

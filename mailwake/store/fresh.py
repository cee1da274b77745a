"""A new store: its tables as the migrations leave them, from a text that was made of them beforehand.

Making tables that the next migration makes anew takes longer than making the last ones. `python -m
mailwake.store.fresh` writes the text anew; a test tells when that is due. An outdated one does no harm: the migrations
that it lacks are run.
"""

from __future__ import annotations

import re
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_FILE = "fresh.sql"
_BEFORE = "-- Up to migration "


def kept() -> str:
    """The text."""
    return resources.files("mailwake.store").joinpath(_FILE).read_text("utf-8")


def make(client: Client) -> int:
    """Make the tables in an empty database; the number of the last migration whose tables they are."""
    first, *statements = kept().split(";\n")
    for statement in statements:
        if statement.strip():
            client.command(statement)
    return int(first.removeprefix(_BEFORE))


def text_of(client: Client) -> str:
    """The text for a store that was just made by the migrations."""
    tables = client.query(
        "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND name != 'migrations'"
        " ORDER BY engine = 'MaterializedView', name"
    ).result_rows
    ((last,),) = client.query("SELECT max(number) FROM migrations").result_rows
    name = str(client.database)
    made = [re.sub(rf"\b{name}\.", "", str(text)) for _, text in tables]
    return "".join(f"{one};\n" for one in (f"{_BEFORE}{last}", *made))


def migrated() -> str:
    """The text of what the migrations make now."""
    from mailwake.store.database import Database

    with tempfile.TemporaryDirectory() as folder, Database(Path(folder) / "store", fresh=False) as opened:
        return text_of(opened.client())


if __name__ == "__main__":
    Path(__file__).with_name(_FILE).write_text(migrated(), "utf-8")

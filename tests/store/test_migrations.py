"""Migrations are applied once each, in the order of their numbers."""

from __future__ import annotations

from pathlib import Path

from mailwake.store.database import Database, _migrations


def test_numbers_are_there_once() -> None:
    """Two of one number, from two branches: a store that has the one would never get the other."""
    numbers = [number for number, _, _ in _migrations()]
    assert numbers == sorted(set(numbers))


def test_a_store_of_earlier_gets_the_presence_of_what_it_has(tmp_path: Path) -> None:
    with Database(tmp_path / "data") as database:
        client = database.client()
        for name in ("presence_of_facts", "losses_of_facts", "presence", "losses"):
            client.command(f"DROP TABLE {name}")
        client.command("TRUNCATE TABLE migrations")
        for number, name, _ in _migrations():
            if name != "presence":
                database.insert_one("migrations", number=number, name=name)
        client.command(
            "INSERT INTO facts (ts, host, kind, raw) SELECT toDateTime64(1763892000 + number * 60, 6, 'UTC'), 'mx',"
            " if(number = 5, 'loss', 'remove'), 'x' FROM numbers(100)"
        )
    with Database(tmp_path / "data") as database:
        client = database.client()
        assert client.query("SELECT count(), min(first), max(last) FROM presence").result_rows == [
            (10, 1_763_892_000_000_000, 1_763_897_940_000_000)
        ]
        assert client.query("SELECT count() FROM losses").result_rows == [(1,)]

"""Migrations are applied once each, in the order of their numbers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailwake.store import database
from mailwake.store.database import Database, _migrations
from mailwake.store.fresh import kept, text_of


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


def test_a_new_store_is_what_the_migrations_make(tmp_path: Path) -> None:
    # In a process of its own: here, a new store is a copy of one that was made from the text.
    command = "from mailwake.store.fresh import migrated; print(migrated(), end='')"
    made = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True).stdout
    assert made == kept(), "python -m mailwake.store.fresh"
    with Database(tmp_path / "data") as opened:
        assert text_of(opened.client()) == kept()
        numbers = opened.client().query("SELECT number, name FROM migrations ORDER BY number").result_rows
        assert numbers == [(number, name) for number, name, _ in _migrations()]


def test_what_the_text_of_a_new_store_lacks_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = [
        *_migrations(),
        (9999, "later", "CREATE TABLE {on_table:later} (n UInt8) ENGINE = {engine:MergeTree} ORDER BY n"),
    ]
    monkeypatch.setattr(database, "_migrations", lambda: later)
    with Database(tmp_path / "data") as opened:
        assert opened.client().query("SELECT count() FROM later").result_rows == [(0,)]
        assert opened.client().query("SELECT max(number) FROM migrations").result_rows == [(9999,)]


def test_a_new_store_that_was_not_finished_is_migrated(tmp_path: Path) -> None:
    with Database(tmp_path / "data") as opened:
        opened.client().command("TRUNCATE TABLE migrations")
        opened.client().command("DROP TABLE presence_of_facts")
        expected = opened.client().query("SHOW TABLES").result_rows
    with Database(tmp_path / "data") as opened:
        assert {*opened.client().query("SHOW TABLES").result_rows} == {*expected, ("presence_of_facts",)}

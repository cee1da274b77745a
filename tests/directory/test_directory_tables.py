"""The tables: migrations, several directories in one process, the log that only grows, the data directory."""

from __future__ import annotations

import io
import sqlite3
from importlib import resources
from pathlib import Path

import pytest
from directories import NOW, Directory

from mailwake.directory import fresh
from mailwake.directory.configuration import FILE, alias_of, database_of, django_settings
from mailwake.directory.errors import DirectoryError
from mailwake.directory.opening import open_directory
from mailwake.directory.records import AuditEntry
from mailwake.store.database import Database


def test_no_migration_is_missing(directory: Directory) -> None:
    from django.core.management import call_command

    said = io.StringIO()
    call_command("makemigrations", "directory", dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


def test_a_new_directory_is_what_the_migrations_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import call_command
    from django.db import connections

    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    alias = alias_of(database_of(tmp_path))
    call_command("migrate", database=alias, verbosity=0, interactive=False)
    text = fresh.text_of(connections[alias].connection)
    connections[alias].close()
    kept = resources.files("mailwake.directory").joinpath("fresh.sql").read_text()
    assert text == kept, "python -m mailwake.directory.fresh"
    made = sqlite3.connect(":memory:")
    made.executescript(kept)
    assert fresh.text_of(made) == kept
    made.close()


def test_an_outdated_text_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "fresh.sql").write_text("CREATE TABLE something (n INTEGER);")
    monkeypatch.setattr(fresh.resources, "files", lambda _: tmp_path / "texts")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).touch()
    with open_directory(tmp_path / "data") as directory:
        assert directory.discover(["rosa@one.test"], NOW) == 1


def test_several_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    with open_directory(tmp_path / "one") as one, open_directory(tmp_path / "two") as two:
        one.discover(["rosa@one.test"], NOW)
        two.discover(["kim@two.test"], NOW)
        assert [box.identity for box in one.mailboxes.all()] == ["rosa@one.test"]
        assert [box.identity for box in two.mailboxes.all()] == ["kim@two.test"]
    with open_directory(tmp_path / "one") as again:
        assert again.mailboxes.find("rosa").created == NOW


def test_killed_between_the_tables_and_their_first_row(directory: Directory, data_dir: Path) -> None:
    from mailwake.directory.models import Organization

    Organization.objects.using(directory.alias).all().delete()
    with open_directory(data_dir) as again:
        assert again.revision() == 0


def test_the_admin_log_only_grows(directory: Directory) -> None:
    from django.db import Error, connections

    directory.log.append(AuditEntry(NOW, "ada", "set-mailbox"))
    for statement in ("UPDATE directory_adminauditentry SET caller = 'eve'",):
        with pytest.raises(Error, match="append-only"), connections[directory.alias].cursor() as cursor:
            cursor.execute(statement)
    assert [entry.caller for entry in directory.log.search()] == ["ada"]


def test_store_and_directory_share_the_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    data = tmp_path / "data"
    with open_directory(data) as directory:
        directory.discover(["rosa@one.test"], NOW)
        with Database(data):
            directory.discover(["kim@one.test"], NOW)
    assert (data / "directory.sqlite3").stat().st_mode & 0o077 == 0
    with open_directory(data, create=False) as directory:
        assert len(list(directory.mailboxes.all())) == 2


def test_a_folder_of_others_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DirectoryError, match="no data directory"):
        open_directory(tmp_path)
    with pytest.raises(DirectoryError, match="there is no directory yet"):
        open_directory(tmp_path / "new", create=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_of_a_newer_version(directory: Directory, data_dir: Path) -> None:
    from django.db import connections

    with connections[directory.alias].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('directory', '0999_later', '2030-01-01 00:00:00')"
        )
    with pytest.raises(DirectoryError, match="newer version"):
        open_directory(data_dir)


def test_settings_for_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)
    composed = django_settings(tmp_path, ["example.app"], DEBUG=False)
    assert composed["DATABASES"]["default"]["NAME"] == str(tmp_path / "directory.sqlite3")
    assert composed["INSTALLED_APPS"][-1] == "example.app" and composed["AUTH_USER_MODEL"] == "directory.Account"


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql://host", "nonsense"])
def test_url_that_names_no_database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILWAKE_DATABASE_URL", url)
    with pytest.raises(DirectoryError, match="names no PostgreSQL database"):
        database_of(tmp_path)


def test_database_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILWAKE_DATABASE_URL", f"postgresql:///name?host={tmp_path}")
    with pytest.raises(DirectoryError, match="does not open"):
        open_directory(tmp_path / "data")

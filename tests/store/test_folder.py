"""What lies in the folder where the program is called has nothing to do with the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwake.operations import importing
from mailwake.store import files, journeys
from mailwake.store.database import Database
from mailwake.store.query import And

LINES = """\
Nov 21 10:00:00 mx postfix/smtpd[7]: 1CA6A3A450: client=mx.example.net[192.0.2.1]
Nov 21 10:00:00 mx postfix/qmgr[8]: 1CA6A3A450: from=<a@example.com>, size=100, nrcpt=1 (queue active)
"""


def test_files_called_like_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("files", "rows", "facts", "imports", "migrations"):
        (tmp_path / name).write_text("x\n")
    (tmp_path / "mail.log").write_text(LINES)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        importing.run(tmp_path / "data", ["mail.log"])
    with Database(tmp_path / "data") as database:
        assert len(files.load(database)) == 1
        assert len(journeys.search(database, And(()), 10)) == 1

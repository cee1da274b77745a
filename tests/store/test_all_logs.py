"""The hand-written logs of tests/trace, all in one store: many messages, all kinds of fates, IDs that come again."""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from logs import SYSTEM, folder, lines, plain, rows_of

from mailwake.operations import importing, rebuild

TESTS = Path(__file__).parents[1]
sys.path.append(str(TESTS / "properties"))
from stores import load, stored, write  # noqa: E402

_DATE = re.compile(r"2026-(\d\d)-(\d\d)(?=[T ])")


def blocks() -> list[str]:
    """Every text in tests/trace that is a log."""
    found = []
    for path in sorted((TESTS / "trace").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written = lines(node.value)
                if len(written) > 2 and all(_DATE.match(line) for line in written):
                    found.append(node.value)
    return found


def apart() -> list[list[str]]:
    """Each log at a time of its own: ten days after the one before."""
    return [later(lines(block), timedelta(days=10 * number)) for number, block in enumerate(blocks())]


def later(block: list[str], shift: timedelta) -> list[str]:
    def moved(match: re.Match[str]) -> str:
        return (date(2020, int(match[1]), int(match[2])) + shift).isoformat()

    return [_DATE.sub(moved, line) for line in block]


@pytest.mark.pitfall("R07", "Q01", "D10")
@pytest.mark.parametrize("window", [17, 150_000])
def test_all_logs_in_one_store(window: int, tmp_path: Path) -> None:
    """As one estate over years: the store, filled through small windows, answers as the files do."""
    files = apart()
    assert len(files) > 20
    expected = plain(rows_of([[line for file in files for line in file]]))
    path = write(tmp_path / "mail.log", [line for file in files for line in file])
    load(tmp_path / "data", [path], window=window)
    rows, facts = stored(tmp_path / "data")
    assert rows == expected
    rebuild.run(tmp_path / "data")
    assert stored(tmp_path / "data") == (rows, facts), "rebuilt"


@pytest.mark.slow
@pytest.mark.pitfall("R07", "R05")
def test_logs_apart_and_backwards(tmp_path: Path) -> None:
    """The newest first, each by itself: every import meets what later ones have left."""
    files = list(islice(apart(), 0, None, 4))
    expected = plain(rows_of(files))
    for number, content in reversed(list(enumerate(files))):
        importing.run(tmp_path / "data", [write(tmp_path / f"{number}.log", content)], zone="UTC")
    assert stored(tmp_path / "data")[0] == expected


def test_a_closed_store_leaves_no_trace_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files of the process lie where they lay before."""
    monkeypatch.setenv("TMPDIR", SYSTEM)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with folder() as place:
        load(place / "data", [write(place / "mail.log", lines(blocks()[0]))])
        assert tempfile.gettempdir() == SYSTEM
    with tempfile.TemporaryFile():
        pass

"""A log source is one folder: adding it touches nothing else, so no other file may know its name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from mailwake.sources.api import Source

HOUSE = Path(__file__).parents[2] / "mailwake"
ROOM = HOUSE / "sources"
FOLDERS = sorted(path for path in ROOM.iterdir() if path.is_dir() and path.name != "__pycache__")
BY_NAME = [path.name for path in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=BY_NAME)
def test_folder_is_a_source(folder: Path) -> None:
    source = importlib.import_module(f"mailwake.sources.{folder.name}").SOURCE
    assert isinstance(source, Source)
    assert source.name == folder.name
    assert list((folder / "cases").glob("*.json")), "no golden cases"


@pytest.mark.parametrize("folder", FOLDERS, ids=BY_NAME)
def test_source_answers_any_line(folder: Path) -> None:
    source = importlib.import_module(f"mailwake.sources.{folder.name}").SOURCE
    for line in ("", " ", "\x00", ":", "::", "no such line", "é\udcff<", "[" * 80):
        source.split_bare(line)
        source.continues(line)
    assert source.parser("no-such-program-at-all") is None


def test_nobody_lists_the_sources() -> None:
    named = re.compile(rf"mailwake[./]sources[./](?:{'|'.join(BY_NAME)})\b")
    imported = re.compile(rf"from mailwake\.sources import .*\b(?:{'|'.join(BY_NAME)})\b")
    outside = [path for path in HOUSE.rglob("*.py") if path.parent == ROOM or ROOM not in path.parents]
    lists = [str(path) for path in outside if named.search(path.read_text()) or imported.search(path.read_text())]
    assert not lists

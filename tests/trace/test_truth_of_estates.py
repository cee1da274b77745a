"""Logs that real mail servers wrote, with what their client knows of each message: `tests/estates`.

`NAME.log` has one `==> file <==` section for each log file; `NAME.json` says what it is about, and has a row for each
message and final recipient: sender, recipient as addressed, as delivered, status, detail; null is left open.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from logs import rows_of

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from truth import TruthRow, differences, sections

from mailwake.operations.records import record

ESTATES = Path(__file__).resolve().parent.parent / "estates"
NAMES = sorted(path.stem for path in ESTATES.glob("*.json"))


AT_REST = 1_796_083_200.0
"""2026-12-01, soon after the last of them: some files' stamps have no year."""


def expected(name: str) -> list[TruthRow]:
    """What the client knows."""
    return [TruthRow(*row) for row in json.loads((ESTATES / f"{name}.json").read_text(encoding="utf-8"))["rows"]]


def files_of(name: str) -> list[list[str]]:
    """The lines of each log file."""
    return [content.splitlines() for _, content in sections((ESTATES / f"{name}.log").read_text(encoding="utf-8"))]


def misses(truth: list[TruthRow], files: list[list[str]]) -> str:
    """By which rows a trace of these files differs from the truth; "" if by none."""
    return "\n".join(differences(truth, [record(row) for row in rows_of(files, at_rest=AT_REST)]))


@pytest.mark.parametrize("name", NAMES)
def test_each_recipient_has_the_end_that_it_had(name: str) -> None:
    found = misses(expected(name), files_of(name))
    assert not found, f"{name}:\n{found}"


@pytest.mark.parametrize("name", NAMES)
def test_files_in_another_order(name: str) -> None:
    found = misses(expected(name), files_of(name)[::-1])
    assert not found, f"{name}:\n{found}"

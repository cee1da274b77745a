"""The bundled sample estate comes out as its script meant it, and shows every end that the design names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from truth import Rows, TruthRow, differences

from mailwake.sample import paths

EXPECTED: list[list[Any]] = json.loads((Path(__file__).parent / "sample.json").read_text(encoding="utf-8"))
DETAILS = (
    "Delivered Relayed Rejected Bounced Expired Discarded Deleted Deferred Greylisted Held Quarantined Junk Expanded"
    " Redirected Unknown"
)


def test_every_end_occurs() -> None:
    assert {row[4] for row in EXPECTED} == {*DETAILS.split()}


def test_files_are_there() -> None:
    hosts = {path.parent.name for path in paths()}
    assert hosts == {"mx1", "submit", "imap1", "exim1"}
    assert 300 < sum(path.read_text(encoding="utf-8").count("\n") for path in paths()) < 1600


def test_trace_of_the_sample(trace: Rows) -> None:
    found = differences([TruthRow(*row) for row in EXPECTED], trace(paths()))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)


@pytest.mark.parametrize("word", ["example.com", "example.org"])
def test_nothing_real(word: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in paths())
    assert word in text
    assert not [ip for ip in ("10.", "192.168.", "172.16.") if f"[{ip}" in text]

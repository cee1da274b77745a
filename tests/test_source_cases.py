"""Golden cases of all sources: `mailwake.sources.golden` says what they look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailwake.sources import golden
from mailwake.sources.api import Source, all_sources

ROOM = Path(__file__).parent.parent / "mailwake" / "sources"


def _cases() -> list[tuple[str, Source, dict[str, Any]]]:
    return [
        (f"{source.name}/{name}", source, case)
        for source in all_sources()
        for name, case in golden.cases_in(ROOM / source.name / "cases")
    ]


@pytest.mark.parametrize(("source", "case"), [pytest.param(s, c, id=name) for name, s, c in _cases()])
def test_case(source: Source, case: dict[str, Any]) -> None:
    golden.check(source, case)


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in ROOM.glob("*/kinds.json")))
def test_every_documented_kind_has_a_case(folder: str) -> None:
    assert not golden.uncovered(ROOM / folder)


def test_every_source_has_cases() -> None:
    for source in all_sources():
        assert list((ROOM / source.name / "cases").glob("*.json")), f"{source.name} has no cases"

"""A fresh organization for each test, in either database: a copy of one that is empty, so that tables are made once."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from audited_estate import Estate
from directories import BOTH, cluster, database
from logs import folder

__all__ = ["cluster", "empty", "estate"]

_NAMED = re.compile(r"::test_((?:A\d\d_)+)")
_outcomes: dict[str, dict[str, str]] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what came of tests that are named after a requirement."""
    found = _NAMED.search(report.nodeid)
    if found and (report.when == "call" or not report.passed):
        for row in found[1].rstrip("_").split("_"):
            _outcomes.setdefault(row, {})[report.nodeid] = report.outcome


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Keep it in build/conformance.json; the last run of a test counts."""
    yield
    if not _outcomes or hasattr(session.config, "workerinput"):
        return
    path = Path(__file__).resolve().parents[2] / "build" / "conformance.json"
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
    for row, tests in _outcomes.items():
        known.setdefault(row, {}).update(tests)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


@pytest.fixture(scope="session")
def empty() -> Iterator[Path]:
    """A data directory whose directory has its tables, and nothing in them."""
    with folder() as place:
        estate = Estate(place)
        with estate.context(store=False):
            pass
        yield estate.data


@pytest.fixture(params=BOTH)
def estate(request: pytest.FixtureRequest, empty: Path) -> Iterator[Estate]:
    """Nothing set up, nothing read. The directory is in SQLite or in PostgreSQL."""
    with database(request, request.param), folder() as place:
        found = Estate(place)
        if request.param == "sqlite":
            shutil.copytree(empty, found.data)  # the store is not to be copied: it knows where it is
        yield found

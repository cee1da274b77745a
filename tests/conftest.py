"""What all tests share: the way to their helpers, the pitfalls they prove, how hard the property tests try.

`@pytest.mark.pitfall("S06")` says which row of the pitfalls table a test proves; a run leaves what came of them in
`build/pitfalls.json`, and `python -m tests.pitfalls.table` writes `docs/pitfalls.md`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "trace"), str(TESTS)]
importlib.import_module("logs")  # it must know where temporary files lie before a store is opened

_SLOW_STORE = [HealthCheck.too_slow, HealthCheck.data_too_large]
_NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # it would open some thousand stores
settings.register_profile(
    "fast", max_examples=15, deadline=None, suppress_health_check=_SLOW_STORE, phases=_NO_SHRINKING
)
settings.register_profile("full", max_examples=100, deadline=None, suppress_health_check=_SLOW_STORE)
settings.load_profile(os.environ.get("MAILWAKE_TEST_PROFILE", "fast"))

_outcomes: dict[str, dict[str, str]] = {}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pitfall(*rows): rows of the pitfalls table that the test proves")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        rows = [row for mark in item.iter_markers("pitfall") for row in mark.args]
        if rows:
            item.user_properties.append(("pitfalls", " ".join(rows)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    rows = dict(report.user_properties).get("pitfalls", "")
    if rows and (report.when == "call" or not report.passed):
        for row in str(rows).split():
            _outcomes.setdefault(row, {})[report.nodeid] = report.outcome


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Keep what came of the marked tests; the last run of a test counts."""
    yield
    if not _outcomes or hasattr(session.config, "workerinput"):
        return
    path = TESTS.parent / "build" / "pitfalls.json"
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
    for row, tests in _outcomes.items():
        known.setdefault(row, {}).update(tests)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")

"""What all tests share: the way to their helpers, the pitfalls they prove, how hard the property tests try.

`@pytest.mark.pitfall("S06")` says which row of the pitfalls table a test proves; a run leaves what came of them in
`build/pitfalls.json`, and `python -m tests.pitfalls.table` writes `docs/pitfalls.md`. A test called `test_A12_...` or
`test_AR23_...` proves that requirement or rule of mailbox auditing, wherever it lies: likewise `build/conformance.json`
and `python -m tests.conformance.table`.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "trace"), str(TESTS)]
importlib.import_module("logs")  # it must know where temporary files lie before a store is opened

_SLOW_STORE = [HealthCheck.too_slow, HealthCheck.data_too_large]
_NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # it would open some thousand stores
settings.register_profile(
    "fast", max_examples=10, deadline=None, suppress_health_check=_SLOW_STORE, phases=_NO_SHRINKING
)
settings.register_profile(
    "full", max_examples=25, deadline=None, suppress_health_check=_SLOW_STORE, phases=_NO_SHRINKING
)
settings.register_profile("hunt", max_examples=300, deadline=None, suppress_health_check=_SLOW_STORE)  # and shrinks
settings.load_profile(os.environ.get("MAILWAKE_TEST_PROFILE", "fast"))

_NAMED = re.compile(r"::test_((?:AR?\d\d_)+)")
_outcomes: dict[str, dict[str, dict[str, str]]] = {"pitfalls": {}, "conformance": {}}
"""By file in build/, row and test."""


@pytest.fixture(scope="session", autouse=True)
def _copies() -> Iterator[None]:
    from templates import copies

    with copies():
        yield


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The native part, compiled from the present sources; tests that want it are skipped where there is no compiler."""
    import hatch_build

    why_not = hatch_build.obstacle()
    if why_not:
        pytest.skip(why_not)
    folder = tmp_path_factory.mktemp("native")
    command = [sys.executable, str(TESTS.parent / "hatch_build.py"), "c", str(folder)]
    subprocess.run(command, cwd=TESTS.parent, check=True, capture_output=True)
    made = next(folder.glob("lib/mailwake/events/_native.*"))
    spec = importlib.util.spec_from_file_location("mailwake.events._native", made)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pitfall(*rows): rows of the pitfalls table that the test proves")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        rows = [row for mark in item.iter_markers("pitfall") for row in mark.args]
        if rows:
            item.user_properties.append(("pitfalls", " ".join(rows)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call" and report.passed:
        return
    named = _NAMED.search(report.nodeid)
    rows = {
        "pitfalls": str(dict(report.user_properties).get("pitfalls", "")).split(),
        "conformance": named[1].replace("AR", "R").rstrip("_").split("_") if named else [],
    }
    for name, found in rows.items():
        for row in found:
            _outcomes[name].setdefault(row, {})[report.nodeid] = report.outcome


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Keep what came of these tests; the last run of a test counts."""
    yield
    if hasattr(session.config, "workerinput"):
        return
    for name, outcomes in _outcomes.items():
        if outcomes:
            _keep(TESTS.parent / "build" / f"{name}.json", outcomes)


def _keep(path: Path, outcomes: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # rooms run at once
        file.seek(0)
        try:
            known = json.loads(file.read())
        except ValueError:
            known = {}
        for row, tests in outcomes.items():
            known.setdefault(row, {}).update(tests)
        file.truncate(0)
        file.write(json.dumps(known, indent=1, sort_keys=True) + "\n")

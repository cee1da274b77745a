"""The product under test, and the way to `truth`, which lies one folder up because other tests use it too."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mailwake.operations.opening import FileBackend
from mailwake.operations.records import record
from mailwake.store.query import And

if TYPE_CHECKING:
    from truth import Rows


def _trace_rows(paths: Iterable[Path]) -> list[dict[str, Any]]:
    backend = FileBackend(tuple(map(str, paths)), zone="UTC")
    return [record(row) for row in backend.search(And(()), 10**9)]


@pytest.fixture
def trace() -> Rows:
    """The product's answer for some log files, as the JSON rows of its command line."""
    return _trace_rows

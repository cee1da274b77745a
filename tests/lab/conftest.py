"""The product under test, and the way to `truth`, which lies one folder up because other tests use it too."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from truth import Rows


@pytest.fixture
def trace() -> Rows:
    """The product's answer for some log files; skips until the operation exists."""
    try:
        operations = importlib.import_module("mailwake.operations")
    except ImportError as error:
        pytest.skip(f"mailwake.operations cannot be imported yet: {error}")
    found = getattr(operations, "trace_rows", None)
    if found is None:
        pytest.skip("mailwake.operations has no trace_rows(paths) yet")
    rows: Rows = found
    return rows

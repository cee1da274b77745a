"""A fresh organization for each test, in either database: a copy of one that is empty, so that tables are made once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "audit" / "policy"))
from audited_estate import Estate
from directories import BOTH, cluster, database
from logs import folder

__all__ = ["cluster", "empty", "estate"]


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

"""A fresh organization for each test."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from estate import Estate
from logs import folder


@pytest.fixture
def estate() -> Iterator[Estate]:
    """Nothing set up, nothing read."""
    with folder() as place:
        yield Estate(place)

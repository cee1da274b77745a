"""Directories on both databases, and somebody to ask operations."""

from __future__ import annotations

import pytest
from asking import Desk
from directories import Directory, cluster, data_dir, directory

__all__ = ["cluster", "data_dir", "desk", "directory"]


@pytest.fixture
def desk(directory: Directory) -> Desk:
    """Runs operations as the local administrator."""
    return Desk(directory)

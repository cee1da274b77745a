"""Directories on both databases."""

from __future__ import annotations

from directories import cluster, data_dir, directory

__all__ = ["cluster", "data_dir", "directory"]

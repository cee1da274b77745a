"""Directories on both databases."""

from __future__ import annotations

from directories import bare_data_dir, cluster, data_dir, directory

__all__ = ["bare_data_dir", "cluster", "data_dir", "directory"]

"""Merging gives way, and no thread of the engine runs ahead of other processes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mailwake.store.database import Database
from mailwake.store.priorities import settle

TASKS = Path("/proc/self/task")
pytestmark = pytest.mark.skipif(not TASKS.is_dir(), reason="only Linux tells of threads")


def niceness(name: str) -> list[int]:
    """Of this process's threads that are called so."""
    named = [one for one in TASKS.iterdir() if (one / "comm").read_text().startswith(name)]
    return [os.getpriority(os.PRIO_PROCESS, int(one.name)) for one in named]


def test_merging_gives_way(tmp_path: Path) -> None:
    with Database(tmp_path / "data") as database, database.merging():
        assert niceness("MergeMutate")
        assert min(niceness("MergeMutate")) >= 5
        assert min(niceness("")) >= 0


def test_a_thread_that_ran_ahead_no_longer_does() -> None:
    ended, seen = threading.Event(), list[int]()
    thread = threading.Thread(target=ended.wait, args=(30,))
    thread.start()
    try:
        number = thread.native_id or 0
        try:
            os.setpriority(os.PRIO_PROCESS, number, -5)
        except PermissionError:
            pytest.skip("may not raise a priority: not root")
        settle()
        seen.append(os.getpriority(os.PRIO_PROCESS, number))
    finally:
        ended.set()
        thread.join()
    assert seen == [0]

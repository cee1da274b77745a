"""Who of the engine's threads gives way to whom.

The thread that watches the engine's memory gives itself the highest priority there is, if it may (as root). When it
ends, with the first connection, its thread goes back to the engine's pool as it is and is given other work: then
merging, or the question of one person, runs ahead of all other processes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TASKS = Path("/proc/self/task")
_MERGES = "MergeMutate"
_GIVES_WAY = 5
"""Niceness of merging: it has time, somebody who asks has not. With more, pieces could pile up on a machine that always
has something to do."""


def settle() -> None:
    """Let no thread of this process run ahead of others, and merging give way. Only Linux tells of threads."""
    for task in _TASKS.iterdir() if _TASKS.is_dir() else ():
        with suppress(OSError):  # it has ended, or may not
            wanted = _GIVES_WAY if (task / "comm").read_text().startswith(_MERGES) else 0
            if os.getpriority(os.PRIO_PROCESS, int(task.name)) < wanted:
                os.setpriority(os.PRIO_PROCESS, int(task.name), wanted)

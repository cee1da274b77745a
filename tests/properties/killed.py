"""An import that is killed on the way: `python killed.py DATA NUMBER BEFORE PATH...`

Kills itself (SIGKILL) at the NUMBER-th write to the store: before it when BEFORE is 1, else when it is done; 0: never.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from mailwake.operations import importing
from mailwake.store import facts, files, journeys

WINDOW = 40
_count = 0


def deadly(call: Callable[..., Any], number: int, *, before: bool) -> Callable[..., Any]:
    """The call, deadly when it is the number-th of all."""

    def wrapped(*args: Any, **options: Any) -> Any:
        global _count
        _count += 1
        mine = _count
        if mine == number and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*args, **options)
        if mine == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main() -> None:
    """Import what the arguments say."""
    data, number, before, *paths = sys.argv[1:]
    places: list[tuple[ModuleType, str]] = [
        (facts, "insert"),
        (facts, "insert_new"),
        (journeys, "insert"),
        (files, "save"),
    ]
    for module, name in places:
        setattr(module, name, deadly(getattr(module, name), int(number), before=before == "1"))
    importing.WINDOW = WINDOW
    importing.run(Path(data), paths, zone="UTC")


if __name__ == "__main__":
    main()

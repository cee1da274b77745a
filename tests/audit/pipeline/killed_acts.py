"""An import that is killed on the way: `python killed_acts.py DATA NUMBER PATH...` (see tests/properties/killed.py)."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from mailwake.operations import importing
from mailwake.store import acts, audit, facts, files, items, journeys

WINDOW = 40
_count = 0


def deadly(call: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The call, deadly when it is the number-th of all: before it does anything, or after, in turn."""

    def wrapped(*arguments: Any, **options: Any) -> Any:
        global _count
        _count += 1
        mine = _count
        if mine == number and number % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*arguments, **options)
        if mine == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main() -> None:
    """Import what the arguments say."""
    data, number, *paths = sys.argv[1:]
    places: list[tuple[ModuleType, str]] = [
        *((facts, name) for name in ("insert", "insert_new")),
        *((acts, name) for name in ("insert", "mark_due", "settle")),
        *((audit, name) for name in ("insert", "strike")),
        *((module, "insert") for module in (items, journeys)),
        (files, "save"),
    ]
    for module, name in places:
        setattr(module, name, deadly(getattr(module, name), int(number)))
    importing.WINDOW = WINDOW
    importing.run(Path(data), paths, zone="UTC")


if __name__ == "__main__":
    main()

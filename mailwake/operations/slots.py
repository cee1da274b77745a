"""Files that windows are handed over in, used again and again.

A new file costs more than what is written to it: each of its pages is fetched, and given back when the file is removed.
"""

from __future__ import annotations

import itertools
import queue
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Slot(NamedTuple):
    """Files of one window."""

    facts: Path
    """All its facts, an Arrow stream; `seq` numbers them from 0."""
    rows: Path
    """The rows of whole journeys, likewise."""


class Slots:
    """As many as are in use at a time. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """folder: where the files are to lie."""
        self._folder = folder
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._made: list[Slot] = []

    def take(self) -> Slot:
        """One that nobody uses."""
        with suppress(queue.Empty):
            return self._free.get_nowait()
        place = self._folder / f"slot-{next(self._numbers)}"
        slot = Slot(place.with_suffix(".facts"), place.with_suffix(".rows"))
        self._made.append(slot)
        return slot

    def give_back(self, slot: Slot) -> None:
        """Its files are no longer needed."""
        self._free.put(slot)

    def close(self) -> None:
        """Remove all files."""
        for slot in self._made:
            for file in slot:
                file.unlink(missing_ok=True)

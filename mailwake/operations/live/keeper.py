"""A thread that fills a spool from somewhere else until it is told to end."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod


class Keeper(ABC):
    """What it has read is in the spool whenever it ends."""

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for that."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Read until `_ended` is set."""

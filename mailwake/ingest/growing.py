"""`GrowingReader`: facts of a log while it grows; the state of its reader is kept from look to look.

`FactReader` reads a file that is there; this one is handed the bytes as they come, so that neither survey nor warming
up is done anew for every few lines.
"""

from __future__ import annotations

from pathlib import Path

from mailwake.events.fact import Fact
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import PLAIN, Block, kind_of


class GrowingReader(FactReader):
    """Reads lines that are appended. `account` grows meanwhile."""

    def __init__(self, path: Path, *, start: int = 0, zone: str | None = None, name: str | None = None) -> None:
        """As `FactReader`; at least one whole line must be there, as it tells what the file is."""
        super().__init__(path, start=start, zone=zone, name=name, follow=True)
        self.end = start
        """Offset up to which lines were taken."""
        self.is_lines = kind_of(path) == PLAIN and self._shaped() is None
        """False for what is no log of lines (tables, documents, compressed files): read these with `FactReader`."""
        if self.is_lines and start:
            self._warm_up()

    @property
    def place(self) -> int:
        """Offset to go on from: before the record that is not known to be whole yet."""
        return self.end if self._pending_at is None else self._pending_at

    @property
    def is_pending(self) -> bool:
        """Whether the last record may go on."""
        return self._section.pending is not None

    def take(self, data: bytes) -> list[Fact]:
        """Facts of the next bytes: whole lines, but where a line without end is given up waiting for."""
        facts: list[Fact] = []
        self._block(Block(data, self.end), facts)
        self.end += len(data)
        self.account.bytes += len(data)
        self.account.add_facts(facts)
        return facts

    def settle(self) -> list[Fact]:
        """The record that was thought to go on, as nothing followed for a while. Lines that still come are noise."""
        facts: list[Fact] = []
        pending = self._section.pending
        if pending is not None:
            self._section.flush(facts)
            self._section.came_late(pending.source)
            self._pending_at = None
            self.account.add_facts(facts)
        return facts

"""A file that is read into facts as it grows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from mailwake.events.fact import Fact
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import InputError
from mailwake.ingest.growing import GrowingReader
from mailwake.ingest.resume import Saved, fingerprint
from mailwake.ingest.tail import STABLE_AFTER, Tail

_SETTLE_AFTER = 0.4
"""Seconds without growth after which a record that might go on is taken for whole."""


class FactTail(Tail[Fact]):
    """A log of any kind: of lines, or one that is read as a whole each time that it has come to rest."""

    def __init__(self, path: Path, offset: int, zone: str | None = None, host: str = "") -> None:
        """zone: of stamps that name none. host: of records that name none. Raises OSError."""
        super().__init__(path, offset)
        self._zone, self._host = zone, host
        self._reader: GrowingReader | None = None
        self._stamp = (-1, -1)
        self._shaped: Iterator[list[Fact]] | None = None

    @property
    def is_lines(self) -> bool:
        """Whether it is a log of lines, as far as is known."""
        return self.is_plain and (self._reader is None or self._reader.is_lines)

    @property
    def is_pending(self) -> bool:
        """Whether a record was begun that is not given out yet."""
        return self._reader is not None and self._reader.is_lines and self._reader.is_pending

    def restart(self) -> None:
        """Begin anew."""
        super().restart()
        self._reader, self._stamp, self._shaped = None, (-1, -1), None

    def saved(self) -> Saved | None:
        """The place up to which all facts were given out; None when it cannot be told."""
        if not self.is_lines:
            return None
        place = self.offset if self._reader is None else self._reader.place
        if place == self.offset:
            return self._place()
        try:
            return fingerprint(self.handle, place) if place else None
        except InputError:
            return None

    def read(self) -> list[Fact]:
        """Facts of what was appended since."""
        if self._shaped is not None or not self.is_lines:
            return self._read_shaped()
        data = self._next()
        if not data:
            self.at_end = True
            return self._with_host(self._settled())
        if self._reader is None:
            self._reader = self._new_reader()
            if not self._reader.is_lines:
                return self._read_shaped()
        self.at_end = self.size <= self.offset + len(data)
        return self._with_host(self._take(self._reader, data))

    def finish(self) -> list[Fact]:
        """Facts of what is left."""
        if not self.is_lines:
            return []
        rest = self._rest()
        facts: list[Fact] = []
        if rest:
            if self._reader is None:
                self._reader = self._new_reader()
            facts = self._take(self._reader, rest) if self._reader.is_lines else []
        if self._reader is not None and self._reader.is_lines:
            facts += self._reader.settle()
        return self._with_host(facts)

    def _new_reader(self) -> GrowingReader:
        return GrowingReader(self.handle, start=self.offset, zone=self._zone, name=str(self.path))

    def _take(self, reader: GrowingReader, data: bytes) -> list[Fact]:
        facts = reader.take(data)
        self._took(data)
        return facts

    def _settled(self) -> list[Fact]:
        if self._reader is None or not self._reader.is_pending or self.idle < _SETTLE_AFTER:
            return []
        return self._reader.settle()

    def _read_shaped(self) -> list[Fact]:
        """Tables, documents and compressed files: read as a whole each time that they have come to rest."""
        if self._shaped is None:
            stamp = self.state
            self.at_end = stamp == self._stamp
            if self.at_end or time.time() - stamp[1] / 1e9 < STABLE_AFTER:
                return []
            self._stamp, self.grown = stamp, time.monotonic()
            reader = FactReader(self.handle, start=self.offset, zone=self._zone, name=str(self.path))
            self._shaped = (batch.facts for batch in reader)
        facts = next(self._shaped, None)
        self.at_end = facts is None
        if facts is None:
            self._shaped = None
        return self._with_host(facts or [])

    def _with_host(self, facts: list[Fact]) -> list[Fact]:
        """Facts with the host that was configured, where the log names none."""
        if not self._host:
            return facts
        return [fact if fact.host else fact._replace(host=self._host) for fact in facts]

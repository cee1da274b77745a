"""One open file that is read as it grows: by its descriptor, so that it can be renamed or unlinked meanwhile.

What was read is remembered by its first and last bytes: a file that is truncated (copytruncate) or written anew in
place is noticed even when it has grown past the old place again, and a hole at its beginning is jumped over.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from mailwake.events.fact import Fact
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import MAX_LINE, PLAIN, InputError, kind_of
from mailwake.ingest.growing import GrowingReader
from mailwake.ingest.resume import Saved, fingerprint, saved_of

_SPAN = 4096
_SETTLE_AFTER = 0.4
"""Seconds without growth after which a record that might go on is taken for whole."""
_STABLE_AFTER = 1.0
"""Seconds without change before a file that is no log of lines is read."""

Key = tuple[int, int]
"""Device and inode."""


class Tail:
    """A file being followed. One thread uses it."""

    def __init__(self, path: Path, offset: int, zone: str | None, host: str) -> None:
        """offset: where to begin. host: of records that name none. Raises OSError."""
        self.path = path
        """Its present name."""
        self.offset = offset
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        status = os.fstat(self._fd)
        self.key: Key = (status.st_dev, status.st_ino)
        self._zone, self._host = zone, host
        self._reader: GrowingReader | None = None
        self._is_plain = kind_of(self.handle) == PLAIN
        self._head = self._last = b""
        self.grown = time.monotonic()
        """When it last grew."""
        self.at_end = False
        """Whether all there was had been read at the last look."""
        self.error = ""
        """Why it cannot be read; "" when it can."""
        self._stamp = (-1, -1)
        self._shaped: Iterator[list[Fact]] | None = None
        if offset:
            self._head = os.pread(self._fd, min(_SPAN, offset), 0)
            self._last = os.pread(self._fd, min(_SPAN, offset), max(0, offset - _SPAN))

    @property
    def handle(self) -> Path:
        """A path that leads to this very file whatever its name is now, where the system has one."""
        own = Path(f"/proc/self/fd/{self._fd}")
        return own if own.exists() else self.path

    @property
    def size(self) -> int:
        """Bytes it has now."""
        return os.fstat(self._fd).st_size

    @property
    def state(self) -> tuple[int, int]:
        """Size and time of change (ns): as long as they stay, nothing was written."""
        status = os.fstat(self._fd)
        return (status.st_size, status.st_mtime_ns)

    @property
    def idle(self) -> float:
        """Seconds since it last grew."""
        return time.monotonic() - self.grown

    @property
    def is_lines(self) -> bool:
        """Whether it is a log of lines, as far as is known."""
        return self._is_plain and (self._reader is None or self._reader.is_lines)

    @property
    def is_pending(self) -> bool:
        """Whether a record was begun that is not given out yet."""
        return self._reader is not None and self._reader.is_lines and self._reader.is_pending

    def was_replaced(self) -> bool:
        """Whether what was read is no longer there: truncated, or written anew."""
        if not self.is_lines or not self.offset:
            return False
        if self.size < self.offset:
            return True
        return os.pread(self._fd, len(self._last), self.offset - len(self._last)) != self._last

    def restart(self) -> None:
        """Begin anew, behind a hole that copytruncate left where the writer does not append (SEEK_DATA, lseek(2))."""
        self.offset, self._reader, self._head, self._last = 0, None, b"", b""
        self._stamp, self._shaped = (-1, -1), None

    def saved(self) -> Saved | None:
        """The place up to which all facts were given out; None when it cannot be told."""
        if not self.is_lines:
            return None
        place = self.offset if self._reader is None else self._reader.place
        if not place:
            return None
        if place == self.offset:
            return saved_of(place, self._head, self._last)
        try:
            return fingerprint(self.handle, place)
        except InputError:
            return None

    def read(self) -> list[Fact]:
        """Facts of what was appended since, of about 1 MB at most; `at_end` says whether there is more.

        A line without end waits. Raises InputError when the file is no log.
        """
        if self._shaped is not None or not self.is_lines:
            return self._read_shaped()
        data = self._next()
        if not data:
            self.at_end = True
            return self._with_host(self._settled())
        if self._reader is None:
            self._reader = GrowingReader(self.handle, start=self.offset, zone=self._zone, name=str(self.path))
            if not self._reader.is_lines:
                return self._read_shaped()
        self.at_end = self.size <= self.offset + len(data)
        return self._with_host(self._take(data))

    def finish(self) -> list[Fact]:
        """What is left when nothing more will come: a record that might have gone on, and a line without end."""
        if not self.is_lines:
            return []
        rest = os.pread(self._fd, MAX_LINE, self.offset)
        facts: list[Fact] = []
        if rest.strip(b"\0\r\n "):
            if self._reader is None:
                self._reader = GrowingReader(self.handle, start=self.offset, zone=self._zone, name=str(self.path))
            facts = self._take(rest) if self._reader.is_lines else []
        if self._reader is not None and self._reader.is_lines:
            facts += self._reader.settle()
        return self._with_host(facts)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._fd)

    def _next(self) -> bytes:
        """Whole lines from the offset on; a line above MAX_LINE is cut there, as in `files.blocks`."""
        if not self.offset:
            self._skip_hole()
        data = os.pread(self._fd, MAX_LINE + 1, self.offset)
        if data:
            cut = data.rfind(b"\n") + 1
            return data[:cut] if cut else data[:MAX_LINE] if len(data) > MAX_LINE else b""
        return b""

    def _skip_hole(self) -> None:
        try:
            data_at = os.lseek(self._fd, 0, os.SEEK_DATA)
        except OSError as error:
            if error.errno not in (errno.ENXIO, errno.EINVAL):
                raise
            return
        if data_at:
            self.offset, self._head = data_at, b""
            self._last = b"\0" * min(_SPAN, data_at)
            self._head = self._last

    def _take(self, data: bytes) -> list[Fact]:
        assert self._reader is not None
        facts = self._reader.take(data)
        self.offset += len(data)
        if len(self._head) < _SPAN:
            self._head += data[: _SPAN - len(self._head)]
        self._last = (self._last + data[-_SPAN:])[-_SPAN:]
        self.grown = time.monotonic()
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
            if self.at_end or time.time() - stamp[1] / 1e9 < _STABLE_AFTER:
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

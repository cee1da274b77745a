"""One open file that is read as it grows: by its descriptor, so that it can be renamed or unlinked meanwhile.

What its bytes are made into is told by subclasses: facts (`fact_tail`) or the lines themselves (`line_tail`).

What was read is remembered by its first and last bytes: a file that is truncated (copytruncate) or written anew in
place is noticed even when it has grown past the old place again, and a hole at its beginning is jumped over.
"""

from __future__ import annotations

import errno
import os
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Generic, TypeVar

from mailwake.ingest.files import MAX_LINE, PLAIN, kind_of
from mailwake.ingest.resume import Saved, saved_of

_SPAN = 4096
STABLE_AFTER = 1.0
"""Seconds without change before a file that is no log of lines is read."""

Key = tuple[int, int]
"""Device and inode."""
T = TypeVar("T")
"""What is read."""


class Tail(ABC, Generic[T]):
    """A file being followed. One thread uses it."""

    def __init__(self, path: Path, offset: int) -> None:
        """offset: where to begin. Raises OSError."""
        self.path = path
        """Its present name."""
        self.offset = offset
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        status = os.fstat(self._fd)
        self.key: Key = (status.st_dev, status.st_ino)
        self.is_plain = kind_of(self.handle) == PLAIN
        """Whether its bytes are its text."""
        self._head = self._last = b""
        self.grown = time.monotonic()
        """When it last grew."""
        self.at_end = False
        """Whether all there was had been read at the last look."""
        if offset and self.is_plain:
            self._head = os.pread(self._fd, min(_SPAN, offset), 0)
            self._last = os.pread(self._fd, min(_SPAN, offset), max(0, offset - _SPAN))

    @property
    @abstractmethod
    def is_lines(self) -> bool:
        """Whether it is a log of lines, as far as is known."""

    @property
    def is_pending(self) -> bool:
        """Whether a record was begun that is not given out yet."""
        return False

    @abstractmethod
    def read(self) -> list[T]:
        """What was appended since, about 1 MB at most; `at_end` says whether there is more.

        A line without end waits. Raises InputError when the file is no log.
        """

    @abstractmethod
    def finish(self) -> list[T]:
        """What is left when nothing more will come: a record that might have gone on, and a line without end."""

    @abstractmethod
    def saved(self) -> Saved | None:
        """The place up to which all was given out; None when it cannot be told."""

    def restart(self) -> None:
        """Begin anew, behind a hole that copytruncate left where the writer does not append (SEEK_DATA, lseek(2))."""
        self.offset, self._head, self._last = 0, b"", b""

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

    def was_replaced(self) -> bool:
        """Whether what was read is no longer there: truncated, or written anew."""
        if not self.is_lines or not self.offset:
            return False
        if self.size < self.offset:
            return True
        return os.pread(self._fd, len(self._last), self.offset - len(self._last)) != self._last

    def close(self) -> None:
        """Let the file go."""
        os.close(self._fd)

    def _place(self) -> Saved | None:
        """The place at the offset."""
        return saved_of(self.offset, self._head, self._last) if self.offset else None

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

    def _rest(self) -> bytes:
        """What there is behind the offset: at most a line."""
        rest = os.pread(self._fd, MAX_LINE, self.offset)
        return rest if rest.strip(b"\0\r\n ") else b""

    def _took(self, data: bytes) -> None:
        """The next bytes were taken."""
        self.offset += len(data)
        if len(self._head) < _SPAN:
            self._head += data[: _SPAN - len(self._head)]
        self._last = (self._last + data[-_SPAN:])[-_SPAN:]
        self.grown = time.monotonic()

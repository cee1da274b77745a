"""What came over the network, on disk until it is in the store.

A spool is a row of segments, files of lines, which are followed as any log is: so a crash loses nothing that was
accepted, and what is read twice is known again. A segment that was read to its end, and is not written to any more,
is removed.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

SEGMENT = 16 << 20
"""Bytes after which the next segment is begun."""
LIMIT = 1 << 30
"""Bytes of a spool above which nothing is accepted: the store does not follow, or cannot be written."""
SYNC_EVERY = 0.5
"""Seconds after which what was written is on the disk for sure."""


class SpoolFullError(Exception):
    """Nothing can be accepted now; the sender keeps it and tries again."""


class Spool:
    """The spool of one source. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """folder: its own, made if need be. Segments of earlier are left as they are. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._size = 0
        self._number = max((int(path.stem) for path in folder.glob("*.log") if path.stem.isdigit()), default=0)
        self._left = sum(path.stat().st_size for path in folder.glob("*.log"))
        self._dirty = 0.0
        self.current: Path | None = None
        """The segment that is written to."""

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._left

    def append(self, lines: list[bytes], *, durable: bool = False) -> None:
        """Keep lines, which have no line ends. durable: return when they are on the disk.

        Raises SpoolFullError, also when the disk is full; nothing of the lines is kept then.
        """
        if not lines:
            return
        data = b"\n".join(lines) + b"\n"
        with self._lock:
            if self._left + len(data) > LIMIT:
                raise SpoolFullError(f"{self.folder}: {LIMIT >> 20} MB wait to be read")
            try:
                self._write(data)
                if durable:
                    self._sync()
            except OSError as error:
                raise SpoolFullError(f"{self.folder}: {error.strerror}") from error

    def sync(self) -> None:
        """Bring what was written to the disk, if that was not done for a while. Raises OSError."""
        with self._lock:
            if self._dirty and time.monotonic() - self._dirty >= SYNC_EVERY:
                self._sync()

    def is_closed(self, path: Path) -> bool:
        """Whether nothing is written to this segment any more."""
        return path != self.current

    def remove(self, path: Path, size: int) -> None:
        """A closed segment was read."""
        with self._lock:
            path.unlink(missing_ok=True)
            self._left = max(0, self._left - size)

    def close(self) -> None:
        """Bring all to the disk and end."""
        with self._lock:
            if self._fd is not None:
                self._sync()
                os.close(self._fd)
            self._fd = self.current = None

    def _write(self, data: bytes) -> None:
        if self._fd is None or (self._size and self._size + len(data) > SEGMENT):
            self._next()
        assert self._fd is not None
        done = 0
        try:
            while done < len(data):
                done += os.write(self._fd, data[done:])
        except OSError:
            os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)
        self._left += len(data)
        self._dirty = self._dirty or time.monotonic()

    def _next(self) -> None:
        if self._fd is not None:
            self._sync()
            os.close(self._fd)
            self._fd = None
        self._number += 1
        path = self.folder / f"{self._number:010}.log"
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0
        self.current = path

    def _sync(self) -> None:
        if self._fd is not None:
            os.fdatasync(self._fd)
        self._dirty = 0.0

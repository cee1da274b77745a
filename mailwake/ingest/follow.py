"""Following logs through every kind of rotation: rename, copytruncate, dateext, compression, files that rsync replaces.

A log is known by device and inode while it is open, and by its content (offset and two hashes, `ingest.resume`) when it
is met again. Files of one rotated family are read in the order of their times: the rest of a renamed file before the
new one. A rotated file is read only if it continues what was read, is younger than one that does, or was written after
the last look: archives are for `mailwake import`.
"""

from __future__ import annotations

import glob
import math
import os
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Generic, NamedTuple

from mailwake.ingest.files import InputError
from mailwake.ingest.folders import rotation
from mailwake.ingest.resume import Saved, resume_offset
from mailwake.ingest.tail import Key, T, Tail

SCAN_EVERY = 1.0
"""Seconds between looks for new files."""
LET_GO_AFTER = 60.0
"""Seconds without growth after which a rotated file is finished and closed."""
CLOSE_AFTER = 600.0
"""Seconds without growth after which any other file is closed; it is opened again when it changes."""
_KEPT = 16
"""Places of files that were truncated, by which their copies are known."""

Resume = Callable[[Path], int]
"""Offset from which a file is to be read, by its content: 0 when it is not known."""


class Read(NamedTuple, Generic[T]):
    """What one look at one file gave."""

    tail: Tail[T]
    found: list[T]
    is_over: bool = False
    """Whether it was the last look: the file is closed."""


class Follower(Generic[T]):
    """Follows what one path, directory or glob pattern names. One thread uses it."""

    def __init__(
        self,
        pattern: str,
        open_tail: Callable[[Path, int], Tail[T]],
        *,
        resume: Resume = lambda _: 0,
        is_closed: Callable[[Path], bool] = lambda _: False,
        since: float = math.inf,
    ) -> None:
        """open_tail: opens a file at an offset; it may raise OSError or InputError. resume: what is known of a file
        from earlier. is_closed: whether nothing is written to a file any more.

        since: when this was followed before, the time (Unix) of the last look: rotated files written later are read.
        """
        self.pattern = pattern
        self.tails: dict[Key, Tail[T]] = {}
        self.losses: list[str] = []
        """What may have been lost, in words; whoever reads it empties it."""
        self.errors: dict[str, str] = {}
        """Files that cannot be read, and why."""
        self._open_tail, self._resume, self._is_closed = open_tail, resume, is_closed
        self._since = since
        self._known: dict[Key, tuple[int, int]] = {}
        self._left: list[Saved] = []
        self._scanned = -SCAN_EVERY
        self._live: set[Path] = set()

    @property
    def backlog(self) -> int:
        """Bytes that are there and not read yet."""
        return sum(max(0, tail.size - tail.offset) for tail in self.tails.values() if tail.is_lines)

    def poll(self) -> Iterator[Read[T]]:
        """One look at every file, oldest of a family first; a younger one waits until the older is read."""
        replaced = self._notice_replaced()
        yield from self._look_at({tail.key for tail, _ in replaced})  # first, so that a copy is known to be one
        if replaced or time.monotonic() - self._scanned >= SCAN_EVERY or self._has_changed():
            self._scan()
            self._account_for(replaced)
            yield from self._look_at(set())

    def forget(self, tail: Tail[T]) -> None:
        """Close a file."""
        self.tails.pop(tail.key, None)
        tail.close()

    def close(self) -> None:
        """Close all files."""
        for tail in list(self.tails.values()):
            self.forget(tail)

    def _look_at(self, leave: set[Key]) -> Iterator[Read[T]]:
        for _, family in groupby(sorted(self.tails.values(), key=_order), key=lambda tail: _order(tail)[0]):
            for tail in family:
                if tail.key in leave:
                    break
                yield from self._look(tail)
                if not tail.at_end:
                    break

    def _look(self, tail: Tail[T]) -> Iterator[Read[T]]:
        closed = self._is_closed(tail.path)  # asked first: what was written before is read now
        try:
            found = tail.read()
            over = tail.at_end and not found and (closed or self._is_over(tail))
            if over:
                found = tail.finish()
        except (InputError, OSError) as error:
            self.errors[str(tail.path)] = str(error)
            self._let_go(tail)
            return
        if found or over:
            yield Read(tail, found, over)
        if over:
            self._let_go(tail)

    def _is_over(self, tail: Tail[T]) -> bool:
        if tail.path in self._live and _key(tail.path) == tail.key:
            return tail.idle > CLOSE_AFTER and tail.size == tail.offset and not tail.is_pending
        return tail.idle > LET_GO_AFTER

    def _let_go(self, tail: Tail[T]) -> None:
        self._known[tail.key] = tail.state
        self.forget(tail)

    def _has_changed(self) -> bool:
        """Whether the file of the pattern is another one now: then there was a rotation, and no time to lose."""
        if glob.has_magic(self.pattern):
            return False
        key = _key(Path(self.pattern))
        return key is not None and key not in self.tails and key not in self._known

    def _notice_replaced(self) -> list[tuple[Tail[T], Saved | None]]:
        found = []
        for tail in self.tails.values():
            if tail.was_replaced():
                saved = tail.saved()
                if saved is not None:
                    self._left = [*self._left, saved][-_KEPT:]
                found.append((tail, saved))
        return found

    def _account_for(self, replaced: list[tuple[Tail[T], Saved | None]]) -> None:
        """Begin truncated files anew; what stood in them is looked for in their copies."""
        for tail, saved in replaced:
            family = rotation(tail.path).family
            copies = [one for one in self.tails.values() if one is not tail and rotation(one.path).family == family]
            if saved is not None and not any(resume_offset(one.handle, saved) for one in copies):
                self.losses.append(
                    f"{tail.path}: was truncated or replaced at {saved.offset} bytes, and no copy of it was found:"
                    " what had been written since the last look is missing"
                )
            tail.restart()

    def _scan(self) -> None:
        """Look for new names and new files; a renamed one keeps its place."""
        self._scanned = time.monotonic()
        found = self._matches()
        self._live = set(found)
        siblings = set(self._siblings(found)) - self._live
        for _, family in groupby(sorted({*found, *siblings}, key=_place), key=lambda path: _place(path)[0]):
            self._meet(list(family))
        present = {key for path in (*found, *siblings) if (key := _key(path)) is not None}
        self._known = {key: value for key, value in self._known.items() if key in present}

    def _meet(self, family: list[Path]) -> None:
        """Open what is new of one family, oldest first."""
        continued = False
        for path in family:
            try:
                status = path.stat()
            except OSError:
                continue
            key = (status.st_dev, status.st_ino)
            if key in self.tails:
                self.tails[key].path = path
                continued = True
                continue
            now = (status.st_size, status.st_mtime_ns)
            if self._known.get(key) == now or not status.st_size:
                continued = continued or (key in self._known and path not in self._live and bool(status.st_size))
                continue
            offset = self._offset(path)
            if path in self._live or offset or continued or status.st_mtime >= self._since:
                continued = True
                self._open(path, offset)
            else:
                self._known[key] = now

    def _offset(self, path: Path) -> int:
        """Where to begin, also by what was read of a file that this one may be a copy of."""
        known = [saved for tail in self.tails.values() if (saved := tail.saved()) is not None]
        best = max((resume_offset(path, saved) for saved in (*self._left, *known)), default=0)
        try:
            return max(best, self._resume(path))
        except (InputError, OSError):
            return best

    def _open(self, path: Path, offset: int) -> None:
        try:
            tail = self._open_tail(path, offset)
        except (InputError, OSError) as error:
            self.errors[str(path)] = str(error)
            return
        self.errors.pop(str(path), None)
        self.tails[tail.key] = tail

    def _matches(self) -> list[Path]:
        path = Path(self.pattern)
        if path.is_dir():
            below = (Path(root) / name for root, _, names in os.walk(path) for name in names)
            return [one for one in below if not _is_hidden(one.relative_to(path)) and one.is_file()]
        names = glob.glob(self.pattern, recursive=True) if glob.has_magic(self.pattern) else [self.pattern]  # noqa: PTH207 - absolute
        return [path for name in names if (path := Path(name)).is_file()]

    def _siblings(self, found: list[Path]) -> Iterator[Path]:
        """Rotated files beside those found, and beside those that are open under a name that is gone."""
        wanted = {rotation(path).family for path in found} | {rotation(one.path).family for one in self.tails.values()}
        if not glob.has_magic(self.pattern):
            if not Path(self.pattern).is_dir():
                wanted.add(rotation(Path(self.pattern)).family)
        else:  # the file itself may be gone until something is written again
            rotated = (rotation(Path(name)).family for name in glob.glob(f"{self.pattern}*", recursive=True))  # noqa: PTH207
            wanted |= {family for family in rotated if fnmatchcase(family, self.pattern)}
        for folder in {Path(family).parent for family in wanted}:
            try:
                names = [entry.name for entry in os.scandir(folder) if entry.is_file()]
            except OSError:
                continue
            yield from (path for name in names if rotation(path := folder / name).family in wanted)


def _place(path: Path) -> tuple[str, int, str]:
    known = rotation(path)
    return (known.family, -known.age, path.name)


def _order(tail: Tail[T]) -> tuple[str, int, str]:
    return _place(tail.path)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _key(path: Path) -> Key | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)

"""Where to go on reading a file that was read before.

A saved place is an offset into the (decompressed) text and two hashes of what stood before it. Neither name nor inode
take part: a log that was renamed, compressed or copied whole by rsync (T23, T24) is known again by its content, and a
file that was replaced or truncated (copytruncate) is read from its beginning.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from mailwake.ingest.files import PLAIN, InputError, kind_of, read_at

_SPAN = 4096


class Saved(NamedTuple):
    """A committed place in a file."""

    offset: int
    """Bytes of text before it."""
    head: str
    """Hash of the first up to 4096 bytes, none of them behind the offset."""
    tail: str
    """Hash of the last up to 4096 bytes before the offset."""


def fingerprint(path: Path, offset: int) -> Saved:
    """The place at an offset of a file as it is now. Raises InputError when the file cannot be read."""
    span = min(_SPAN, offset)
    return Saved(offset, _hash(read_at(path, 0, span)), _hash(read_at(path, offset - span, span)))


def saved_of(offset: int, before: bytes, after: bytes) -> Saved:
    """The place at an offset, of bytes in hand: the first (before) and the last (after) up to it, as many as are
    hashed or more."""
    span = min(_SPAN, offset)
    return Saved(offset, _hash(before[:span]), _hash(after[len(after) - span :]))


def resume_offset(path: Path, saved: Saved | None) -> int:
    """Offset to go on from: that of the saved place if the file still holds what was read, else 0."""
    if saved is None or saved.offset <= 0:
        return 0
    try:
        if kind_of(path) == PLAIN and path.stat().st_size < saved.offset:
            return 0
        return saved.offset if fingerprint(path, saved.offset) == saved else 0
    except (InputError, OSError):
        return 0


WHOLE = "whole "
"""What the marks of `whole_mark` begin with; no hash does."""


def whole_mark(path: Path) -> str:
    """A mark by which a compressed file that was read to its end is known again, "" for a plain or unreadable one.

    Of its size and its first and last bytes as they lie on disk, where the checksums are: nothing is decompressed.
    """
    try:
        if kind_of(path) == PLAIN:
            return ""
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_SPAN)
            file.seek(max(0, size - _SPAN))
            return f"{WHOLE}{size} {_hash(head + file.read(_SPAN))}"
    except (InputError, OSError):
        return ""


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()

"""A file whose lines are handed on as they are, as it grows: what an agent reads, where nothing is to be understood."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from mailwake.ingest.documents import is_document
from mailwake.ingest.files import Block, InputError, blocks, read_at
from mailwake.ingest.resume import Saved, fingerprint
from mailwake.ingest.tables import seems_table
from mailwake.ingest.tail import STABLE_AFTER, Tail

_LOOK = 16 << 10
_PIECE = 1 << 20


class LineTail(Tail[bytes]):
    """A log of lines, plain or compressed. What it reads are pieces of whole lines.

    Tables and documents are refused: a piece of one does not say what its columns are.
    """

    def __init__(self, path: Path, offset: int) -> None:
        """offset: where to begin, in the text. Raises OSError, InputError."""
        super().__init__(path, offset)
        self._blocks: Iterator[Block] | None = None
        self._stamp = (-1, -1)
        self._looked = False
        self._end: Saved | None = None

    @property
    def is_lines(self) -> bool:
        """Whether its bytes are the lines: a compressed one is read as a whole."""
        return self.is_plain

    def restart(self) -> None:
        """Begin anew."""
        super().restart()
        self._looked = False

    def saved(self) -> Saved | None:
        """The place up to which all was given out."""
        return self._place() if self.is_plain else self._end

    def read(self) -> list[bytes]:
        """A piece of what was appended since."""
        if not self.is_plain:
            return self._read_packed()
        data = self._next()
        if not data:
            self.at_end = True
            return []
        self._check()
        self.at_end = self.size <= self.offset + len(data)
        self._took(data)
        return [data]

    def finish(self) -> list[bytes]:
        """The line without end."""
        rest = self._rest() if self.is_plain else b""
        if not rest:
            return []
        self._took(rest)
        return [rest]

    def _check(self) -> None:
        if self._looked:
            return
        self._looked = True
        start = read_at(self.handle, 0, _LOOK)
        if start.lstrip(b"\xef\xbb\xbf").startswith(b"#Fields:") or is_document(start) or seems_table(start):
            hint = "Bring the whole file to the server, and let it read that as a file."
            raise InputError("this is a table or a document, not a log of lines", str(self.path), hint)

    def _read_packed(self) -> list[bytes]:
        if self._blocks is None:
            stamp = self.state
            self.at_end = stamp == self._stamp
            if self.at_end or time.time() - stamp[1] / 1e9 < STABLE_AFTER:
                return []
            self._check()
            self._stamp, self.grown = stamp, time.monotonic()
            self._blocks = blocks(self.handle, self.offset, _PIECE)
        block = next(self._blocks, None)
        self.at_end = block is None
        if block is None:
            self._blocks = None
            self._end = fingerprint(self.handle, self.offset)
            return []
        self.offset = block.offset + len(block.data)
        return [block.data]

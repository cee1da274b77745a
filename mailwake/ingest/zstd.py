"""Zstandard files as a stream of text.

zstandard's own stream reader takes a file that was cut off for a whole one; this one does not.
"""

from __future__ import annotations

from typing import IO

import zstandard

_CHUNK = 512
"""Compressed bytes at a time: four of them may stand for a block of 128 kB (RFC 8878 section 3.1.1.2), so this bounds
what is held at once to 16 MB, whatever the file is."""


class ZstdText:
    """Reads the frames of a file one after the other (RFC 8878 section 3.1)."""

    def __init__(self, raw: IO[bytes]) -> None:
        """raw: the compressed file, at its beginning."""
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._text = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes, all for -1; none at the end. Raises ZstdError for damaged or cut input."""
        while size < 0 or len(self._text) < size:
            data = self._frame.unused_data if self._frame.eof else b""
            data = data or self._raw.read(_CHUNK)
            if not data:
                if self._begun and not self._frame.eof:
                    if self._text:  # what is whole is given first
                        break
                    raise zstandard.ZstdError("the file ends within a frame")
                break
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._begun = True
            self._text += self._frame.decompress(data)
        size = len(self._text) if size < 0 else size
        text = bytes(self._text[:size])
        del self._text[:size]
        return text

    def seek(self, offset: int, /) -> int:
        """Not possible within compressed text."""
        raise OSError("compressed text has no places to seek")

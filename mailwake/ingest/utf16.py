"""UTF-16 files as a stream of UTF-8: what Windows programs and downloads write, with and without a byte order mark.

Exchange Online's trace reports are UTF-16LE without one; Windows PowerShell's `>` writes one.
"""

from __future__ import annotations

import codecs
from typing import Protocol

_CHUNK = 64 << 10
_LOOKED_AT = 16
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PRINTED = frozenset({9, 10, 13, *range(32, 127)})


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes; none at the end."""


def encoding_of(start: bytes) -> str:
    """`utf-16-le` or `utf-16-be` for the beginning of a UTF-16 file, "" for any other.

    Without a byte order mark only UTF-16LE of ASCII is believed: a log that begins with NUL bytes was damaged (T17).
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark) and not start.startswith(codecs.BOM_UTF32_LE):
            return encoding
    start = start[:_LOOKED_AT]
    if len(start) < 8 or len(start) % 2 or any(start[1::2]):
        return ""
    return "utf-16-le" if _PRINTED.issuperset(start[::2]) else ""


class Utf16Text:
    """Reads UTF-16 and gives UTF-8, without the byte order mark."""

    def __init__(self, raw: _Readable, encoding: str) -> None:
        """raw: the text, at its beginning. encoding: from `encoding_of`."""
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._text = bytearray()
        self._begun = self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes of UTF-8, all for -1; none at the end."""
        while not self._ended and (size < 0 or len(self._text) < size):
            data = self._raw.read(_CHUNK)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            if text and not self._begun:
                self._begun, text = True, text.removeprefix("\ufeff")
            self._text += text.encode("utf-8", "replace")
        size = len(self._text) if size < 0 else size
        given = bytes(self._text[:size])
        del self._text[:size]
        return given

    def seek(self, offset: int, /) -> int:
        """Not possible: a character has no fixed place."""
        raise OSError("UTF-16 text has no places to seek")

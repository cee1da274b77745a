"""journald's export format (T13): `journalctl -o export`.

Records are blocks of `FIELD=value` lines, ended by an empty line. A value that holds line breaks or other control
characters is written as `FIELD`, line end, its length as 64 bits little endian, the bytes, line end.
Source: systemd.io/JOURNAL_EXPORT_FORMATS.
"""

from __future__ import annotations

from typing import Any

START = b"__CURSOR="
_LONGEST = 64 << 20
"""A value that claims more bytes than this is not believed."""
MAX_RECORD = 64 << 20
"""Bytes of a record; what goes on beyond it has lost its end."""


class Reader:
    """Reads records out of pieces of text, each byte once."""

    def __init__(self) -> None:
        self.used = 0
        """Bytes of the records that were given."""
        self._data = b""
        self._place = 0
        """Where the next line begins."""
        self._record: dict[str, Any] = {}

    @property
    def begun(self) -> bool:
        """Whether there is a record that is not ended."""
        return bool(self._data.strip(b"\n"))

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """The records that are whole with this piece, each with its bytes.

        A damaged record ends at its next empty line. One that has no end within MAX_RECORD is given up: its bytes are
        given without any fields.
        """
        self._data += data
        found: list[tuple[dict[str, Any], bytes]] = []
        start = 0
        while True:
            limit = start + MAX_RECORD
            ended = self._lines(limit)
            if not ended and len(self._data) <= limit:
                break
            if not ended or self._place > limit:
                self._record = {}
                self._place = (self._data.rfind(b"\n", start, limit) + 1) or limit
                found.append(({}, self._data[start : self._place].strip(b"\n")))
            elif self._record:
                found.append((self._record, self._data[start : self._place].strip(b"\n")))
                self._record = {}
            start = self._place
        self._data = self._data[start:]
        self._place -= start
        self.used += start
        return found

    def _lines(self, limit: int) -> bool:
        """Read lines up to the record's end, or beyond the limit; whether it ended, with `_place` behind it."""
        data, place, record = self._data, self._place, self._record
        while place <= limit:
            self._place = place
            end = data.find(b"\n", place)
            if end < 0:
                return False
            line = data[place:end]
            place = end + 1
            if not line:
                self._place = place
                return True
            name, equals, value = line.partition(b"=")
            if not equals:
                size = int.from_bytes(data[place : place + 8], "little")
                if len(data) < place + 8 or (size < _LONGEST and len(data) < place + 9 + size):
                    return False
                if size >= _LONGEST:
                    continue
                value = data[place + 8 : place + 8 + size]
                place += 9 + size
            record.setdefault(name.decode("ascii", "replace"), value.decode("utf-8", "surrogateescape"))
        return False


def records(data: bytes) -> tuple[list[tuple[dict[str, Any], bytes]], int]:
    """The whole records at the start of data, each with its bytes, and the count of bytes that they take."""
    reader = Reader()
    return reader.feed(data), reader.used

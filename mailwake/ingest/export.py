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


def records(data: bytes) -> tuple[list[tuple[dict[str, Any], bytes]], int]:
    """The whole records at the start of data, each with its bytes, and the count of bytes that they take.

    A damaged record ends at its next empty line.
    """
    found: list[tuple[dict[str, Any], bytes]] = []
    start = 0
    while True:
        record, end = _record(data, start)
        if end < 0:
            return found, start
        if record:
            found.append((record, data[start:end].strip(b"\n")))
        start = end


def _record(data: bytes, place: int) -> tuple[dict[str, Any], int]:
    """One record and where it ends; -1 when data ends within it."""
    record: dict[str, Any] = {}
    while True:
        end = data.find(b"\n", place)
        if end < 0:
            return record, -1
        line = data[place:end]
        place = end + 1
        if not line:
            return record, place
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(data[place : place + 8], "little")
            if len(data) < place + 8 or (size < _LONGEST and len(data) < place + 9 + size):
                return record, -1
            if size >= _LONGEST:
                continue
            value = data[place + 8 : place + 8 + size]
            place += 9 + size
        record.setdefault(name.decode("ascii", "replace"), value.decode("utf-8", "surrogateescape"))

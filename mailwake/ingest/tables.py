"""Tables: files of rows under named columns (RFC 4180), as lines of JSON that keep the names.

    #Fields: date-time,client-ip,...     Exchange's logs; the lines `#Software:`, `#Date:` around it say nothing more
    "Received","Sender Address",...      exports; `#TYPE ...` of Windows PowerShell's Export-Csv may stand before it

A source says which headers are its own (`sources.api.TableSource`); the delimiter is the one with which they are. Each
row becomes one line of JSON, name to text, so that the record says by itself what it is (docs/decisions/0016). Empty
cells are left out. A cell in quotes may hold line ends.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import NamedTuple

import orjson

Claims = Callable[[tuple[str, ...]], bool]
"""Whether column names are those of a table that somebody reads."""

MAX_COLUMNS = 500
MAX_ROW = 1 << 20
"""Bytes of a row; quotes that are still open then were no quotes."""
MAX_LINES = 2000
csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW))
_DELIMITERS = ",;\t"
_FIELDS = "#Fields:"
_NAME = re.compile(r"(?!.*: )[^<>\[\]{}=]{1,80}\Z")
_SEP = re.compile(r"sep=.?\s*\Z", re.IGNORECASE)
"""First line of tables that are made for Excel."""
_LOOK = 100
"""Lines before a header that are looked at."""


class Table(NamedTuple):
    """A header."""

    columns: tuple[str, ...]
    delimiter: str


def header(line: str, claims: Claims) -> Table | None:
    """The header that a line is; None when no source knows such a table."""
    line = line.removeprefix("\ufeff").strip("\r\n")
    if line.startswith(_FIELDS):
        line = line.removeprefix(_FIELDS).strip()
    elif line.startswith("#") or ": " in line or len(line) > MAX_ROW:
        return None
    for delimiter in _DELIMITERS:
        if delimiter in line:
            cells = _cells(line, delimiter)
            columns = tuple(cell.strip() for cell in cells or ())
            if 1 < len(columns) <= MAX_COLUMNS and claims(columns):
                return Table(columns, delimiter)
    return None


def find(start: bytes, claims: Claims) -> Table | None:
    """The header of the table that begins with this text; None when it is none, or nobody's."""
    for line in start.decode("utf-8", "replace").split("\n", _LOOK)[:_LOOK]:
        text = line.removeprefix("\ufeff").strip()
        if text and (text.startswith(_FIELDS) or not text.startswith("#")) and not _SEP.match(text):
            return header(line, claims)
    return None


def seems_table(start: bytes) -> bool:
    """Whether a text begins as a table does: several rows of as many cells, three at least, the first one of names."""
    lines = start.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "").splitlines(keepends=True)
    for delimiter in _DELIMITERS:
        rows: list[list[str]] = []
        try:
            for row in csv.reader(lines, delimiter=delimiter):
                rows.append(row)
                if len(rows) > 4:
                    break
        except csv.Error:
            continue
        rows = [row for row in rows if row]
        names = [cell.strip() for cell in rows[0]] if rows else []
        widths = {len(row) for row in (rows[:-1] if len(rows) > 2 else rows)[:3]}  # the last one may be cut off
        if len(rows) > 1 and len(names) > 2 and len(widths) == 1 and all(map(_NAME.match, names)):
            return True
    return False


class Rows:
    """Turns the lines of a table into lines of JSON, in their order."""

    def __init__(self, table: Table, claims: Claims) -> None:
        """table: the header that is in force at first."""
        self._table, self._claims = table, claims
        self._names = _unlike(table.columns)
        self._lines: list[bytes] = []
        """Lines of a row whose quotes are still open."""
        self._quotes = 0
        self.open_bytes = 0
        """Bytes of that row."""

    def feed(self, data: bytes) -> list[tuple[str, bool]]:
        """What whole lines say: (line of JSON, True), or (the line as it stands, False) for what is no row of the
        table. Headers and blank lines say nothing."""
        found: list[tuple[str, bool]] = []
        for line in data.splitlines(keepends=True) if b"\r" not in data else _lines(data):
            self._quotes += line.count(b'"')
            self._lines.append(line)
            self.open_bytes += len(line)
            if self._quotes % 2 == 0:
                self._take(found)
            elif self.open_bytes > MAX_ROW or len(self._lines) > MAX_LINES:
                self._give_up(found)
        return found

    def end(self) -> list[tuple[str, bool]]:
        """What is left when the file ends within quotes."""
        found: list[tuple[str, bool]] = []
        while self._lines:
            self._give_up(found)
        return found

    def headers(self, data: bytes) -> None:
        """Look at text that is not read again for the header in force behind it."""
        place = data.rfind(_FIELDS.encode())
        while place >= 0:
            if place == 0 or data[place - 1 : place] == b"\n":
                self._header(data[place : data.find(b"\n", place)].decode("utf-8", "replace"))
                return
            place = data.rfind(_FIELDS.encode(), 0, place)

    def _header(self, line: str) -> bool:
        table = header(line, self._claims)
        if table is not None:
            self._table, self._names = table, _unlike(table.columns)
        return table is not None

    def _take(self, found: list[tuple[str, bool]]) -> None:
        data = b"".join(self._lines)
        self._lines, self._quotes, self.open_bytes = [], 0, 0
        text = _text(data).removeprefix("\ufeff").rstrip("\r\n").replace("\0", "")
        if not text or text.isspace() or _SEP.match(text):
            return
        if text.startswith("#"):
            self._header(text)
            return
        cells = _cells(text, self._table.delimiter)
        columns = self._table.columns
        if cells is None or len(cells) < len(columns):
            if not self._header(text):
                found.append((text, False))
        elif cells[0].strip() not in columns or not self._header(text):  # or two tables after each other
            row = {name: cell for name, cell in zip(self._names, cells, strict=False) if cell}
            found.append((orjson.dumps(row).decode(), True))

    def _give_up(self, found: list[tuple[str, bool]]) -> None:
        """Quotes that do not end: the first of their lines is no row, the others are read anew."""
        first, *rest = self._lines
        self._lines, self._quotes, self.open_bytes = [], 0, 0
        text = first.decode("utf-8", "surrogateescape").rstrip("\r\n")
        if text:
            found.append((text, False))
        if rest:
            found.extend(self.feed(b"".join(rest)))


def _text(data: bytes) -> str:
    """UTF-8; else what Windows writes where it is not asked for UTF-8, as Export-Csv of Windows PowerShell."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(data: bytes) -> list[bytes]:
    """Lines that end with a line feed: a carriage return alone may stand within a cell."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter), None) if "\n" not in text else _folded(text, delimiter)
    except csv.Error:
        return None


def _folded(text: str, delimiter: str) -> list[str] | None:
    rows = list(csv.reader(text.replace("\r\n", "\n").splitlines(keepends=True), delimiter=delimiter))
    return rows[0] if len(rows) == 1 else None


def _unlike(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The names, told apart: JSON has no two members of one name."""
    names: list[str] = []
    for name in columns:
        number, unlike = 1, name
        while unlike in names:
            number += 1
            unlike = f"{name} {number}"
        names.append(unlike)
    return tuple(names)

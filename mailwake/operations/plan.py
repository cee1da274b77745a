"""How a large import is divided: pieces of files, put together in windows by their times."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from mailwake.events.fact import NO_TIME
from mailwake.ingest.calendar import Calendar
from mailwake.ingest.documents import is_document
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import read_at
from mailwake.ingest.registry import Registry
from mailwake.ingest.tables import find
from mailwake.operations.inputs import Input

PIECE = 4 << 20
"""Bytes of one file read at a time."""
WINDOW = 20 << 20
"""Bytes correlated at a time."""
_UNCUT = 64 << 20
"""Bytes of one piece at the most."""
_LOOK = 64 << 10
_BEGINS = re.compile(
    rb"\n(?=(?:<\d{1,3}>(?:\d )?)?"
    rb"(?:[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d\d:|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|\{\"))"
)
"""Where a record begins, and not the further lines of one (Exim's reject log)."""


class Piece(NamedTuple):
    """A part of a file, from record to record."""

    source: Input
    start: int
    stop: int | None
    """None: to the end of the file."""
    calendar: Calendar | None


def _is_lines(path: Path) -> bool:
    """Whether a file may be cut between its lines: rows of a table may be folded, a document is one."""
    start = read_at(path, 0, _LOOK)
    return not is_document(start) and find(start, Registry().knows_table) is None


def windows(inputs: list[tuple[Input, int, Calendar | None]]) -> list[list[Piece]]:
    """Pieces of all inputs (each with the offset to start at), in windows in the order of their times.

    Those of one file stay in their order. Empty when a file has no places to cut it at: it has to be read in order.
    """
    pieces: list[tuple[int, int, Piece]] = []
    for number, (source, start, calendar) in enumerate(inputs):
        before = 0
        for piece in _pieces(source, start, calendar):
            if _size(piece) > _UNCUT:
                return []
            begins = max(before, _begins(piece)) if len(inputs) > 1 else piece.start
            pieces.append((begins, number, piece))
            before = begins
    pieces.sort(key=lambda item: (item[0], item[1], item[2].start))
    made: list[list[Piece]] = []
    size = WINDOW
    for _, _, piece in pieces:
        if size >= WINDOW:
            made.append([])
            size = 0
        made[-1].append(piece)
        size += _size(piece)
    return made


def _size(piece: Piece) -> int:
    return (piece.stop or piece.source.path.stat().st_size) - piece.start


def _pieces(source: Input, start: int, calendar: Calendar | None) -> list[Piece]:
    size = source.path.stat().st_size
    made = []
    lines = size - start > PIECE * 3 // 2 and _is_lines(source.path)
    while lines and size - start > PIECE * 3 // 2:
        stop = _cut(source.path, start + PIECE)
        if stop is None or stop >= size:
            break
        made.append(Piece(source, start, stop, calendar))
        start = stop
    made.append(Piece(source, start, None, calendar))
    return made


def _cut(path: Path, near: int) -> int | None:
    """Offset of the first record that begins after `near`."""
    match = _BEGINS.search(read_at(path, near, _LOOK))
    return near + match.end() if match else None


def _begins(piece: Piece) -> int:
    """Time (µs) of the first record of a piece that has one."""
    stop = piece.start + _LOOK if piece.stop is None else min(piece.stop, piece.start + _LOOK)
    reader = FactReader(piece.source.path, start=piece.start, stop=stop, calendar=piece.calendar, follow=True)
    for batch in reader:
        return min((fact.ts for fact in batch.facts if fact.ts), default=NO_TIME)
    return NO_TIME

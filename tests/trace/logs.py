"""Small logs written by hand, and what a trace makes of them, as text that a test can show.

A block is lines like `10:00:00 mx postfix/smtpd[1]: ...`: the day is 2026-11-21 unless the line says another
(`11-24 10:00:00 mx ...`), the zone UTC. A line that begins otherwise stands as it is.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailwake.operations.opening import FileBackend
from mailwake.store.query import And
from mailwake.store.rows import Row

ALL = 1_000_000
SYSTEM = tempfile.gettempdir()
"""Where temporary files lie; an open store says otherwise to its process."""
_SHORT = re.compile(r"(?:(\d\d-\d\d) )?(\d\d:\d\d:\d\d(?:\.\d+)?) ")


def lines(block: str) -> list[str]:
    """The block's lines, stamps written out."""
    found = []
    for line in block.strip().splitlines():
        line = line.strip()
        short = _SHORT.match(line)
        if short is not None:
            line = f"2026-{short[1] or '11-21'}T{short[2]}+00:00 {line[short.end() :]}"
        found.append(line)
    return found


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder, whatever store is or was open."""
    with tempfile.TemporaryDirectory(dir=SYSTEM) as name:
        yield Path(name)


def rows_of(files: Sequence[Sequence[str]], *, at_rest: float | None = None) -> list[Row]:
    """Rows of several files, each given as its lines; at_rest: when they were written last, which tells their year."""
    with folder() as place:
        paths = []
        for number, content in enumerate(files):
            path = place / f"{number}.log"
            path.write_bytes("".join(f"{line}\n" for line in content).encode("utf-8", "surrogateescape"))
            if at_rest is not None:
                os.utime(path, (at_rest, at_rest))
            paths.append(str(path))
        return FileBackend(tuple(paths), zone="UTC").search(And(()), ALL)


def trace(block: str, *, any_order: bool = True) -> list[Row]:
    """Rows of a block, oldest message first; the same whatever the order of its lines in the file."""
    written = lines(block)
    rows = rows_of([written])
    if any_order:
        assert plain(rows_of([written[::-1]])) == plain(rows), "the order of lines in the file matters"
        apart: dict[str, list[str]] = {}
        for line in written:
            apart.setdefault(line.split(" ")[1] if " " in line else "", []).append(line)
        assert plain(rows_of(list(apart.values())[::-1])) == plain(rows), "a file for each host matters"
    return rows[::-1]


def plain(rows: Iterable[Row]) -> list[Row]:
    """Rows in one order, for comparing."""
    return sorted(rows, key=lambda row: (row.received, row.trace_id, row.leaf))


def told(rows: Iterable[Row]) -> list[str]:
    """A line for each row: sender, original recipient, recipient (`=` for the same), status/detail."""
    return sorted(_told(row) for row in rows)


def _told(row: Row) -> str:
    def word(address: str | None) -> str:
        return "?" if address is None else address or "<>"

    final = "=" if row.recipient == row.original_recipient else word(row.recipient)
    return f"{word(row.sender)} {word(row.original_recipient)} {final} {row.status}/{row.detail}"


def fates(block: str) -> list[str]:
    """What `told` tells of a block."""
    return told(trace(block))


def messages(rows: Iterable[Row]) -> int:
    """How many messages the rows are about."""
    return len({row.trace_id for row in rows})

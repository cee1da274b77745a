"""Rows for programs: a JSON array, JSON lines, CSV. Written as they come, so that an export needs no memory."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from typing import Any

from mailwake.cli.printable import plain, plain_json
from mailwake.operations.records import NAMES, cell, record
from mailwake.store.rows import Row


def json_array(rows: Iterable[Row]) -> int:
    """One array, one object per line; the number of rows."""
    count = 0
    for row in rows:
        sys.stdout.write(("," if count else "[") + "\n" + to_json(record(row)))
        count += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count


def json_lines(rows: Iterable[Row]) -> int:
    """One object per line."""
    count = 0
    for row in rows:
        sys.stdout.write(to_json(record(row)) + "\n")
        count += 1
    return count


def comma_separated(rows: Iterable[Row]) -> int:
    """CSV with a heading; lists are joined by blanks."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(NAMES)
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in record(row).values()])
        count += 1
    return count


FORMS: dict[str, Callable[[Iterable[Row]], int]] = {
    "json": json_array,
    "jsonl": json_lines,
    "csv": comma_separated,
}


def to_json(value: Any, *, indent: bool = False) -> str:
    """A value as JSON text, harmless where it goes to a terminal."""
    import orjson

    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else 0).decode()
    return plain_json(text) if sys.stdout.isatty() else text


def _cell(value: Any) -> str | int | float:
    made = cell(value)
    return plain(made) if isinstance(made, str) else made

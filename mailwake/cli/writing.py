"""Rows for programs: a JSON array, JSON lines, CSV. Written as they come, so that an export needs no memory."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mailwake.cli.printable import plain, plain_json
from mailwake.operations.records import NAMES, cell, record
from mailwake.store.rows import Row

Record = dict[str, Any]


def json_array(records: Iterable[Record], names: Sequence[str]) -> int:
    """One array, one object per line; the number of records."""
    count = 0
    for one in records:
        sys.stdout.write(("," if count else "[") + "\n" + to_json(one))
        count += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count


def json_lines(records: Iterable[Record], names: Sequence[str]) -> int:
    """One object per line."""
    count = 0
    for one in records:
        sys.stdout.write(to_json(one) + "\n")
        count += 1
    return count


def comma_separated(records: Iterable[Record], names: Sequence[str]) -> int:
    """CSV with a heading; lists are joined by blanks."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    count = 0
    for one in records:
        writer.writerow([_cell(value) for value in one.values()])
        count += 1
    return count


RECORD_FORMS: dict[str, Callable[[Iterable[Record], Sequence[str]], int]] = {
    "json": json_array,
    "jsonl": json_lines,
    "csv": comma_separated,
}
"""Writers of records with the names of their values; each gives the number of records."""


def write_rows(form: str, rows: Iterable[Row]) -> int:
    """Rows of a trace in one of the forms; the number of rows."""
    return RECORD_FORMS[form](map(record, rows), NAMES)


def to_json(value: Any, *, indent: bool = False) -> str:
    """A value as JSON text, harmless where it goes to a terminal."""
    import orjson

    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else 0).decode()
    return plain_json(text) if sys.stdout.isatty() else text


def _cell(value: Any) -> str | int | float:
    made = cell(value)
    return plain(made) if isinstance(made, str) else made

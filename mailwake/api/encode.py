"""Answers of operations as JSON, JSON lines, CSV and files, as a stream: a million rows need no memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from pydantic import BaseModel

from mailwake.operations.models import Answer, Piece
from mailwake.operations.records import cell

JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"
FILE = "application/octet-stream"
FORMS = {"json": JSON, "jsonl": LINES, "csv": CSV, "file": FILE}
"""Content types by the word that `?format=` takes."""
_BATCH = 64 << 10


def forms_of(model: type[BaseModel]) -> dict[str, str]:
    """Those that an answer has: what is no document cannot be given as a file."""
    return FORMS if issubclass(model, Piece) else {word: kind for word, kind in FORMS.items() if kind != FILE}


def chosen(accept: str, word: str, model: type[BaseModel] = BaseModel) -> str | None:
    """The content type to answer with: what `format` says, else the first of the Accept header that the answer has.

    None when neither is one of ours.
    """
    forms = forms_of(model)
    if word:
        return forms.get(word)
    for part in accept.split(",") if accept else ["*/*"]:
        kind = part.partition(";")[0].strip().lower()
        if kind in forms.values():
            return kind
        if kind in ("*/*", "application/*", "text/html"):
            return JSON
    return None


def stream(kind: str, items: Iterable[BaseModel], model: type[BaseModel]) -> Iterator[bytes]:
    """The answer in pieces of some size."""
    pieces = {JSON: _document, LINES: _lines, CSV: _table, FILE: _bytes}[kind](items, model)
    batch = bytearray()
    for piece in pieces:
        batch += piece
        if len(batch) >= _BATCH:
            yield bytes(batch)
            batch.clear()
    yield bytes(batch)


def _document(items: Iterable[BaseModel], _: type[BaseModel]) -> Iterator[bytes]:
    """One object: `value`, and behind it what is known only then."""
    yield b'{"value":['
    comma = b""
    for item in items:
        yield comma + orjson.dumps(record(item))
        comma = b",\n"
    yield b"]"
    if isinstance(items, Answer):
        if items.next_cursor:
            yield b',"nextCursor":' + orjson.dumps(items.next_cursor)
        if items.warnings:
            yield b',"warnings":' + orjson.dumps(items.warnings)
    yield b"}\n"


def _lines(items: Iterable[BaseModel], _: type[BaseModel]) -> Iterator[bytes]:
    for item in items:
        yield orjson.dumps(record(item)) + b"\n"


def _bytes(items: Iterable[BaseModel], _: type[BaseModel]) -> Iterator[bytes]:
    """A document as it is kept."""
    for item in items:
        assert isinstance(item, Piece)
        yield item.raw


def _table(items: Iterable[BaseModel], model: type[BaseModel]) -> Iterator[bytes]:
    names = [info.alias or name for name, info in model.model_fields.items()]
    room = io.StringIO()
    writer = csv.writer(room, lineterminator="\r\n")  # RFC 4180
    writer.writerow(names)
    for item in items:
        values = record(item)
        writer.writerow([cell(values.get(name)) for name in names])
        if room.tell() > _BATCH:
            yield room.getvalue().encode()
            room.seek(0)
            room.truncate()
    yield room.getvalue().encode()


def record(item: BaseModel) -> dict[str, Any]:
    """An item by its outside names."""
    made: dict[str, Any] = item.record() if hasattr(item, "record") else item.model_dump(mode="json", by_alias=True)
    return made

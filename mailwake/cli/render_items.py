"""Items of any operation for people: many as a table, one as a list of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from typing import Any

from pydantic import BaseModel

from mailwake.cli.printable import one_line, padded, plain, width
from mailwake.cli.table import Column, lines
from mailwake.operations.fields import bytes_text, span_text
from mailwake.operations.models import Output
from mailwake.operations.parameters import outside_name

_FEW = 5
_SIZES = "quota"


def lines_of(items: Sequence[BaseModel], model: type[BaseModel], zone: tzinfo, room: int | None) -> Iterator[str]:
    """The lines; room: columns of the terminal, None for as many as it takes."""
    if len(items) == 1 and len(model.model_fields) > _FEW:
        yield from _listed(items[0], zone)
        return
    names = _columns(model)
    titles = [outside_name(model, name) for name in names]
    columns = [
        Column(title, least=max(8, min(len(title), 14)), dispensable=place if place > 1 else 0)
        for place, title in enumerate(titles)
    ]
    cells = [[one_line(shown(getattr(item, name), name, zone)) or "-" for name in names] for item in items]
    yield from lines(columns, cells, room)


def shown(value: Any, name: str, zone: tzinfo) -> str:
    """A value for people: times in their zone, sizes with a unit, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith(_SIZES):
        return bytes_text(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(shown(part, "", zone) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={shown(part, '', zone)}" for key, part in value.items())
    if isinstance(value, BaseModel):
        return shown(value.model_dump(mode="json", by_alias=True), "", zone)
    return str(value)


def _listed(item: BaseModel, zone: tzinfo) -> Iterator[str]:
    model = type(item)
    names = {name: outside_name(model, name) for name in model.model_fields}
    widest = max(map(width, names.values()))
    for name, title in names.items():
        yield f"{padded(title, widest)} : {plain(shown(getattr(item, name), name, zone))}".rstrip()


def _columns(model: type[BaseModel]) -> tuple[str, ...]:
    chosen = model.table_columns if issubclass(model, Output) else ()
    return chosen or tuple(model.model_fields)

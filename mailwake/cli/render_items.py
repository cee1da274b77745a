"""Items of any operation for people: many as a table, one as a list of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from pydantic import BaseModel

from mailwake.cli.printable import one_line, padded, plain, width
from mailwake.cli.table import Column, lines
from mailwake.operations.models import Output
from mailwake.operations.parameters import outside_name

_FEW = 5


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
    cells = [[one_line(text) or "-" for text in _texts(item, names, zone)] for item in items]
    yield from lines(columns, cells, room)


def shown(value: Any, zone: tzinfo) -> str:
    """A value for people: times in their zone, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list):
        return ", ".join(shown(part, zone) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={shown(part, zone)}" for key, part in value.items())
    return str(value)


def _listed(item: BaseModel, zone: tzinfo) -> Iterator[str]:
    model = type(item)
    names = {name: outside_name(model, name) for name in model.model_fields}
    widest = max(map(width, names.values()))
    for title, text in zip(names.values(), _texts(item, tuple(names), zone), strict=True):
        yield f"{padded(title, widest)} : {plain(text)}".rstrip()


def _texts(item: BaseModel, names: Sequence[str], zone: tzinfo) -> Iterator[str]:
    """Values as JSON has them, which knows sizes and spans; times in the zone."""
    record = item.model_dump(mode="json")
    for name in names:
        value = getattr(item, name)
        yield shown(value if isinstance(value, datetime) else record[name], zone)


def _columns(model: type[BaseModel]) -> tuple[str, ...]:
    chosen = model.table_columns if issubclass(model, Output) else ()
    return chosen or tuple(model.model_fields)

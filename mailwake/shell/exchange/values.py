"""Values of parameters to JSON, and JSON records of answers to objects of the shell."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, PlainSerializer

from mailwake.operations.fields import bytes_text, parse_bytes, parse_span, span_text
from mailwake.operations.parameters import outside_name
from mailwake.shell.objects import PSObject, Size, Value
from mailwake.shell.registry import Changes

Reader = Callable[[Any], Value]
_TEXTS = ("Identity", "Name")
"""Properties that stand for the whole object, where it is written as a text."""
_PAIRS = frozenset({"CmdletParameters"})
"""Lists of NAME:VALUE whose items scripts ask for their Name and Value, as Exchange's have them."""
_TIMES = frozenset({"LastAccessed"})
"""Properties that are times, in models that do not say so."""


def plain(value: Value, zone: tzinfo) -> Any:
    """A parameter's value as JSON has it; a time of unspecified kind is one of the session's zone."""
    if isinstance(value, Changes):
        return {"Add": list(value.add), "Remove": list(value.remove)}
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=zone)
        return aware.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, Size):
        return value.bytes
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [plain(item, zone) for item in value]
    return value


def object_of(record: dict[str, Any], model: type[BaseModel], type_name: str) -> PSObject:
    """The object of a record, its properties in the record's order."""
    readers = _readers(model)
    pairs = [(name, readers.get(name, raw)(value)) for name, value in record.items()]
    text = next((str(record[name]) for name in _TEXTS if record.get(name)), None)
    return PSObject(pairs, type_name, text)


@cache
def _readers(model: type[BaseModel]) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for name, info in model.model_fields.items():
        outside = outside_name(model, name)
        if outside in _TIMES:
            found[outside] = _moment
        elif outside in _PAIRS:
            found[outside] = lambda value: [_pair(one) for one in value or ()]
        else:
            found[outside] = _reader(info.annotation, tuple(info.metadata))
    return found


def _reader(annotation: Any, metadata: tuple[Any, ...] = ()) -> Reader:
    """What makes a value of a JSON value of a type."""
    if any(isinstance(one, PlainSerializer) and one.func is bytes_text for one in metadata):
        return lambda value: value if value is None else Size(parse_bytes(value))
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _reader(parts[0], parts[1:])
    if origin in (Union, types.UnionType):
        kinds = [part for part in parts if part is not types.NoneType]
        return _reader(kinds[0], metadata) if len(kinds) == 1 else raw
    if origin in (list, tuple, set, frozenset) and parts:
        inner = _reader(parts[0])
        return lambda value: value if value is None else [inner(one) for one in value]
    if annotation in (datetime, AwareDatetime):
        return _moment
    if annotation is timedelta:
        return lambda value: value if value is None else parse_span(value)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return lambda value: value if value is None else object_of(value, annotation, f"Mailwake.{annotation.__name__}")
    return raw


def _pair(text: str) -> PSObject:
    name, _, value = text.partition(":")
    return PSObject({"Name": name, "Value": value}, text=text)


def _moment(value: Any) -> Value:
    """A time in UTC, as Exchange gives times."""
    if not isinstance(value, str):
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    return found.astimezone(UTC) if found.tzinfo else found


def raw(value: Any) -> Value:
    """A JSON value as it is; objects as objects."""
    if isinstance(value, dict):
        return PSObject((str(name), raw(part)) for name, part in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return [raw(part) for part in value]
    return value.value if isinstance(value, Enum) else value

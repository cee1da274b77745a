"""From what a face got to an operation's input, and from the input to the words of the admin audit log."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from mailwake.events.told import joined, tell
from mailwake.operations.contract import Operation, OperationError
from mailwake.operations.fields import ListChange, span_text

Input = TypeVar("Input", bound=BaseModel)
_LONGEST = 2000
_HIDDEN = "********"


def outside_name(model: type[BaseModel], name: str) -> str:
    """The name that a field has outside: `AuditLogAgeLimit`."""
    return model.model_fields[name].alias or name


def build_input(operation: Operation[Input], values: Mapping[str, Any]) -> Input:
    """The input made of parameters by either name, in any case. Raises OperationError naming what is wrong."""
    model = operation.input
    by_name = {name.lower(): name for name in model.model_fields}
    by_name |= {outside_name(model, name).lower(): name for name in model.model_fields}
    chosen: dict[str, Any] = {}
    for given, value in values.items():
        name = by_name.get(given.lower())
        if name is None:
            raise OperationError(
                "unknown-parameter",
                tell("{name} has no parameter {given!r}", name=operation.cmdlet or operation.name, given=given),
                tell(
                    "parameters are: {names}", names=", ".join(outside_name(model, name) for name in model.model_fields)
                ),
            )
        chosen[name] = _spelled(model.model_fields[name], value)
    try:
        return model.model_validate(chosen)
    except ValidationError as error:
        raise invalid(model, error) from None


def bare(annotation: Any) -> Any:
    """A type without None and without what validates it."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return bare(rest[0]) if len(rest) == 1 else annotation
    return datetime if annotation is AwareDatetime else annotation


def is_list(info: FieldInfo) -> bool:
    """Whether a field takes several values."""
    kind = bare(info.annotation)
    return (get_origin(kind) or kind) in (list, tuple, set, frozenset)


def choices_of(info: FieldInfo) -> list[str]:
    """The fixed values that a field takes, or each value of a list; empty when any will do."""
    kind = bare(info.annotation)
    if is_list(info):
        parts = get_args(kind)
        kind = bare(parts[0]) if parts else str
    if get_origin(kind) is Literal:
        return [str(value) for value in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(one.value) for one in kind]
    return []


def _spelled(info: FieldInfo, value: Any) -> Any:
    """Fixed values in their own spelling, whatever the case; a list of them may be one text with commas."""
    by_key = {choice.lower(): choice for choice in choices_of(info)}
    if not by_key:
        return value
    if is_list(info):
        parts = value.split(",") if isinstance(value, str) else value
        if isinstance(parts, list | tuple | set | frozenset):
            return tuple(by_key.get(str(part).strip().lower(), part) for part in parts)
        return value
    return by_key.get(value.strip().lower(), value) if isinstance(value, str) else value


def invalid(model: type[BaseModel], error: ValidationError) -> OperationError:
    """What pydantic found wrong, for people."""
    told: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        place = problem["loc"][0] if problem["loc"] else ""
        name = outside_name(model, place) if place in model.model_fields else str(place)
        text = problem["msg"].removeprefix("Value error, ")
        told.append(tell("{name}: {what}", name=name, what=f"{text[:1].lower()}{text[1:]}") if name else text)
    return OperationError("invalid-parameter", joined("; ", dict.fromkeys(told)), tell("mend the value and try again"))


def parameters_of(given: BaseModel) -> tuple[tuple[str, str], ...]:
    """Parameters that were given, with their values as the admin audit log writes them."""
    model = type(given)
    found = []
    for name in model.model_fields:
        if name in given.model_fields_set:
            extra = model.model_fields[name].json_schema_extra
            hidden = isinstance(extra, dict) and bool(extra.get("secret"))
            found.append((outside_name(model, name), _HIDDEN if hidden else text_of(getattr(given, name))))
    return tuple(found)


def text_of(value: Any) -> str:
    """A value as the admin audit log writes it: lists as `A;B`, changes as `+A;-B`, times in UTC."""
    return _text(value)[:_LONGEST]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, ListChange):
        return value.text()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str | Mapping):
        return str(value)
    if isinstance(value, Iterable):
        parts = sorted(value, key=_text) if isinstance(value, set | frozenset) else value
        return ";".join(_text(part) for part in parts)
    return str(value)

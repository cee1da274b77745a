"""From what a face got to an operation's input, and from the input to the words of the admin audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

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
                f"{operation.cmdlet or operation.name} has no parameter {given!r}",
                f"parameters are: {', '.join(outside_name(model, name) for name in model.model_fields)}",
            )
        chosen[name] = value
    try:
        return model.model_validate(chosen)
    except ValidationError as error:
        raise invalid(model, error) from None


def invalid(model: type[BaseModel], error: ValidationError) -> OperationError:
    """What pydantic found wrong, for people."""
    told = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        place = problem["loc"][0] if problem["loc"] else ""
        name = outside_name(model, place) if place in model.model_fields else str(place)
        text = problem["msg"].removeprefix("Value error, ")
        told.append(f"{name}: {text[:1].lower()}{text[1:]}" if name else text)
    return OperationError("invalid-parameter", "; ".join(dict.fromkeys(told)), "mend the value and try again")


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

"""Requests to inputs of operations: query strings and JSON bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailwake.operations.annotations import is_list
from mailwake.operations.contract import OperationError


def from_query(model: type[BaseModel], pairs: Iterable[tuple[str, str]]) -> BaseModel:
    """The input that a query string says; a list by repeating the name. Raises pydantic.ValidationError."""
    fields = _by_name(model)
    values: dict[str, Any] = {}
    for name, text in pairs:
        info = fields.get(name)
        if info is not None and is_list(info.annotation):
            values.setdefault(name, []).append(text)
        elif name in values:
            raise OperationError("given-twice", f"{name} is given more than once", "It takes one value.")
        else:
            values[name] = text
    return model.model_validate(values)


def from_body(model: type[BaseModel], body: bytes) -> BaseModel:
    """The input that a JSON body says. Raises OperationError, pydantic.ValidationError."""
    if not body.strip():
        return model.model_validate({})
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise OperationError("no-json", f"the body is no JSON: {error}", "Send one JSON object in UTF-8.") from error
    if not isinstance(value, Mapping):
        raise OperationError("no-object", "the body is no JSON object", "Send the inputs as members of one object.")
    return model.model_validate(value)


def _by_name(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by both of their spellings."""
    found: dict[str, FieldInfo] = {}
    for name, info in model.model_fields.items():
        found[name] = info
        if info.alias:
            found[info.alias] = info
    return found

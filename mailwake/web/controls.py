"""Fields of an operation's input as controls of a form, and what is typed into them back as input.

What a control looks like follows from the field's type alone, so a new field of an operation needs no page to change.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from mailwake.operations.annotations import is_list
from mailwake.web.labels import label


@dataclass(frozen=True)
class Control:
    """One control."""

    name: str
    """Name of the field in Python."""
    label: Any
    kind: str
    """text, number, datetime, check, yes_no, choice, choices or long."""
    hint: str
    """The description of the field, translated: `scripts/catalogues` collects those of the pages' controls."""
    required: bool
    choices: tuple[tuple[str, Any], ...] = ()
    value: Any = ""
    error: str = ""


def controls(
    model: type[BaseModel], names: tuple[str, ...], given: Mapping[str, Any], errors: Mapping[str, str]
) -> list[Control]:
    """Controls for these fields, filled in."""
    return [_control(name, model.model_fields[name], given.get(name), errors.get(name, "")) for name in names]


def _control(name: str, info: FieldInfo, value: Any, error: str) -> Control:
    kind, choices = _kind(info)
    if value is None:
        value = "" if info.is_required() or info.default in (None, (), "") else info.default
    if isinstance(value, list | tuple) and kind != "choices":
        value = ", ".join(map(str, value))
    if kind == "datetime" and isinstance(value, datetime):
        value = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    outside = info.alias or name
    hint = gettext(info.description) if info.description else ""
    return Control(name, label(outside), kind, hint, info.is_required(), choices, value, error)


def _kind(info: FieldInfo) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """What a field's type asks for."""
    options, optional = _unwrapped(info.annotation)
    first = options[0] if options else str
    if get_origin(first) in (tuple, list, set, frozenset):
        inner, _ = _unwrapped(get_args(first)[0])
        words = _words(inner[0])
        return ("choices", words) if words else ("text", ())
    words = _words(first)
    if words:
        return "choice", words
    if first is bool:
        return ("yes_no" if optional else "check"), ()
    if first in (datetime, AwareDatetime):
        return "datetime", ()
    if first in (int, float):
        return "number", ()
    return "text", ()


def _words(kind: Any) -> tuple[tuple[str, Any], ...]:
    if get_origin(kind) is Literal:
        return tuple((str(word), label(str(word))) for word in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple((str(one.value), label(str(one.value))) for one in kind)
    return ()


def _unwrapped(annotation: Any) -> tuple[list[Any], bool]:
    """Alternatives without None, and whether None was one of them; Annotated is looked through."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        parts = get_args(annotation)
        rest = [_unwrapped(part)[0][0] for part in parts if part is not type(None)]
        return rest, type(None) in parts
    return [annotation], False


def typed(model: type[BaseModel], names: tuple[str, ...], query: QueryDict) -> dict[str, Any]:
    """What was typed, by the names of the fields; what is empty is left out."""
    found: dict[str, Any] = {}
    for name in names:
        info = model.model_fields[name]
        kind, _ = _kind(info)
        if kind == "choices":
            if texts := [text for text in query.getlist(name) if text]:
                found[name] = tuple(texts)
            continue
        text = query.get(name, "").strip()
        if not text:
            continue
        if kind == "check":
            found[name] = text in ("on", "true", "1")
        elif kind == "datetime":
            found[name] = _moment(text)
        elif is_list(info.annotation):
            found[name] = tuple(part.strip() for part in text.replace(";", ",").split(",") if part.strip())
        else:
            found[name] = text
    return found


def _moment(text: str) -> Any:
    """As the person's clock shows it; what is no time is left for the model to refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())

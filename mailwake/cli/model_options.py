"""Options and arguments made of an operation's input, and the input's values made of what was typed.

A field with a position is an argument, any other an option in kebab case. A switch that is off by default is `--force`,
a choice of yes or no `--audit-enabled/--no-audit-enabled`; lists take commas or repetition; a list that can be changed
has `--audit-owner`, `--add-audit-owner` and `--remove-audit-owner`; times are words (`operations.when`).
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from datetime import datetime, tzinfo
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailwake.operations import when
from mailwake.operations.fields import ListChange, words
from mailwake.operations.models import Input

_LISTS = (list, tuple, set, frozenset)
_END = ("end_date", "until", "created_before")
"""Fields that close a range: a day stands for the moment after it."""


def bare(annotation: Any) -> Any:
    """A type without None and what validates it."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


def parameters(model: type[BaseModel]) -> list[click.Parameter]:
    """Arguments by position, then options in the order of the fields."""
    found: list[click.Parameter] = []
    placed = {name: _place(info) for name, info in model.model_fields.items()}
    for name in sorted((name for name, place in placed.items() if place), key=lambda name: placed[name]):
        info = model.model_fields[name]
        several = is_list(info)
        found.append(click.Argument([name], required=info.is_required(), nargs=-1 if several else 1))
    for name, info in model.model_fields.items():
        if not placed[name]:
            found += _options(name, info)
    return found


def values_of(model: type[Input], typed: dict[str, Any], zone: tzinfo, now: datetime) -> dict[str, Any]:
    """The fields that were given, as the input takes them. Raises click.UsageError for a time that cannot be read."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind = bare(info.annotation)
        value = typed.get(name)
        if kind is ListChange:
            value = _change(name, typed)
        elif is_list(info) and value:
            value = _split(value) if _takes_commas(info) else tuple(value)
        elif kind is datetime and value is not None:
            value = _moment(name, str(value), zone, now)
        if value is None or value == () or (kind is bool and value is False and _is_switch(info)):
            continue
        found[name] = value
    return found


def argument_help(model: type[BaseModel]) -> list[str]:
    """A line for each argument: click has none of its own."""
    return [f"{name.upper()}: {info.description}" for name, info in model.model_fields.items() if _place(info)]


def is_list(info: FieldInfo) -> bool:
    """Whether a field takes several values."""
    return (get_origin(bare(info.annotation)) or bare(info.annotation)) in _LISTS


def _place(info: FieldInfo) -> int:
    extra = info.json_schema_extra
    place = extra.get("position", 0) if isinstance(extra, dict) else 0
    return place if isinstance(place, int) else 0


def _options(name: str, info: FieldInfo) -> list[click.Parameter]:
    flag = f"--{name.replace('_', '-')}"
    kind = bare(info.annotation)
    told = info.description or ""
    if kind is ListChange:
        rest = flag.removeprefix("--")
        return [
            click.Option([flag, name], multiple=True, metavar="A,B", help=f"{told} Replaces the list."),
            click.Option([f"--add-{rest}", f"add_{name}"], multiple=True, metavar="A,B", help="Add to it."),
            click.Option([f"--remove-{rest}", f"remove_{name}"], multiple=True, metavar="A,B", help="Take out of it."),
        ]
    if kind is bool:
        if _is_switch(info):
            return [click.Option([flag, name], is_flag=True, help=told)]
        both = f"{flag}/--no-{flag.removeprefix('--')}"
        return [click.Option([both, name], default=None, required=info.is_required(), help=told)]
    if is_list(info):
        choices = _choices(_item(kind))
        shown = f"{told} ({', '.join(choices)})" if choices else told
        return [
            click.Option([flag, name], multiple=True, metavar=_metavar(info), help=shown, required=info.is_required())
        ]
    choices = _choices(kind)
    shape: click.ParamType[Any] = click.Choice(choices, case_sensitive=False) if choices else click.STRING
    metavar = None if choices else "TIME" if kind is datetime else "N" if kind is int else "TEXT"
    default = _shown_default(info)
    return [
        click.Option(
            [flag, name], type=shape, metavar=metavar, help=told, required=info.is_required(), show_default=default
        )
    ]


def _metavar(info: FieldInfo) -> str:
    return "A,B" if _takes_commas(info) else "TEXT"


def _shown_default(info: FieldInfo) -> str | bool:
    value = None if info.is_required() else info.get_default()
    return str(value.value if isinstance(value, Enum) else value) if value not in (None, "", (), 0) else False


def _is_switch(info: FieldInfo) -> bool:
    return not info.is_required() and info.get_default() is False


def _item(kind: Any) -> Any:
    parts = get_args(kind)
    return bare(parts[0]) if parts else str


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(value) for value in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(one.value) for one in kind]
    return []


def _takes_commas(info: FieldInfo) -> bool:
    """Lists of words and of fixed values; a text that may hold a comma itself is repeated instead."""
    if any(getattr(one, "func", None) is words for one in info.metadata):
        return True
    return bool(_choices(_item(bare(info.annotation))))


def _split(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in str(value).split(",") if part.strip())


def _change(name: str, typed: dict[str, Any]) -> dict[str, Any] | None:
    whole, more, less = typed.get(name), typed.get(f"add_{name}"), typed.get(f"remove_{name}")
    found: dict[str, Any] = {}
    if whole:
        found["replace"] = _split(whole)
    if more:
        found["add"] = _split(more)
    if less:
        found["remove"] = _split(less)
    return found or None


def _moment(name: str, text: str, zone: tzinfo, now: datetime) -> datetime:
    try:
        return when.from_micros(when.parse(text, now=now, zone=zone, end=name in _END), zone)
    except ValueError as error:
        raise click.UsageError(str(error)) from None

"""Shapes: the commonest lines of a program, said as data, so that they can be read in bulk and without Python.

A shape is a regular expression and how the fields are made of its groups. It adds nothing to what the program's parser
gives: for a message that has the shape, both must give the same (`tests/ingest/test_columns.py` looks for that). Only
what `ingest.shapes` can translate is allowed: literals, sets without classes such as `\\d`, greedy repeats of a set,
groups that may be absent, alternatives, `\\Z`. Shapes are asked for ASCII messages whose end needs no trimming.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mailwake.events.fact import Fields, Parsed

TEXT, WHOLE, DECIMAL, CONSTANT, MERGED, MAPPED, LISTED = range(7)
"""How a field is made of a group; the numbers are those of `c/native.h`."""


class Field(NamedTuple):
    """One field; one whose group took no part is left out."""

    how: int
    name: str
    group: int
    argument: Any = None


def text(name: str, group: int) -> Field:
    """The group's text."""
    return Field(TEXT, name, group)


def whole(name: str, group: int) -> Field:
    """A whole number of 1 to 18 digits."""
    return Field(WHOLE, name, group)


def listed(name: str, group: int, between: str) -> Field:
    """A list of the parts of the group's text, and what stands between them."""
    return Field(LISTED, name, group, between)


def decimal(name: str, group: int) -> Field:
    """A decimal number of 1 to 15 digits, maybe below zero."""
    return Field(DECIMAL, name, group)


def constant(name: str, value: object) -> Field:
    """Always the same."""
    return Field(CONSTANT, name, 0, value)


def merged(read: Callable[[str], Fields], group: int) -> Field:
    """Several fields that a function reads from the group; it is pure, fails for no text that the group matches,
    and its results are kept."""
    return Field(MERGED, "", group, read)


def mapped(name: str, group: int, values: Mapping[str, object]) -> Field:
    """What the group's text stands for; it must be one of the keys."""
    return Field(MAPPED, name, group, dict(values))


class Shape(NamedTuple):
    """Lines of one kind."""

    pattern: str
    """Matched at the start of the message."""
    kind: str
    key: int = 0
    """Group of the key; 0 for none."""
    fields: tuple[Field, ...] = ()
    finish: Callable[[Fields], None] | None = None
    """Adds the fields that follow from others."""

    def read(self, message: str) -> Parsed | None:
        """What a message of this shape says, None for any other: for tests, and the definition of all the above."""
        found = re.compile(self.pattern, re.DOTALL).match(message)
        if found is None:
            return None
        fields: Fields = {}
        for field in self.fields:
            value = found[field.group] if field.how != CONSTANT else field.argument
            if value is None:
                continue
            if field.how == MERGED:
                fields.update(field.argument(value))
            else:
                fields[field.name] = _value(field, value)
        if self.finish is not None:
            self.finish(fields)
        return self.kind, (found[self.key] or "") if self.key else "", fields


def _value(field: Field, value: Any) -> object:
    if field.how == WHOLE:
        return int(value)
    if field.how == DECIMAL:
        return 0.0 + float(value)
    if field.how == LISTED:
        return value.split(field.argument)
    return field.argument[value] if field.how == MAPPED else value

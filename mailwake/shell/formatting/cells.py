"""A value in a cell of a table or a line of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailwake.shell.objects import HashTable, PSObject, Size, Value
from mailwake.shell.properties import Property, read
from mailwake.shell.session import Session
from mailwake.shell.values.convert import to_int
from mailwake.shell.values.written import date_text, formatted, to_text


@dataclass(frozen=True, slots=True)
class Formatted:
    """Lines that are laid out already: what Format-Table and its kin give."""

    lines: tuple[str, ...]

    type_name = "Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData"


def enumeration_limit(session: Session) -> int:
    """`$FormatEnumerationLimit`: how many values of a list are shown; below 0 all."""
    value = session.variable("FormatEnumerationLimit")
    return to_int(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 4


def cell(value: Value, session: Session, limit: int, format: str = "") -> str:
    """A value as text: `{a, b, c, d...}` for lists, dates in the session's culture."""
    culture = session.settings.culture
    if format and not isinstance(value, list | HashTable):
        return formatted(
            value, format.removeprefix("{0:").removesuffix("}") if format.startswith("{0:") else format, culture
        )
    if isinstance(value, list):
        return _braced([_item(one, session) for one in value[: limit if limit >= 0 else None]], len(value))
    if isinstance(value, HashTable):
        pairs = value.items()
        shown = pairs[: limit if limit >= 0 else None]
        return _braced([f"[{to_text(key)}, {_item(one, session)}]" for key, one in shown], len(pairs))
    return _item(value, session)


def _braced(shown: list[str], count: int) -> str:
    return "{" + ", ".join(shown) + ("..." if count > len(shown) else "") + "}"


def _item(value: Value, session: Session) -> str:
    if isinstance(value, datetime):
        return date_text(value, "G", session.settings.culture)
    return to_text(value, session.settings.culture)


def property_cell(one: Property, item: Value, session: Session, limit: int) -> str:
    """A property of an object as text."""
    return cell(read(one, item), session, limit, one.format)


def is_plain(value: Value) -> bool:
    """Whether a value is shown as its text, whatever the format."""
    return isinstance(value, str | bool | int | float | Size) or value is None


def as_rows(value: Value) -> list[Value]:
    """A hashtable is shown as its pairs; anything else is itself."""
    if isinstance(value, HashTable):
        kind = "System.Collections.DictionaryEntry"
        return [PSObject({"Name": key, "Value": one}, kind) for key, one in value.items()]
    return [value]

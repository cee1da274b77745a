"""Conversion of values to types, with the messages of PowerShell where one is not possible."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from mailwake.shell.dates import INVARIANT, Culture, parse_date, parse_span
from mailwake.shell.errors import ShellError
from mailwake.shell.objects import ArrayList, HashTable, PSObject, Size, Value, as_list, type_name
from mailwake.shell.syntax import lexemes
from mailwake.shell.values.written import brief, to_text

ALIASES = {
    "int": "System.Int32",
    "int32": "System.Int32",
    "int16": "System.Int32",
    "byte": "System.Byte",
    "uint32": "System.UInt32",
    "long": "System.Int64",
    "int64": "System.Int64",
    "double": "System.Double",
    "float": "System.Double",
    "single": "System.Double",
    "decimal": "System.Double",
    "string": "System.String",
    "char": "System.Char",
    "bool": "System.Boolean",
    "boolean": "System.Boolean",
    "switch": "System.Management.Automation.SwitchParameter",
    "datetime": "System.DateTime",
    "timespan": "System.TimeSpan",
    "guid": "System.Guid",
    "array": "System.Object[]",
    "object": "System.Object",
    "psobject": "System.Management.Automation.PSObject",
    "pscustomobject": "System.Management.Automation.PSCustomObject",
    "hashtable": "System.Collections.Hashtable",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "regex": "System.Text.RegularExpressions.Regex",
    "math": "System.Math",
    "void": "System.Void",
    "bytequantifiedsize": "Microsoft.Exchange.Data.ByteQuantifiedSize",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "arraylist": "System.Collections.ArrayList",
    "collections.arraylist": "System.Collections.ArrayList",
    "exception": "System.Exception",
}
"""Types by the short names in which they are written."""

_KNOWN = {name.lower(): name for name in ALIASES.values()}
_LIST = re.compile(r"(?:system\.)?collections\.generic\.list\[[\w.]+\]$")


def resolve_type(name: str) -> str | None:
    """The .NET name of a type the language knows; arrays end in `[]`."""
    lowered = name.lower().replace(" ", "")
    if lowered.endswith("[]"):
        inner = resolve_type(lowered[:-2])
        return f"{inner}[]" if inner else None
    if _LIST.match(lowered):
        return "System.Collections.ArrayList"
    found = ALIASES.get(lowered) or _KNOWN.get(lowered) or ALIASES.get(lowered.removeprefix("system."))
    return found or _KNOWN.get("system." + lowered) or _KNOWN.get("system.collections." + lowered)


@dataclass(frozen=True, slots=True)
class Settings:
    """What conversions depend on: the session's culture and zone, and the time it is."""

    culture: Culture
    zone: tzinfo
    now: Callable[[], datetime]
    """The present time, with a zone."""


def to_bool(value: Value) -> bool:
    """Whether a value counts as true: not $null, 0, an empty string, an empty list."""
    if isinstance(value, list):
        if not value:
            return False
        return to_bool(value[0]) if len(value) == 1 else True
    if isinstance(value, bool | int | float | str):
        return bool(value)
    return value is not None


def refused(value: Value, type: str, why: str) -> ShellError:
    """The error for a conversion that is not possible."""
    text = f'Cannot convert value "{brief(value, 200)}" to type "{type}".' + (f' Error: "{why}"' if why else "")
    return ShellError(
        text, "InvalidCastFromStringToInteger" if "Int" in type else "InvalidCast", category="InvalidArgument"
    )


_DIGITS = re.compile(r"[+-]?\d{1,400}$")
_FLOAT = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,5})?$", re.IGNORECASE)
_WRONG_SHAPE = "Input string was not in a correct format."


def to_number(value: Value) -> int | float | None:
    """A value as a number, or None: `"5"`, `"1,000"`, `"10MB"`, `"0x1F"`, true as 1, $null as 0."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, Size):
        return value.bytes
    if isinstance(value, list) and len(value) == 1:
        return to_number(value[0])
    if not isinstance(value, str):
        return None
    text = value.strip().replace(",", "") if "," in value else value.strip()
    if not text:
        return 0
    if _DIGITS.match(text):
        return bounded(int(text))
    if _FLOAT.match(text):
        return float(text)
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = lexemes.NUMBER.match(digits)
    return sign * lexemes.number(digits) if found and found.end() == len(digits) else None


def bounded(value: int | float) -> int | float:
    """A whole number that no longer fits into 64 bits goes on as a float."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return value


_RANGES = {"System.Int32": 31, "System.Int64": 63, "System.UInt32": 32, "System.Byte": 8}


def to_int(value: Value, type: str = "System.Int32") -> int:
    """A whole number, rounded half to even; raises `ShellError`."""
    number = to_number(value)
    if number is None:
        if not isinstance(value, str):
            raise unfit(value, type)
        raise refused(value, type, _WRONG_SHAPE)
    if number != number or abs(number) == float("inf"):
        raise refused(value, type, "Value was either too large or too small for an Int32.")
    whole = round(number)
    bits = _RANGES[type]
    low = 0 if type in ("System.UInt32", "System.Byte") else -(2**bits)
    if not low <= whole < 2**bits:
        raise refused(
            value, type, f"Value was either too large or too small for {'an' if 'Int' in type else 'a'} {type[7:]}."
        )
    return whole


def unfit(value: Value, type: str) -> ShellError:
    """The error for a value whose type cannot become another."""
    text = f'Cannot convert the "{brief(value, 200)}" value of type "{type_name(value)}" to type "{type}".'
    return ShellError(text, "ConvertToFinalInvalidCastException", category="InvalidArgument")


def to_date(value: Value, settings: Settings, culture: Culture = INVARIANT) -> datetime:
    """A date; raises `ShellError`."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        found = parse_date(value, culture, settings.zone, settings.now().astimezone(settings.zone))
        if found is None:
            raise refused(value, "System.DateTime", "String was not recognized as a valid DateTime.")
        return found
    if isinstance(value, int) and not isinstance(value, bool):  # ticks of 100 ns since the year 1
        try:
            return datetime(1, 1, 1) + timedelta(microseconds=value // 10)
        except OverflowError:
            pass
    raise unfit(value, "System.DateTime")


def to_span(value: Value) -> timedelta:
    """A time span; raises `ShellError`. A string or Exchange's `90` alone is days, a number ticks of 100 ns."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return timedelta(microseconds=value / 10)
        except (OverflowError, ValueError):
            raise unfit(value, "System.TimeSpan") from None
    if isinstance(value, str):
        found = parse_span(value)
        if found is None:
            raise refused(value, "System.TimeSpan", "String was not recognized as a valid TimeSpan.")
        return found
    raise unfit(value, "System.TimeSpan")


def to_guid(value: Value) -> UUID:
    """A GUID; raises `ShellError`."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(value.strip())
        except ValueError:
            why = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
            raise refused(value, "System.Guid", why) from None
    raise unfit(value, "System.Guid")


_SIZE = re.compile(
    r"\s*(?P<amount>\d[\d.,]*)\s*(?P<unit>[KMGT]?B)?\s*(?:\((?P<bytes>[\d,]+) bytes\))?\s*$", re.IGNORECASE
)


def to_size(value: Value) -> Size:
    """An amount of bytes: `10MB`, `12.3 KB (12,600 bytes)`, a number; raises `ShellError`."""
    if isinstance(value, Size):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**63:
        return Size(int(value))
    if isinstance(value, str) and (found := _SIZE.match(value)):
        try:
            if found["bytes"]:
                return Size(int(found["bytes"].replace(",", "")))
            unit = (found["unit"] or "").lower().replace("b", "") + "b"
            factor = lexemes.MULTIPLES["" if unit == "b" else unit]
            return Size(int(float(found["amount"].replace(",", "")) * factor))
        except (ValueError, OverflowError):
            pass
    raise refused(value, "Microsoft.Exchange.Data.ByteQuantifiedSize", _WRONG_SHAPE)


def cast(value: Value, type: str, settings: Settings, culture: Culture = INVARIANT) -> Value:
    """A value as the type with this .NET name; raises `ShellError`."""
    if type.endswith("[]") or type == "System.Array":
        inner = type[:-2]
        items = as_list(value) if not isinstance(value, HashTable) else [value]
        return [cast(item, inner, settings, culture) for item in items] if inner != "System.Object" else list(items)
    if type in _RANGES:
        return to_int(value, type)
    simple = _SIMPLE.get(type)
    if simple is not None:
        return simple(value)
    if type == "System.DateTime":
        return to_date(value, settings, culture)
    if type in ("System.Collections.Hashtable", "System.Collections.Specialized.OrderedDictionary"):
        if not isinstance(value, HashTable):
            raise unfit(value, type)
        return HashTable(value.items(), ordered=type.endswith("OrderedDictionary"))
    return value


def _custom_object(value: Value) -> Value:
    if isinstance(value, HashTable):
        return PSObject((to_text(key), item) for key, item in value.items())
    return value


def _floating(value: Value) -> float:
    number = to_number(value)
    if number is None:
        raise refused(value, "System.Double", _WRONG_SHAPE)
    return float(number)


def _char(value: Value) -> str:
    if isinstance(value, int) and 0 <= value < 0x110000 and not 0xD800 <= value < 0xE000:
        return chr(value)
    text = to_text(value)
    if len(text) != 1:
        raise refused(value, "System.Char", "String must be exactly one character long.")
    return text


def _boolean(value: Value) -> bool:
    return to_bool(value)


_SIMPLE: dict[str, Callable[[Value], Value]] = {
    "System.String": to_text,
    "System.Boolean": _boolean,
    "System.Management.Automation.SwitchParameter": _boolean,
    "System.Double": _floating,
    "System.Char": _char,
    "System.TimeSpan": to_span,
    "System.Guid": to_guid,
    "Microsoft.Exchange.Data.ByteQuantifiedSize": to_size,
    "System.Management.Automation.PSCustomObject": _custom_object,
    "System.Management.Automation.PSObject": _custom_object,
    "System.Collections.ArrayList": lambda value: ArrayList(as_list(value)),
    "System.Void": lambda value: [],
}

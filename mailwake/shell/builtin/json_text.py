"""ConvertTo-Json and ConvertFrom-Json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items, check_string
from mailwake.shell.members import pairs
from mailwake.shell.objects import HashTable, PSObject, Value
from mailwake.shell.parameter_types import INT, OBJECT, STRINGS, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.values.convert import bounded
from mailwake.shell.values.written import date_text, to_text

_MOST = 100


def _plain(value: Value, depth: int, call: Invocation) -> Any:
    """A value as JSON's types; below the depth as text."""
    call.step()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else to_text(value)
    if isinstance(value, datetime):
        return _date(value)
    if isinstance(value, list):
        return [_plain(item, depth - 1, call) for item in value] if depth >= 0 else to_text(value)
    if isinstance(value, PSObject | HashTable):
        if depth < 0:
            return to_text(value)
        return {name: _plain(item, depth - 1, call) for name, item in pairs(value)}
    return to_text(value)


def _date(value: datetime) -> str:
    text = date_text(value, "yyyy-MM-ddTHH:mm:ss")
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    return text + date_text(value, "%K")


def _to_json(call: Invocation) -> Iterator[Value]:
    given = call.given("InputObject")
    items = [call.get("InputObject")] if given else list(call.input)
    check_items(len(items))
    depth = call.get("Depth", 2)
    single = len(items) == 1 and not call.get("AsArray")
    value = items[0] if single else items
    plain = _plain(value, depth if single else depth + 1, call)
    if call.get("Compress"):
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    else:
        text = json.dumps(plain, ensure_ascii=False, indent=2)
    check_string(len(text))
    yield text.encode("utf-8", "replace").decode()


def _object(value: Any, *, table: bool) -> Value:
    if isinstance(value, dict):
        made = [(name, _object(item, table=table)) for name, item in value.items()]
        return HashTable(made, ordered=True) if table else PSObject(made)
    if isinstance(value, list):
        return [_object(item, table=table) for item in value]
    return bounded(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _parsed(text: str) -> Any:
    check_string(len(text))
    return json.loads(text)


def _from_json(call: Invocation) -> Iterator[Value]:
    texts = call.get("InputObject") if call.given("InputObject") else [to_text(item) for item in call.input]
    table = bool(call.get("AsHashtable"))
    try:
        try:
            values = [_parsed(text) for text in texts if text.strip()]
        except ValueError:
            values = [_parsed("\n".join(texts))]
        for value in values:
            made = _object(value, table=table)
            if isinstance(made, list) and not call.get("NoEnumerate"):
                yield from made
            else:
                yield made
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ShellError(
            f"Conversion from JSON failed with error: {why}.", "JsonConversion", category="InvalidArgument"
        ) from None


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    registry.add(
        Cmdlet(
            "ConvertTo-Json",
            _to_json,
            (
                Parameter("InputObject", OBJECT, 1, help="What is converted; a list is one array."),
                Parameter(
                    "Depth", INT, help="Levels of objects inside objects; 2 if not given.", minimum=0, maximum=_MOST
                ),
                Parameter("Compress", SWITCH, help="In one line."),
                Parameter("AsArray", SWITCH, help="A single object as an array, too."),
                Parameter("EnumsAsStrings", SWITCH, hidden=True),
            ),
            "Objects as JSON.",
            examples=(Example("Get-MessageTraceV2 | Select-Object -First 5 | ConvertTo-Json", "Five rows."),),
            takes_stream=True,
        ),
        Cmdlet(
            "ConvertFrom-Json",
            _from_json,
            (
                Parameter("InputObject", STRINGS, 1, help="The text."),
                Parameter("AsHashtable", SWITCH, help="Hashtables instead of objects."),
                Parameter("Depth", INT, hidden=True),
                Parameter("NoEnumerate", SWITCH, help="An array as one object."),
            ),
            "JSON as objects.",
            takes_stream=True,
        ),
    )

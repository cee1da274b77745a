"""Measure-Object."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mailwake.shell.builtin.sorting import sort_key
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.members import member
from mailwake.shell.objects import MISSING, PSObject, Value
from mailwake.shell.parameter_types import OBJECT, STRINGS, SWITCH
from mailwake.shell.registry import Cmdlet, Column, Example, OutputType, Parameter, Registry, View
from mailwake.shell.values.convert import bounded, to_number
from mailwake.shell.values.written import brief, to_text

_NUMBERS = "Microsoft.PowerShell.Commands.GenericMeasureInfo"
_TEXT = "Microsoft.PowerShell.Commands.TextMeasureInfo"


def _measure(call: Invocation) -> Iterator[Value]:
    items: list[Value] = []
    for item in call.input:
        items.append(item)
        check_items(len(items))
    names = call.get("Property") or [""]
    text = any(call.get(name) for name in ("Line", "Word", "Character"))
    for name in names:
        values = [value for item in items if (value := _value(item, name)) is not MISSING and value is not None]
        if name and items and not values and all(_value(item, name) is MISSING for item in items):
            call.error(
                f'The property "{name}" cannot be found in the input for any objects.',
                "GenericMeasurePropertyNotFound",
                "InvalidArgument",
            )
            continue
        yield _text(call, values, name) if text else _numbers(call, values, name)


def _value(item: Value, name: str) -> Value:
    return member(item, name) if name else item


def _numbers(call: Invocation, values: list[Value], name: str) -> PSObject:
    every = call.get("AllStats")
    made: dict[str, Value] = {"Count": len(values)}
    wants_numbers = every or any(call.get(one) for one in ("Sum", "Average", "StandardDeviation"))
    converted = [_number(call, value) for value in values] if wants_numbers else []
    numbers: list[int | float] = [number for number in converted if number is not None]
    total = math.fsum(numbers) if any(isinstance(number, float) for number in numbers) else sum(numbers)
    mean = total / len(numbers) if numbers else None
    made["Average"] = mean if every or call.get("Average") else None
    made["Sum"] = bounded(total) if every or call.get("Sum") else None
    made["Maximum"] = max(values, key=sort_key, default=None) if every or call.get("Maximum") else None
    made["Minimum"] = min(values, key=sort_key, default=None) if every or call.get("Minimum") else None
    spread = _spread(numbers, mean) if every or call.get("StandardDeviation") else None
    made["StandardDeviation"] = spread
    made["Property"] = name or None
    return PSObject(made, _NUMBERS)


def _number(call: Invocation, value: Value) -> int | float | None:
    number = to_number(value)
    if number is None:
        call.error(
            f'Input object "{brief(value, 100)}" is not numeric.',
            "NonNumericInputObject",
            "InvalidType",
            brief(value, 60),
        )
    return number


def _spread(numbers: list[int | float], mean: float | None) -> float | None:
    if mean is None or len(numbers) < 2:
        return 0.0 if numbers else None
    return math.sqrt(sum((float(number) - mean) ** 2 for number in numbers) / (len(numbers) - 1))


def _text(call: Invocation, values: list[Value], name: str) -> PSObject:
    texts = [to_text(value) for value in values]
    lines = sum(len(text.splitlines()) or 1 for text in texts) if call.get("Line") else None
    words = sum(len(text.split()) for text in texts) if call.get("Word") else None
    blanks = bool(call.get("IgnoreWhiteSpace"))
    chars = (
        sum(sum(not (blanks and char.isspace()) for char in text) for text in texts) if call.get("Character") else None
    )
    return PSObject({"Lines": lines, "Words": words, "Characters": chars, "Property": name or None}, _TEXT)


def register(registry: Registry) -> None:
    """Add the cmdlet and its types."""
    registry.add_type(
        OutputType(_NUMBERS, ("Count", "Average", "Sum", "Maximum", "Minimum", "StandardDeviation", "Property")),
        OutputType(
            _TEXT,
            ("Lines", "Words", "Characters", "Property"),
            View.TABLE,
            (Column("Lines"), Column("Words"), Column("Characters"), Column("Property")),
        ),
    )
    switches = (
        "Sum",
        "Average",
        "Maximum",
        "Minimum",
        "StandardDeviation",
        "AllStats",
        "Line",
        "Word",
        "Character",
        "IgnoreWhiteSpace",
    )
    registry.add(
        Cmdlet(
            "Measure-Object",
            _measure,
            (
                Parameter("Property", STRINGS, 1, help="What is measured; the objects themselves if not given."),
                *(Parameter(name, SWITCH) for name in switches),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Counts objects, adds up and compares their values.",
            examples=(
                Example("Get-MessageTraceV2 | Measure-Object Size -Sum -Average", "Bytes in all and on average."),
            ),
            output=(_NUMBERS,),
            aliases=("measure",),
            takes_stream=True,
        )
    )

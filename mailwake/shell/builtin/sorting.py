"""Sort-Object and Get-Unique."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.objects import Size, Value
from mailwake.shell.parameter_types import INT, OBJECT, OBJECTS, SWITCH
from mailwake.shell.properties import Property, properties_of, read
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.values.written import to_text


def sort_key(value: Value, *, case: bool = False) -> tuple[int, Any]:
    """What values are ordered by: $null first, then numbers, dates, time spans, texts."""
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value if value == value else float("-inf"))
    if isinstance(value, Size):
        return (1, value.bytes)
    if isinstance(value, datetime):
        return (2, value if value.tzinfo is not None else value.replace(tzinfo=UTC))
    if isinstance(value, timedelta):
        return (3, value)
    text = to_text(value)
    return (4, text if case else text.lower())


def _sort(call: Invocation) -> Iterator[Value]:
    items: list[Value] = []
    for item in call.input:
        items.append(item)
        check_items(len(items))
    properties = properties_of(call.get("Property", [])) or [Property("", lambda item: item)]
    case = bool(call.get("CaseSensitive"))
    keyed = [(tuple(sort_key(read(one, item), case=case) for one in properties), item) for item in items]
    call.session.budget.step(len(items))
    for place in range(len(properties) - 1, -1, -1):
        order = properties[place].descending
        down = bool(call.get("Descending")) if order is None else order
        keyed.sort(key=lambda pair, place=place: pair[0][place], reverse=down)  # type: ignore[misc]
    if call.get("Unique"):
        keyed = [pair for at, pair in enumerate(keyed) if not at or pair[0] != keyed[at - 1][0]]
    ordered = [item for _, item in keyed]
    if call.given("Top"):
        ordered = ordered[: call.get("Top")]
    if call.given("Bottom"):
        ordered = ordered[max(len(ordered) - call.get("Bottom"), 0) :]
    yield from ordered


def _unique(call: Invocation) -> Iterator[Value]:
    last: Any = None
    for item in call.input:
        key = sort_key(item, case=True)
        if key != last:
            yield item
        last = key


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    registry.add(
        Cmdlet(
            "Sort-Object",
            _sort,
            (
                Parameter(
                    "Property", OBJECTS, 1, help="What to sort by; @{Expression='x';Descending=$true} for one of them."
                ),
                Parameter("Descending", SWITCH, help="The greatest first."),
                Parameter("Unique", SWITCH, help="Each of those that are equal once."),
                Parameter("CaseSensitive", SWITCH, help="Capitals are not small letters."),
                Parameter("Top", INT, help="So many from the begin.", minimum=1),
                Parameter("Bottom", INT, help="So many from the end.", minimum=1),
                Parameter("Stable", SWITCH, help="Those that are equal keep their order; they always do."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Sorts objects.",
            examples=(Example("Get-MessageTraceV2 | Sort-Object Size -Descending", "The largest first."),),
            aliases=("sort",),
            takes_stream=True,
        ),
        Cmdlet(
            "Get-Unique",
            _unique,
            (
                Parameter("AsString", SWITCH, help="Compare as text; it always does."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Of equal objects that follow each other, gives one.",
            aliases=("gu",),
            takes_stream=True,
        ),
    )

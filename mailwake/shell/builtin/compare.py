"""Compare-Object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailwake.shell.builtin.selecting import identity
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.objects import PSObject, Value
from mailwake.shell.parameter_types import OBJECTS, SWITCH
from mailwake.shell.properties import Property, properties_of, read
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry


def _compare(call: Invocation) -> Iterator[Value]:
    left = call.get("ReferenceObject")
    right = call.get("DifferenceObject") if call.given("DifferenceObject") else list(call.input)
    check_items(len(left) + len(right))
    properties = properties_of(call.get("Property", []))
    case = bool(call.get("CaseSensitive"))

    def key(item: Value) -> Value:
        made = identity([read(one, item) for one in properties] if properties else item)
        return made if case else _lowered(made)

    here, there = Counter(map(key, left)), Counter(map(key, right))
    if call.get("IncludeEqual") or call.get("ExcludeDifferent"):
        yield from _side(left, key, here & there, "==", properties)
    if not call.get("ExcludeDifferent"):
        yield from _side(right, key, there - here, "=>", properties)
        yield from _side(left, key, here - there, "<=", properties)


def _lowered(key: Value) -> Value:
    if isinstance(key, str):
        return key.lower()
    return tuple(_lowered(part) for part in key) if isinstance(key, tuple) else key


def _side(
    items: list[Value], key: object, left: Counter[Value], sign: str, properties: list[Property]
) -> Iterator[Value]:
    """The objects of one side that a counter still holds."""
    assert callable(key)
    remaining = Counter(left)
    for item in items:
        own = key(item)
        if remaining[own] <= 0:
            continue
        remaining[own] -= 1
        pairs = [(one.label, read(one, item)) for one in properties] if properties else [("InputObject", item)]
        yield PSObject([*pairs, ("SideIndicator", sign)])


def register(registry: Registry) -> None:
    """Add the cmdlet."""
    registry.add(
        Cmdlet(
            "Compare-Object",
            _compare,
            (
                Parameter("ReferenceObject", OBJECTS, 1, mandatory=True, help="What is compared with."),
                Parameter("DifferenceObject", OBJECTS, 2, help="What is compared."),
                Parameter("Property", OBJECTS, 3, help="By which properties."),
                Parameter("IncludeEqual", SWITCH, help="Those that are in both, too."),
                Parameter("ExcludeDifferent", SWITCH, help="Only those that are in both."),
                Parameter("CaseSensitive", SWITCH, help="Capitals are not small letters."),
            ),
            "Shows what is in one of two lists only.",
            examples=(Example("Compare-Object $before $after -Property Name", "What came and went."),),
            aliases=("compare", "diff"),
            takes_stream=True,
        )
    )

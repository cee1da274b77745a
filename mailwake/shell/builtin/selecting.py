"""Select-Object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from mailwake.shell import members
from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import MISSING, HashTable, PSObject, Value, each, type_name
from mailwake.shell.parameter_types import INT, INTS, OBJECT, OBJECTS, STRING, STRINGS, SWITCH
from mailwake.shell.properties import Property, expanded, properties_of, read
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.values.patterns import has_wildcard, like
from mailwake.shell.values.written import brief, to_text


def identity(value: Value) -> Value:
    """What two values share if they count as the same: all their properties, or their text."""
    if isinstance(value, PSObject | HashTable):
        return tuple((name, identity(item)) for name, item in members.pairs(value))
    if isinstance(value, list):
        return tuple(identity(item) for item in value)
    return (type(value).__name__, to_text(value))


def _counted(call: Invocation) -> Iterator[Value]:
    """The objects that -First, -Last, -Skip and -Index leave; after the last one nothing more is asked for."""
    first, last, skip = call.get("First"), call.get("Last"), call.get("Skip", 0)
    stream = call.input
    if call.given("Index"):
        wanted = set(call.get("Index"))
        yield from (item for place, item in enumerate(islice(stream, max(wanted, default=-1) + 1)) if place in wanted)
        return
    if call.given("SkipLast"):
        stream = _without_last(stream, call.get("SkipLast"))
    if last is not None and first is None:
        kept = deque(stream, maxlen=last + skip)
        yield from list(kept)[: max(len(kept) - skip, 0)] if skip else kept
        return
    stream = islice(stream, skip, None)
    if first is None:
        yield from stream
        return
    yield from islice(stream, first)
    if last is not None:
        yield from deque(stream, maxlen=last)


def _without_last(stream: Iterator[Value], count: int) -> Iterator[Value]:
    held: deque[Value] = deque()
    for item in stream:
        held.append(item)
        if len(held) > count:
            yield held.popleft()


def _select(call: Invocation) -> Iterable[Value]:
    items = _counted(call)
    properties = properties_of(call.get("Property", []))
    exclude = call.get("ExcludeProperty", [])
    if exclude and not properties:
        properties = properties_of(["*"])
    expand = call.get("ExpandProperty")
    if expand is not None:
        made: Iterator[Value] = _expand(call, items, expand)
    elif properties:
        made = (_picked(item, properties, exclude) for item in items)
    else:
        made = items
    return _unique(made) if call.get("Unique") else made


def _unique(items: Iterator[Value]) -> Iterator[Value]:
    seen = set()
    for item in items:
        key = identity(item)
        if key not in seen:
            seen.add(key)
            yield item


def _picked(item: Value, properties: list[Property], exclude: list[str]) -> PSObject:
    """A new object with the properties asked for; those that the old one does not have are $null."""
    wanted = expanded(properties, item, exclude)
    kind = type_name(item)
    kind = kind if kind.startswith("Selected.") else f"Selected.{kind}"
    return PSObject([(one.label, read(one, item)) for one in wanted], kind)


def _expand(call: Invocation, items: Iterator[Value], name: str) -> Iterator[Value]:
    for item in items:
        wanted = name
        if has_wildcard(name):
            found = [known for known, _ in members.pairs(item) if like(known, name)]
            if len(found) != 1:
                raise ShellError(f'Property "{name}" must match exactly one property.', "ExpandPropertyAmbiguous")
            wanted = found[0]
        value = members.member(item, wanted)
        if value is MISSING:
            call.error(
                f'Property "{name}" cannot be found.',
                "ExpandPropertyNotFound",
                "InvalidArgument",
                f"{brief(item, 60)}:PSObject",
            )
            continue
        yield from each(value) if value is not None else ()


def register(registry: Registry) -> None:
    """Add the cmdlet."""
    count = {"minimum": 0, "maximum": 2**31 - 1}
    registry.add(
        Cmdlet(
            "Select-Object",
            _select,
            (
                Parameter("Property", OBJECTS, 1, help="Names, wildcards, or @{Name='x';Expression={...}}."),
                Parameter("ExcludeProperty", STRINGS, help="Names and wildcards to leave out."),
                Parameter("ExpandProperty", STRING, help="The property whose values are given themselves."),
                Parameter("First", INT, help="So many from the begin.", **count),  # type: ignore[arg-type]
                Parameter("Last", INT, help="So many from the end.", **count),  # type: ignore[arg-type]
                Parameter("Skip", INT, help="So many not.", **count),  # type: ignore[arg-type]
                Parameter("SkipLast", INT, help="So many at the end not.", **count),  # type: ignore[arg-type]
                Parameter("Index", INTS, help="Those at these places, from 0."),
                Parameter("Unique", SWITCH, help="Each of those that are alike once."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Picks properties of objects, or some of the objects.",
            examples=(
                Example("Get-Mailbox anna | Select-Object -ExpandProperty AuditOwner", "One action to a line."),
                Example("Get-MessageTraceV2 | Select-Object -First 5 Received,Subject", "Five rows, two properties."),
            ),
            aliases=("select",),
            takes_stream=True,
        )
    )

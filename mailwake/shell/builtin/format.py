"""Format-List, Format-Table, Format-Wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mailwake.shell.formatting.cells import Formatted, as_rows, enumeration_limit, is_plain, property_cell
from mailwake.shell.formatting.listing import list_lines
from mailwake.shell.formatting.table import Table, table_for
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import Value
from mailwake.shell.parameter_types import INT, OBJECT, OBJECTS, STRINGS, SWITCH
from mailwake.shell.properties import Property, expanded, properties_of, property_of, read
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.screen import cut, padded, width
from mailwake.shell.values.written import to_text


def _items(call: Invocation) -> Iterator[Value]:
    for item in call.input:
        if item is not None:
            yield from as_rows(item)


def _grouped(call: Invocation, items: Iterable[Value]) -> Iterator[tuple[list[str], Iterable[Value]]]:
    """Runs of objects with the same value of -GroupBy, each with the lines above it."""
    if not call.given("GroupBy"):
        yield [], items
        return
    one = property_of(call.get("GroupBy"))
    for value, run in groupby(items, key=lambda item: to_text(read(one, item), call.settings.culture)):
        yield ["", f"   {one.label}: {value}"], run


def _list(call: Invocation) -> Iterator[Value]:
    properties = properties_of(call.get("Property", []))
    exclude = call.get("ExcludeProperty", [])
    if exclude and not properties:
        properties = properties_of(["*"])
    for heading, items in _grouped(call, _items(call)):
        first = True
        if heading:
            yield Formatted(tuple(heading))
        for item in items:
            lines = list_lines(item, properties, call.session, exclude)
            if is_plain(item) and not isinstance(item, bool):
                yield Formatted(tuple(lines))
            elif lines:
                yield Formatted((*([""] if first else []), *lines, ""))
                first = False


def _table(call: Invocation) -> Iterator[Value]:
    for heading, items in _grouped(call, _items(call)):
        rest = iter(items)
        first = next(rest, None)
        if first is None:
            continue
        if is_plain(first) and not call.given("Property"):
            yield Formatted((to_text(first),))
            yield from (Formatted((to_text(item),)) for item in rest)
            continue
        table = _prepared(call, first)
        yield Formatted((*heading, ""))
        for line in table.lines(_chained(first, rest)):
            yield Formatted((line,))
        yield Formatted(("",))


def _chained(first: Value, rest: Iterator[Value]) -> Iterator[Value]:
    yield first
    yield from rest


def _prepared(call: Invocation, first: Value) -> Table:
    given = properties_of(call.get("Property", []))
    table = Table(call.session, given) if given else table_for(first, call.session)
    exclude = call.get("ExcludeProperty", [])
    if exclude:
        table.properties = expanded(table.properties, first, exclude)
    table.auto_size = bool(call.get("AutoSize"))
    table.wrap = bool(call.get("Wrap"))
    table.headings = not call.get("HideTableHeaders")
    return table


def _wide(call: Invocation) -> Iterator[Value]:
    items = list(_items(call))
    if not items:
        return
    limit = enumeration_limit(call.session)
    chosen: Property | None = property_of(call.get("Property")) if call.given("Property") else None
    cells = []
    for item in items:
        one = chosen or (table_for(item, call.session).properties or [Property("", lambda value: value)])[0]
        cells.append(to_text(item) if is_plain(item) else property_cell(one, item, call.session, limit))
    room = call.session.host.width
    columns = call.get("Column") or 2
    if call.get("AutoSize"):
        columns = max(room // (max(map(width, cells)) + 1), 1)
    columns = min(columns, room)
    size = max((room - (columns - 1)) // columns, 1)
    lines = []
    for at in range(0, len(cells), columns):
        lines.append(" ".join(padded(cut(text, size), size) for text in cells[at : at + columns]).rstrip())
    yield Formatted(("", *lines, ""))


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    common = (
        Parameter("GroupBy", OBJECT, help="A property whose runs of equal values stand apart."),
        Parameter("ExcludeProperty", STRINGS, help="Names and wildcards to leave out."),
        Parameter("Force", SWITCH, hidden=True),
        Parameter("InputObject", OBJECT, hidden=True),
    )
    properties = Parameter("Property", OBJECTS, 1, help="Names, wildcards, or @{Name='x';Expression={...}}.")
    registry.add(
        Cmdlet(
            "Format-List",
            _list,
            (properties, *common),
            "Shows objects with one property to a line.",
            examples=(Example("Get-Mailbox anna | Format-List Audit*", "All that begins with Audit."),),
            aliases=("fl",),
            takes_stream=True,
        ),
        Cmdlet(
            "Format-Table",
            _table,
            (
                properties,
                Parameter("AutoSize", SWITCH, help="Columns as wide as they need; those without room are left out."),
                Parameter("Wrap", SWITCH, help="Long texts in several lines."),
                Parameter("HideTableHeaders", SWITCH, help="Without heading."),
                *common,
            ),
            "Shows objects in a table.",
            examples=(Example("Get-MessageTraceV2 | ft Received,Subject -AutoSize", "Two columns."),),
            aliases=("ft",),
            takes_stream=True,
        ),
        Cmdlet(
            "Format-Wide",
            _wide,
            (
                Parameter("Property", OBJECT, 1, help="The property shown; the first one if not given."),
                Parameter("Column", INT, help="How many columns; 2 if not given.", minimum=1, maximum=200),
                Parameter("AutoSize", SWITCH, help="As many columns as fit."),
                *common,
            ),
            "Shows one property of each object, several in a row.",
            aliases=("fw",),
            takes_stream=True,
        ),
    )

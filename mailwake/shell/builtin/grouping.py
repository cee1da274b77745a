"""Group-Object."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.builtin.sorting import sort_key
from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.objects import HashTable, PSObject, Value
from mailwake.shell.parameter_types import OBJECT, OBJECTS, SWITCH
from mailwake.shell.properties import Property, properties_of, read
from mailwake.shell.registry import Cmdlet, Column, Example, OutputType, Parameter, Registry, View
from mailwake.shell.values.written import to_text

_WITH = "Microsoft.PowerShell.Commands.GroupInfo"
_WITHOUT = "Microsoft.PowerShell.Commands.GroupInfoNoElement"


def _group(call: Invocation) -> Iterator[Value]:
    properties = properties_of(call.get("Property", [])) or [Property("", lambda item: item)]
    case = bool(call.get("CaseSensitive"))
    groups: dict[object, tuple[list[Value], list[Value]]] = {}
    total = 0
    for item in call.input:
        values = [read(one, item) for one in properties]
        total = check_items(total + 1)
        key = tuple(sort_key(value, case=case) for value in values)
        groups.setdefault(key, (values, []))[1].append(item)
    if call.get("AsHashTable"):
        yield _table(call, list(groups.values()))
        return
    for values, items in groups.values():
        name = ", ".join(to_text(value, call.settings.culture) for value in values)
        if call.get("NoElement"):
            yield PSObject({"Count": len(items), "Name": name, "Values": values}, _WITHOUT)
        else:
            yield PSObject({"Count": len(items), "Name": name, "Group": items, "Values": values}, _WITH)


def _table(call: Invocation, groups: list[tuple[list[Value], list[Value]]]) -> HashTable:
    if any(len(values) != 1 for values, _ in groups):
        raise ShellError("-AsHashTable takes one property.", "ArgumentException", category="InvalidArgument")
    text = bool(call.get("AsString"))
    return HashTable((to_text(values[0]) if text else values[0], items) for values, items in groups)


def register(registry: Registry) -> None:
    """Add the cmdlet and its types."""
    registry.add(
        Cmdlet(
            "Group-Object",
            _group,
            (
                Parameter("Property", OBJECTS, 1, help="What to group by."),
                Parameter("NoElement", SWITCH, help="Without the objects of each group."),
                Parameter("AsHashTable", SWITCH, aliases=("AHT",), help="A hashtable of the groups."),
                Parameter("AsString", SWITCH, help="With keys that are strings."),
                Parameter("CaseSensitive", SWITCH, help="Capitals are not small letters."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Groups objects that have the same value.",
            examples=(Example("Get-MessageTraceV2 | Group-Object Status -NoElement", "How many of each status."),),
            output=(_WITH,),
            aliases=("group",),
            takes_stream=True,
        )
    )
    count, name = Column("Count", right=True), Column("Name", right=False)
    registry.add_type(
        OutputType(_WITH, ("Count", "Name", "Group", "Values"), View.TABLE, (count, name, Column("Group"))),
        OutputType(_WITHOUT, ("Count", "Name", "Values"), View.TABLE, (count, name)),
    )

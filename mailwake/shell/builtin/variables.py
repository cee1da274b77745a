"""Get-Variable, Set-Variable, Clear-Variable, New-Object."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import NOTHING, ArrayList, HashTable, PSObject, Value, as_list
from mailwake.shell.parameter_types import HASHTABLE, OBJECT, OBJECTS, STRING, STRINGS, SWITCH
from mailwake.shell.registry import Cmdlet, Column, OutputType, Parameter, Registry, View
from mailwake.shell.session import Scope
from mailwake.shell.values.convert import resolve_type
from mailwake.shell.values.patterns import has_wildcard, like
from mailwake.shell.values.written import brief, to_text

_TYPE = "System.Management.Automation.PSVariable"


def _all(scope: Scope | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    while scope is not None:
        found = {**scope.variables, **found}
        scope = scope.parent
    return {name: None if value is NOTHING else value for name, value in found.items()}


def _get(call: Invocation) -> Iterator[Value]:
    known = _all(call.session.scope)
    for pattern in call.get("Name") or ["*"]:
        found = [name for name in sorted(known) if like(name, pattern)]
        if not found and not has_wildcard(pattern):
            call.error(
                f"Cannot find a variable with the name '{pattern}'.",
                "VariableNotFound",
                "ObjectNotFound",
                f"{pattern}:String",
            )
        for name in found:
            value = known[name]
            if call.get("ValueOnly"):
                yield value
            else:
                yield PSObject({"Name": name, "Value": value}, _TYPE)


def _set(call: Invocation) -> Iterator[Value]:
    if call.given("Value"):
        value = call.get("Value")
    else:
        items = list(call.input)
        value = items[0] if len(items) == 1 else items or None
    for name in call.get("Name"):
        call.session.assign(name.removeprefix("$"), value)
    yield from ()


def _clear(call: Invocation) -> Iterator[Value]:
    for name in call.get("Name"):
        if not call.session.known(name):
            call.error(
                f"Cannot find a variable with the name '{name}'.",
                "VariableNotFound",
                "ObjectNotFound",
                f"{name}:String",
            )
        else:
            call.session.assign(name, None)
    yield from ()


def _new_object(call: Invocation) -> Iterator[Value]:
    name = call.get("TypeName")
    kind = resolve_type(name) or ""
    properties = call.get("Property")
    if kind.endswith(("PSObject", "PSCustomObject")) or kind == "System.Object":
        yield (
            PSObject((to_text(key), value) for key, value in properties.items())
            if properties is not None
            else PSObject()
        )
    elif kind.endswith("ArrayList"):
        yield ArrayList(as_list(call.get("ArgumentList")))
    elif kind.endswith("Hashtable"):
        yield HashTable()
    else:
        text = f"Cannot make an object of the type [{name}]: New-Object makes PSObject, ArrayList and Hashtable here."
        raise ShellError(text, "TypeNotFound", category="InvalidType", target=name)


def _members_to_add(call: Invocation) -> list[tuple[str, Value]]:
    """Names and values, from parameters or positions: `Name value`, or `NoteProperty Name value`."""
    pairs = [(to_text(key), value) for key, value in (call.get("NotePropertyMembers") or HashTable()).items()]
    loose = list(call.get("Arguments", []))
    if loose and to_text(loose[0]).lower() == "noteproperty" and (len(loose) > 2 or call.given("NotePropertyName")):
        loose = loose[1:]
    name = call.get("NotePropertyName") or (to_text(loose.pop(0)) if loose else "")
    value = call.get("NotePropertyValue") if call.given("NotePropertyValue") else loose.pop(0) if loose else None
    if loose:
        raise ShellError(f"Add-Member cannot use the argument '{brief(loose[0])}'.", "PositionalParameterNotFound")
    return [*pairs, (name, value)] if name else pairs


def _add_member(call: Invocation) -> Iterator[Value]:
    pairs = _members_to_add(call)
    for item in call.input:
        if not isinstance(item, PSObject):
            raise ShellError("Add-Member adds to objects such as those of [PSCustomObject].", "InvalidInput")
        for name, value in pairs:
            if name in item and not call.get("Force"):
                text = f'Cannot add a member with the name "{name}" because one with that name already exists. '
                text += "To overwrite the member anyway, add the Force parameter to your command."
                call.error(text, "MemberAlreadyExists")
            else:
                item.set(name, value)
        if call.get("PassThru"):
            yield item


_NAME = Parameter("Name", STRINGS, 1, help="Names, without the dollar sign.")
_NEEDED = Parameter("Name", STRINGS, 1, mandatory=True, help="Names, without the dollar sign.")
_SCOPE = Parameter("Scope", STRING, hidden=True)


def _import_module(call: Invocation) -> Iterator[Value]:
    call.verbose("Modules are not loaded here: all cmdlets are there already.")
    yield from ()


_CMDLETS = (
    Cmdlet(
        "Get-Variable",
        _get,
        (_NAME, Parameter("ValueOnly", SWITCH, help="The values alone."), _SCOPE),
        "Shows variables.",
        output=(_TYPE,),
        aliases=("gv",),
        takes_stream=True,
    ),
    Cmdlet(
        "Set-Variable",
        _set,
        (
            _NEEDED,
            Parameter("Value", OBJECT, 2, help="The value; what comes down the pipeline if not given."),
            _SCOPE,
        ),
        "Sets a variable.",
        aliases=("sv", "set", "New-Variable", "nv"),
        takes_stream=True,
    ),
    Cmdlet(
        "Clear-Variable",
        _clear,
        (_NEEDED, _SCOPE),
        "Makes variables $null.",
        aliases=("clv", "Remove-Variable", "rv"),
        takes_stream=True,
    ),
    Cmdlet(
        "Import-Module",
        _import_module,
        (
            Parameter("Name", STRINGS, 1, help="A name; it means nothing."),
            Parameter("Force", SWITCH, hidden=True),
            Parameter("DisableNameChecking", SWITCH, hidden=True),
        ),
        "Taken for the sake of scripts; all cmdlets are there already.",
        aliases=("ipmo",),
        takes_stream=True,
    ),
    Cmdlet(
        "New-Object",
        _new_object,
        (
            Parameter("TypeName", STRING, 1, mandatory=True, help="PSObject, ArrayList, List[object] or Hashtable."),
            Parameter("ArgumentList", OBJECTS, 2, aliases=("Args",)),
            Parameter("Property", HASHTABLE, help="Properties and their values."),
        ),
        "Makes an object.",
        takes_stream=True,
    ),
    Cmdlet(
        "Add-Member",
        _add_member,
        (
            Parameter("NotePropertyName", STRING, aliases=("Name",), help="The property's name."),
            Parameter("NotePropertyValue", OBJECT, aliases=("Value",), help="Its value."),
            Parameter("Arguments", OBJECTS, remaining=True, hidden=True),
            Parameter("NotePropertyMembers", HASHTABLE, help="Several at once."),
            Parameter("MemberType", STRING, values=("NoteProperty",), help="Only NoteProperty."),
            Parameter("Force", SWITCH, help="Change it if it is there."),
            Parameter("PassThru", SWITCH, help="Hand the object on."),
            Parameter("InputObject", OBJECT, hidden=True),
        ),
        "Adds a property to objects.",
        takes_stream=True,
    ),
)


def register(registry: Registry) -> None:
    """Add the cmdlets and the type of variables."""
    registry.add(*_CMDLETS)
    entry = "System.Collections.DictionaryEntry"
    registry.add_type(OutputType(entry, ("Name", "Key", "Value"), View.TABLE, (Column("Name"), Column("Value"))))
    registry.add_type(OutputType(_TYPE, ("Name", "Value"), View.TABLE, (Column("Name"), Column("Value"))))

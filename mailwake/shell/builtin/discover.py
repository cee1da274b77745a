"""Get-Member, Get-Command, Get-Alias."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.builtin.help import syntax
from mailwake.shell.formatting.cells import Formatted
from mailwake.shell.invocation import Invocation
from mailwake.shell.members import pairs
from mailwake.shell.methods import kind_of
from mailwake.shell.objects import HashTable, PSObject, Value, type_name
from mailwake.shell.parameter_types import OBJECT, STRING, STRINGS, SWITCH
from mailwake.shell.registry import Cmdlet, Column, Example, OutputType, Parameter, Registry, View
from mailwake.shell.screen import cut, one_line
from mailwake.shell.values.patterns import has_wildcard, like
from mailwake.shell.values.written import to_text

_MEMBER = "Microsoft.PowerShell.Commands.MemberDefinition"
_COMMAND = "System.Management.Automation.CmdletInfo"
_ALIAS = "System.Management.Automation.AliasInfo"

_METHOD_NAMES = {
    "string": "Contains EndsWith IndexOf Insert LastIndexOf PadLeft PadRight Remove Replace Split StartsWith Substring "
    "ToCharArray ToLower ToUpper Trim TrimEnd TrimStart",
    "date": "Add AddDays AddHours AddMilliseconds AddMinutes AddMonths AddSeconds AddYears Subtract ToLocalTime "
    "ToLongDateString ToLongTimeString ToShortDateString ToShortTimeString ToUniversalTime",
    "span": "Add Duration Negate Subtract",
    "list": "Contains IndexOf",
    "table": "Add Clear Clone Contains ContainsKey ContainsValue GetEnumerator Remove",
    "size": "ToBytes ToGB ToKB ToMB ToTB",
    "any": "CompareTo Equals GetType ToString",
}


def _get_member(call: Invocation) -> Iterator[Value]:
    patterns = call.get("Name") or ["*"]
    wanted = (call.get("MemberType") or "").lower()
    seen = set()
    for item in call.input:
        name = type_name(item)
        if name in seen or item is None:
            continue
        seen.add(name)
        rows = [] if isinstance(item, Formatted) else [*_methods(item), *_properties(item)]
        for member, kind, definition in rows:
            if any(like(member, pattern) for pattern in patterns) and (not wanted or kind.lower().endswith(wanted)):
                made = {"TypeName": name, "Name": member, "MemberType": kind, "Definition": definition}
                yield PSObject(made, _MEMBER)
    if not seen:
        call.error("You must specify an object for the Get-Member cmdlet.", "NoObjectInGetMember", "CloseError")


def _methods(item: Value) -> list[tuple[str, str, str]]:
    names = f"{_METHOD_NAMES.get(kind_of(item), '')} {_METHOD_NAMES['any']}".split()
    return [(name, "Method", f"{name}()") for name in sorted(set(names))]


def _properties(item: Value) -> list[tuple[str, str, str]]:
    noted = isinstance(item, PSObject | HashTable)
    rows = []
    for name, value in pairs(item):
        kind = type_name(value) if value is not None else "System.Object"
        shown = cut(one_line(to_text(value)), 40) if noted else "{get;}"
        joint = "=" if noted else " "
        rows.append((name, "NoteProperty" if noted else "Property", f"{kind} {name}{joint}{shown}"))
    return sorted(rows, key=lambda row: row[0].lower())


def _get_command(call: Invocation) -> Iterator[Value]:
    registry = call.session.registry
    names = call.get("Name") or ["*"]
    for pattern in names:
        found = [
            cmdlet
            for _, cmdlet in sorted(registry.cmdlets.items())
            if like(cmdlet.name, pattern)
            and like(cmdlet.name.partition("-")[0], call.get("Verb") or "*")
            and like(cmdlet.name.partition("-")[2], call.get("Noun") or "*")
        ]
        alias = registry.find(pattern)
        if not found and alias is not None:
            found = [alias]
        if not found and not has_wildcard(pattern):
            text = f"The term '{pattern}' is not recognized as the name of a cmdlet."
            nearest = registry.nearest(pattern)
            text += f" Did you mean {nearest}?" if nearest else ""
            call.error(text, "CommandNotFoundException", "ObjectNotFound", f"{pattern}:String")
        for cmdlet in found:
            if call.get("Syntax"):
                yield from syntax(cmdlet)
            else:
                yield PSObject({"CommandType": "Cmdlet", "Name": cmdlet.name, "Synopsis": cmdlet.synopsis}, _COMMAND)


def _get_alias(call: Invocation) -> Iterator[Value]:
    registry = call.session.registry
    for alias, name in sorted(registry.aliases.items()):
        if any(like(alias, pattern) for pattern in call.get("Name") or ["*"]) and like(
            name, call.get("Definition") or "*"
        ):
            yield PSObject({"Name": alias, "Definition": name}, _ALIAS)


_CMDLETS = (
    Cmdlet(
        "Get-Member",
        _get_member,
        (
            Parameter("Name", STRINGS, 1, help="Names and wildcards."),
            Parameter(
                "MemberType",
                STRING,
                aliases=("Type",),
                values=("Property", "NoteProperty", "Method"),
                help="Of which kind.",
            ),
            Parameter("InputObject", OBJECT, hidden=True),
        ),
        "Shows which properties and methods objects have.",
        examples=(Example("Get-Mailbox | Get-Member -MemberType Property", "What a mailbox tells."),),
        output=(_MEMBER,),
        aliases=("gm",),
        takes_stream=True,
    ),
    Cmdlet(
        "Get-Command",
        _get_command,
        (
            Parameter("Name", STRINGS, 1, help="Names and wildcards."),
            Parameter("Verb", STRING, help="What stands before the dash."),
            Parameter("Noun", STRING, help="What stands behind it."),
            Parameter("Syntax", SWITCH, help="How they are called."),
            Parameter("Module", STRING, hidden=True),
            Parameter("CommandType", STRING, hidden=True),
        ),
        "Shows which cmdlets there are.",
        examples=(Example("Get-Command *Audit*", "Whatever has to do with auditing."),),
        output=(_COMMAND,),
        aliases=("gcm",),
        takes_stream=True,
    ),
    Cmdlet(
        "Get-Alias",
        _get_alias,
        (
            Parameter("Name", STRINGS, 1, help="Names and wildcards."),
            Parameter("Definition", STRING, help="Of which cmdlet."),
        ),
        "Shows short names of cmdlets.",
        output=(_ALIAS,),
        aliases=("gal",),
        takes_stream=True,
    ),
)


def register(registry: Registry) -> None:
    """Add the cmdlets and their types."""
    registry.add(*_CMDLETS)
    registry.add_type(
        OutputType(
            _MEMBER,
            ("TypeName", "Name", "MemberType", "Definition"),
            View.TABLE,
            (Column("Name"), Column("MemberType"), Column("Definition")),
            group_by="TypeName",
        ),
        OutputType(
            _COMMAND,
            ("CommandType", "Name", "Synopsis"),
            View.TABLE,
            (Column("CommandType"), Column("Name"), Column("Synopsis")),
        ),
        OutputType(_ALIAS, ("Name", "Definition"), View.TABLE, (Column("Name"), Column("Definition"))),
    )

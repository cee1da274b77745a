"""Where-Object and ForEach-Object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailwake.shell import members
from mailwake.shell.errors import LimitError, ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.methods import Context
from mailwake.shell.objects import MISSING, Value, as_list, each, gathered
from mailwake.shell.parameter_types import OBJECT, OBJECTS, SCRIPT, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values import operators, patterns
from mailwake.shell.values.convert import to_bool, unfit
from mailwake.shell.values.written import to_text

_OPERATORS = (
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "In",
    "NotIn",
    "Contains",
    "NotContains",
)
_ALL = (*_OPERATORS, *(f"C{name}" for name in _OPERATORS), *(f"I{name}" for name in _OPERATORS), "Is", "IsNot")


def _test(call: Invocation, name: str, left: Value, right: Value) -> bool:
    lowered = name.lower()
    plain = lowered[1:] if lowered[0] in "ci" and lowered[1:] in ("match", "notmatch") else lowered
    if plain in ("match", "notmatch"):
        found = patterns.search(to_text(right), to_text(left), case=lowered[0] == "c")
        return (found is not None) is (plain == "match")
    if plain in ("is", "isnot"):
        return operators.is_of_type(left, right) is (plain == "is")
    return to_bool(operators.compare(lowered, left, right, call.settings))


def _where(call: Invocation) -> Iterator[Value]:
    test = call.get("FilterScript")
    chosen = [name for name in _ALL if call.get(name)]
    if isinstance(test, ScriptBlock):
        for item in call.input:
            if to_bool(gathered(test.run(item))):
                yield item
        return
    if len(chosen) > 1:
        raise ShellError("Where-Object takes one comparison, such as -eq or -like.", "AmbiguousParameterSet")
    if call.given("Value") and not chosen:
        text = "The specified operator requires both the -Property and -Value parameters. Provide values for both "
        raise ShellError(
            text + "parameters, and then try the command again.", "OperatorNotSpecified", category="InvalidArgument"
        )
    name = to_text(test)
    for item in call.input:
        value = members.member(item, name)
        value = None if value is MISSING else value
        kept = _test(call, chosen[0], value, call.get("Value")) if chosen else to_bool(value)
        if kept is not bool(call.get("Not")):
            yield item


def _foreach(call: Invocation) -> Iterator[Value]:
    process = call.get("Process")
    rest = call.get("ArgumentList", [])
    blocks = [*process, *(one for one in rest if isinstance(one, ScriptBlock))]
    begin, end = call.get("Begin"), call.get("End")
    if isinstance(process[0], ScriptBlock):
        if (other := next((one for one in process if not isinstance(one, ScriptBlock)), MISSING)) is not MISSING:
            raise unfit(other, "System.Management.Automation.ScriptBlock")
        if len(blocks) > 1 and begin is None:
            begin, *blocks = blocks
        if len(blocks) > 1 and end is None:
            end = blocks.pop()
        if begin is not None:
            yield from begin.run()
        for item in call.input:
            for block in blocks:
                yield from block.run(item)
        if end is not None:
            yield from end.run()
        return
    yield from _members(call, to_text(process[0]), rest)


def _members(call: Invocation, name: str, arguments: list[Value]) -> Iterable[Value]:
    """`ForEach-Object Name`, `ForEach-Object ToUpper`, `ForEach-Object Split ','`"""
    context = Context(call.settings)
    for item in call.input:
        value = members.member(item, name)
        if value is MISSING or arguments:
            try:
                value = members.call(item, name, list(arguments), context) if _has(item, name, context) else None
            except LimitError:
                raise
            except ShellError as error:
                call.record(error.record)
                continue
        yield from each(value)


def _has(item: Value, name: str, context: Context) -> bool:
    return item is not None and (context.find(item, name) is not None or bool(as_list(item) and isinstance(item, list)))


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    registry.add(
        Cmdlet(
            "Where-Object",
            _where,
            (
                Parameter(
                    "FilterScript",
                    OBJECT,
                    1,
                    mandatory=True,
                    aliases=("Property",),
                    help="A script block, or a property.",
                ),
                Parameter("Value", OBJECT, 2, help="What the property is compared with."),
                *(
                    Parameter(
                        name,
                        SWITCH,
                        help=f"Compares as the operator -{name.lower()} does.",
                        hidden=len(name) > 2 and name[0] in "CI" and name[1].isupper(),
                    )
                    for name in _ALL
                ),
                Parameter("Not", SWITCH, help="The opposite."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Lets those objects through that fulfil a condition.",
            examples=(
                Example("Get-MessageTraceV2 | Where-Object {$_.Status -eq 'Failed'}", "Rows that failed."),
                Example("Get-MessageTraceV2 | Where-Object Size -gt 1MB", "Large messages."),
            ),
            aliases=("where", "?"),
            takes_stream=True,
        ),
        Cmdlet(
            "ForEach-Object",
            _foreach,
            (
                Parameter(
                    "Process",
                    OBJECTS,
                    1,
                    mandatory=True,
                    aliases=("MemberName",),
                    help="What is done with each object: a script block, a property or a method.",
                ),
                Parameter("Begin", SCRIPT, help="What is done first."),
                Parameter("End", SCRIPT, help="What is done last."),
                Parameter("ArgumentList", OBJECTS, aliases=("Args",), remaining=True, help="Arguments of the method."),
                Parameter("InputObject", OBJECT, hidden=True),
            ),
            "Does something with each object.",
            examples=(Example("Get-Mailbox | ForEach-Object {$_.Name.ToUpper()}", "Names in capitals."),),
            aliases=("foreach", "%"),
            takes_stream=True,
        ),
    )

"""Get-Help: what the registry knows of a cmdlet, as text."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.binder import RISK, parameters_of
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import PSObject, Value
from mailwake.shell.parameter_types import STRING, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.screen import wrapped
from mailwake.shell.values.patterns import has_wildcard, like

_ABOUT = """
This shell speaks a part of PowerShell, for questions about mail. Some of what it knows:

    Get-Command                        all cmdlets;  Get-Command *Trace*  some of them
    Get-Help Get-Date -Examples        how one is used;  -Full  all about it
    ... | Get-Member                   which properties objects have
    ... | Where-Object Size -gt 1MB    those that fulfil a condition
    ... | Sort-Object Received         in order;  -Descending  the other way
    ... | Select-Object -First 5       some of them, or some of their properties
    ... | Group-Object Status          how many of each
    ... | Format-List *                all of an object;  Format-Table  a table
    ... | Export-Csv trace.csv         into a file

There are variables, strings, hashtables, if, foreach, functions and try. There are no programs to run and no files to
read.
"""


def syntax(cmdlet: Cmdlet) -> list[str]:
    """How a cmdlet is called: a line for each parameter set."""
    lines = []
    for name in cmdlet.sets():
        parts = [cmdlet.name]
        parameters = [one for one in parameters_of(cmdlet) if one.in_set(name) and not one.hidden]
        own = [one for one in parameters if one in cmdlet.parameters or one in RISK]
        own.sort(key=lambda one: (one.position is None, one.position or 0, not one.mandatory))
        parts.extend(_usage(one) for one in own)
        lines.append(" ".join([*parts, "[<CommonParameters>]"]))
    return lines


def _usage(parameter: Parameter) -> str:
    name = f"-{parameter.name}"
    if parameter.position is not None:
        name = f"[{name}]"
    if not parameter.type.switch:
        name += f" <{_short(parameter)}>"
    return name if parameter.mandatory else f"[{name}]"


def _short(parameter: Parameter) -> str:
    return parameter.type.name.rpartition(".")[2]


def _block(title: str, lines: list[str], room: int) -> Iterator[str]:
    yield title
    for line in lines:
        yield from (f"    {part}".rstrip() for part in wrapped(line, room))
    yield ""


def _described(parameter: Parameter, room: int) -> Iterator[str]:
    yield f"    -{parameter.name}" + ("" if parameter.type.switch else f" <{_short(parameter)}>")
    valid = parameter.valid()
    told = [parameter.help] if parameter.help else []
    if valid:
        told.append(f"Values: {', '.join(valid)}.")
    for text in told:
        yield from (f"        {part}" for part in wrapped(text, room))
    piped = [
        word for word, on in (("by value", parameter.from_pipeline), ("by name", parameter.from_pipeline_by_name)) if on
    ]
    facts = {
        "Required": "true" if parameter.mandatory else "false",
        "Position": str(parameter.position) if parameter.position is not None else "named",
        "Default": parameter.default,
        "Pipeline": ", ".join(piped) or "no",
        "Aliases": ", ".join(parameter.aliases),
        "Sets": ", ".join(parameter.sets),
    }
    yield from (f"        {name + ':':<10} {value}" for name, value in facts.items() if value)
    yield ""


def help_lines(cmdlet: Cmdlet, width: int, *, full: bool = False, examples: bool = False) -> Iterator[str]:
    """The help of a cmdlet."""
    room = max(width - 4, 20)
    yield ""
    yield from _block("NAME", [cmdlet.name], room)
    yield from _block("SYNOPSIS", [cmdlet.synopsis or cmdlet.name], room)
    if not examples:
        yield from _block("SYNTAX", syntax(cmdlet), room)
        if cmdlet.description:
            yield from _block("DESCRIPTION", cmdlet.description.splitlines(), room)
        if cmdlet.aliases:
            yield from _block("ALIASES", [", ".join(cmdlet.aliases)], room)
        own = [one for one in parameters_of(cmdlet) if not one.hidden and (one in cmdlet.parameters or one in RISK)]
        if full:
            yield "PARAMETERS"
            for parameter in own:
                yield from _described(parameter, room - 4)
    if (full or examples) and cmdlet.examples:
        yield "EXAMPLES"
        for example in cmdlet.examples:
            yield f"    PS> {example.command}"
            yield from (f"        {part}" for part in wrapped(example.text, room - 4))
            yield ""


def _get_help(call: Invocation) -> Iterator[Value]:
    name = call.get("Name")
    registry = call.session.registry
    if not name or name.lower() in ("about", "help", "about_*"):
        yield _ABOUT.strip("\n")
        return
    cmdlet = registry.find(name)
    if cmdlet is None and has_wildcard(name):
        for _, found in sorted(registry.cmdlets.items()):
            if like(found.name, name):
                yield PSObject({"Name": found.name, "Category": "Cmdlet", "Synopsis": found.synopsis})
        return
    if cmdlet is None:
        nearest = registry.nearest(name)
        text = f'Get-Help could not find "{name}" in a help file in this session.'
        call.error(text + (f" Did you mean {nearest}?" if nearest else ""), "HelpNotFound", "ResourceUnavailable")
        return
    if call.given("Parameter"):
        yield from _of_parameters(call, cmdlet)
        return
    full = bool(call.get("Full") or call.get("Detailed"))
    yield "\n".join(help_lines(cmdlet, call.session.host.width, full=full, examples=bool(call.get("Examples"))))


def _of_parameters(call: Invocation, cmdlet: Cmdlet) -> Iterator[Value]:
    pattern = call.get("Parameter").removeprefix("-")
    found = [one for one in parameters_of(cmdlet) if like(one.name, pattern) and not one.hidden]
    if not found:
        call.error(f"No parameter matches criteria {pattern}.", "NoParmsFound", "InvalidArgument")
    for parameter in found:
        yield "\n".join(_described(parameter, max(call.session.host.width - 8, 20)))


def register(registry: Registry) -> None:
    """Add the cmdlet."""
    registry.add(
        Cmdlet(
            "Get-Help",
            _get_help,
            (
                Parameter("Name", STRING, 1, help="A cmdlet, or a wildcard."),
                Parameter("Full", SWITCH, help="All about it."),
                Parameter("Detailed", SWITCH, help="All about it."),
                Parameter("Examples", SWITCH, help="How it is used."),
                Parameter("Parameter", STRING, help="About one parameter, or a wildcard."),
                Parameter("Online", SWITCH, hidden=True),
            ),
            "Tells how a cmdlet is used.",
            examples=(Example("Get-Help Get-Date -Full", "All about Get-Date."),),
            aliases=("help", "man"),
            takes_stream=True,
        )
    )

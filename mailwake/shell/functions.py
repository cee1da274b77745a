"""Functions of scripts: cmdlets made of their `param(...)`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import MISSING, Value
from mailwake.shell.parameter_types import OBJECT, STRING, SWITCH
from mailwake.shell.registry import Cmdlet, Parameter, ParameterType
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values.convert import cast, resolve_type


def _type(names: tuple[str, ...]) -> ParameterType:
    """The parameter type for the types written in front of a parameter."""
    if not names:
        return OBJECT
    resolved = resolve_type(names[-1])
    if resolved is None:
        raise ShellError(f"Unable to find type [{names[-1]}].", "TypeNotFound", target=f"{names[-1]}:TypeName")
    if resolved == SWITCH.name:
        return SWITCH
    if resolved == STRING.name:
        return STRING
    wanted = resolved
    return ParameterType(wanted, lambda value, settings: cast(value, wanted, settings, settings.culture), nullable=True)


def as_cmdlet(name: str, function: ScriptBlock) -> Cmdlet:
    """A function as a cmdlet, so that the binder treats both alike; `$input` and `$args` are what is left over."""
    definitions = function.script.parameters
    places = [one for one in definitions if _type(one.types) is not SWITCH]
    parameters = tuple(
        Parameter(
            one.name,
            _type(one.types),
            places.index(one) + 1 if one in places else None,
            one.mandatory,
            values=one.values,
        )
        for one in definitions
    )

    def run(call: Invocation) -> Iterable[Value]:
        runner = function.runner
        arguments = [_argument(call, parameter) for parameter in parameters]
        while arguments and arguments[-1] is MISSING:
            arguments.pop()
        if MISSING in arguments:  # a gap: the defaults of those left out are computed as the block starts
            return _with_gaps(function, call, arguments)
        items = list(call.input)
        item: Value = items if call.piped else MISSING
        rest = call.get("args", [])
        return runner.run_script(_with_input(function, items), item, [*arguments, *rest], own_scope=True)

    return Cmdlet(name, run, (*parameters, Parameter("args", OBJECT, remaining=True, hidden=True)), takes_stream=True)


def _argument(call: Invocation, parameter: Parameter) -> Value:
    if call.given(parameter.name):
        return call.get(parameter.name)
    return False if parameter.type is SWITCH else MISSING


def _with_input(function: ScriptBlock, items: list[Value]) -> ScriptBlock:
    function.runner.session.assign("input", items) if items else None  # type: ignore[attr-defined]
    return function


def _with_gaps(function: ScriptBlock, call: Invocation, arguments: list[Value]) -> Iterable[Value]:
    """Run with the parameters reordered so that those given stand first."""
    definitions = function.script.parameters
    pairs = list(zip(definitions, [*arguments, *[MISSING] * len(definitions)], strict=False))
    given = [(one, value) for one, value in pairs if value is not MISSING]
    missing = [one for one, value in pairs if value is MISSING]
    script = replace(function.script, parameters=tuple([one for one, _ in given] + missing))
    block = ScriptBlock(script, function.source, function.runner)
    return function.runner.run_script(block, MISSING, [value for _, value in given], own_scope=True)

"""Arguments to parameters: names, positions, types, sets, and what the pipeline brings.

Done in two parts: `bind_line` for what stands in the command, once; `bind_object` for each object of the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailwake.shell.errors import Extent, ShellError
from mailwake.shell.objects import MISSING, HashTable, PSObject, Value
from mailwake.shell.parameter_types import ACTION, MULTI, OBJECT, OBJECTS, SCRIPT, STRING, SWITCH
from mailwake.shell.registry import ALL_SETS, Changes, Cmdlet, Parameter
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values.convert import Settings
from mailwake.shell.values.written import brief

_ACTIONS = ("Continue", "Ignore", "Inquire", "SilentlyContinue", "Stop")

COMMON = (
    Parameter("ErrorAction", ACTION, aliases=("ea",), values=_ACTIONS, help="What to do about an error."),
    Parameter("WarningAction", ACTION, aliases=("wa",), values=_ACTIONS, help="What to do about a warning."),
    Parameter("InformationAction", ACTION, aliases=("infa",), values=_ACTIONS, hidden=True),
    Parameter("Verbose", SWITCH, aliases=("vb",), help="Say more."),
    Parameter("Debug", SWITCH, aliases=("db",), hidden=True),
    Parameter("ErrorVariable", STRING, aliases=("ev",), help="A variable that gets the errors."),
    Parameter("WarningVariable", STRING, aliases=("wv",), help="A variable that gets the warnings."),
    Parameter("OutVariable", STRING, aliases=("ov",), help="A variable that gets the output."),
)
"""Parameters that every cmdlet has."""

RISK = (
    Parameter("WhatIf", SWITCH, aliases=("wi",), help="Say what would be done, and do nothing."),
    Parameter("Confirm", SWITCH, aliases=("cf",), help="Ask before doing it; -Confirm:$false asks nothing."),
)
"""Parameters of cmdlets that change something."""


@dataclass(frozen=True, slots=True)
class Given:
    """One argument of a command, evaluated: an option, a value, or an option with its value."""

    extent: Extent
    option: str = ""
    value: Value = MISSING
    written: Value = MISSING
    """The value with numbers as they were written, for parameters that are text."""


@dataclass(slots=True)
class Bound:
    """What the command line alone gave."""

    values: dict[str, Value] = field(default_factory=dict)
    """By name in lower case."""
    sets: tuple[str, ...] = ()
    """Parameter sets that are still possible."""


def parameters_of(cmdlet: Cmdlet) -> tuple[Parameter, ...]:
    """A cmdlet's own parameters and those that it has like all."""
    return cmdlet.parameters + (RISK if cmdlet.should_process else ()) + COMMON


def _error(text: str, error_id: str, extent: Extent | None, target: str) -> ShellError:
    return ShellError(
        text,
        error_id,
        category="InvalidArgument",
        reason="ParameterBindingException",
        extent=extent,
        target=target,
    )


def find_parameter(cmdlet: Cmdlet, name: str, extent: Extent | None = None) -> Parameter:
    """The parameter with this name, alias or unambiguous abbreviation; raises `ShellError`."""
    lowered = name.lower()
    known = parameters_of(cmdlet)
    for parameter in known:
        if lowered in parameter.spellings():
            return parameter
    found = [one for one in known if any(spelling.startswith(lowered) for spelling in one.spellings())]
    own = [one for one in found if one not in COMMON and one not in RISK]
    found = own or found
    if len(found) == 1:
        return found[0]
    if not found:
        text = f"A parameter cannot be found that matches parameter name '{name}'."
        raise _error(text, "NamedParameterNotFound", extent, f"{cmdlet.name}:String")
    names = " ".join(f"-{one.name}" for one in found)
    text = f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches include: "
    raise _error(f"{text}{names}.", "AmbiguousParameter", extent, f"{cmdlet.name}:String")


def bind_line(cmdlet: Cmdlet, given: Iterable[Given], settings: Settings) -> Bound:
    """Bind what stands in the command; raises `ShellError`."""
    bound = Bound(sets=cmdlet.sets())
    loose: list[Given] = []
    waiting: tuple[Parameter, Given] | None = None
    for one in given:
        if waiting is not None:
            parameter, option = waiting
            if one.option:
                raise _no_argument(cmdlet, parameter, option.extent)
            _put(cmdlet, bound, parameter, one, settings)
            waiting = None
        elif not one.option:
            loose.append(one)
        else:
            parameter = find_parameter(cmdlet, one.option, one.extent)
            if one.value is not MISSING or parameter.type.switch:
                value = one if one.value is not MISSING else Given(one.extent, one.option, True, True)
                _put(cmdlet, bound, parameter, value, settings)
            else:
                waiting = parameter, one
    if waiting is not None:
        raise _no_argument(cmdlet, waiting[0], waiting[1].extent)
    _bind_positions(cmdlet, bound, loose, settings)
    return bound


def _no_argument(cmdlet: Cmdlet, parameter: Parameter, extent: Extent) -> ShellError:
    text = f"Missing an argument for parameter '{parameter.name}'. "
    text += f"Specify a parameter of type '{parameter.type.name}' and try again."
    return _error(text, "MissingArgument", extent, f"{cmdlet.name}:ParameterBindingException")


def _put(cmdlet: Cmdlet, bound: Bound, parameter: Parameter, one: Given, settings: Settings) -> None:
    key = parameter.name.lower()
    if key in bound.values:
        text = f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. "
        text += "To provide multiple values to parameters that can accept multiple values, use the array syntax. "
        text += 'For example, "-parameter value1,value2,value3".'
        raise _error(text, "ParameterAlreadyBound", one.extent, f"{cmdlet.name}:ParameterBindingException")
    if parameter.sets:
        left = tuple(name for name in bound.sets if parameter.in_set(name))
        if not left:
            raise _unresolved(cmdlet, one.extent)
        bound.sets = left
    value = one.written if parameter.type.textual and one.written is not MISSING else one.value
    made = converted(parameter, value, settings, one.extent)
    if parameter.mandatory and (value is None or made in ("", [])):
        why = "null" if value is None else "an empty string" if made == "" else "an empty collection"
        text = f"Cannot bind argument to parameter '{parameter.name}' because it is {why}."
        raise _error(text, "ParameterArgumentValidationError", one.extent, f"{cmdlet.name}:String")
    bound.values[key] = made


def _unresolved(cmdlet: Cmdlet, extent: Extent | None) -> ShellError:
    text = "Parameter set cannot be resolved using the specified named parameters. "
    text += (
        "One or more parameters issued cannot be used together or an insufficient number of parameters were provided."
    )
    return _error(text, "AmbiguousParameterSet", extent, f"{cmdlet.name}:ParameterBindingException")


def _bind_positions(cmdlet: Cmdlet, bound: Bound, loose: list[Given], settings: Settings) -> None:
    places = sorted((one for one in cmdlet.parameters if one.position is not None), key=lambda one: one.position or 0)
    default = cmdlet.default_set
    rest = next((one for one in cmdlet.parameters if one.remaining), None)
    left: list[Given] = []
    for one in loose:
        free = [
            place
            for place in places
            if place.name.lower() not in bound.values and (not place.sets or any(place.in_set(s) for s in bound.sets))
        ]
        free.sort(key=lambda place: (place.position or 0, bool(place.sets) and default not in place.sets))
        fitting = next((place for place in free if _accepts(place, one.value) or len(free) == 1), None)
        if fitting is not None:
            _put(cmdlet, bound, fitting, one, settings)
        elif rest is not None:
            left.append(one)
        else:
            text = f"A positional parameter cannot be found that accepts argument '{brief(one.value, 200)}'."
            raise _error(text, "PositionalParameterNotFound", one.extent, f"{cmdlet.name}:ParameterBindingException")
    if rest is not None and left:
        values = [one.value for one in left]
        _put(cmdlet, bound, rest, Given(left[0].extent, value=values, written=values), settings)


def _accepts(parameter: Parameter, value: Value) -> bool:
    """Whether a value is of a kind that a parameter could take at all."""
    if parameter.type is SCRIPT:
        return isinstance(value, ScriptBlock)
    return not isinstance(value, ScriptBlock) or parameter.type in (OBJECT, OBJECTS, STRING)


def converted(parameter: Parameter, value: Value, settings: Settings, extent: Extent | None = None) -> Value:
    """A value as the parameter's type, checked; raises `ShellError`."""
    try:
        if isinstance(value, PSObject) and value.text is not None and parameter.type not in (OBJECT, OBJECTS):
            value = value.text
        if parameter.type.many:
            items = value if isinstance(value, list) else [] if value is None else [value]
            made: Value = [parameter.type.convert(item, settings) for item in items]
        elif value is None and not parameter.type.nullable:
            raise ShellError(f'Cannot convert null to type "{parameter.type.name}".')
        elif value is None and parameter.type not in (STRING, SWITCH, MULTI):
            made = None
        else:
            if isinstance(value, list) and len(value) == 1 and parameter.type not in (OBJECT,):
                value = value[0]
            made = parameter.type.convert(value, settings)
    except ShellError as error:
        text = f"Cannot process argument transformation on parameter '{parameter.name}'. {error}"
        raise _error(text, "ParameterArgumentTransformationError", extent, f"{parameter.name}:String") from None
    return _checked(parameter, made, extent)


def _checked(parameter: Parameter, value: Value, extent: Extent | None) -> Value:
    """Valid values, spelled as they are listed, and ranges."""
    valid = parameter.valid()
    if valid:
        spelled = {name.lower(): name for name in valid}
        if isinstance(value, list):
            return [_valid(parameter, spelled, item, extent) for item in value]
        if isinstance(value, Changes):
            add = tuple(_valid(parameter, spelled, item, extent) for item in value.add)
            return Changes(add, tuple(_valid(parameter, spelled, item, extent) for item in value.remove))
        if isinstance(value, str):
            return _valid(parameter, spelled, value, extent)
    if isinstance(value, int) and not isinstance(value, bool):
        _in_range(parameter, value, extent)
    return value


def _valid(parameter: Parameter, spelled: dict[str, str], value: str, extent: Extent | None) -> str:
    found = spelled.get(value.strip().lower())
    if found is not None:
        return found
    text = f"Cannot process argument transformation on parameter '{parameter.name}'. Cannot convert value "
    text += f'"{value[:100]}" to type "{parameter.name}". Error: "Unable to match the identifier name {value[:100]} to '
    names = ", ".join(spelled.values())
    text += f'a valid enumerator name. Specify one of the following enumerator names and try again: {names}"'
    raise _error(text, "ParameterArgumentTransformationError", extent, f"{parameter.name}:String")


def _in_range(parameter: Parameter, value: int, extent: Extent | None) -> None:
    text = f"Cannot validate argument on parameter '{parameter.name}'. The {value} argument is "
    if parameter.maximum is not None and value > parameter.maximum:
        text += (
            f"greater than the maximum allowed range of {parameter.maximum}. Supply an argument that is less than or "
        )
        text += f"equal to {parameter.maximum} and then try the command again."
    elif parameter.minimum is not None and value < parameter.minimum:
        text += (
            f"less than the minimum allowed range of {parameter.minimum}. Supply an argument that is greater than or "
        )
        text += f"equal to {parameter.minimum} and then try the command again."
    else:
        return
    raise _error(text, "ParameterArgumentValidationError", extent, f"{parameter.name}:String")


def bind_object(cmdlet: Cmdlet, bound: Bound, item: Value, settings: Settings) -> dict[str, Value]:
    """The values for one object of the pipeline; raises `ShellError` if no parameter takes it."""
    values = dict(bound.values)
    candidates = [
        parameter
        for parameter in cmdlet.parameters
        if (parameter.from_pipeline or parameter.from_pipeline_by_name)
        and parameter.name.lower() not in values
        and (not parameter.sets or any(parameter.in_set(name) for name in bound.sets))
    ]
    taken = False
    for parameter in candidates:
        value = _property(parameter, item) if parameter.from_pipeline_by_name else MISSING
        if value is MISSING and parameter.from_pipeline and item is not None and _fits(parameter, item):
            value = item
        if value is not MISSING and (value is not None or parameter.from_pipeline):
            values[parameter.name.lower()] = converted(parameter, value, settings)
            taken = True
    if not taken:
        text = "The input object cannot be bound to any parameters for the command either because the command does not "
        text += "take pipeline input or the input and its properties do not match any of the parameters that take "
        text += "pipeline input."
        raise _error(text, "InputObjectNotBound", None, f"{brief(item, 60)}:PSObject")
    return values


def _fits(parameter: Parameter, item: Value) -> bool:
    """Whether an object may be a parameter's value: not one that is no text for a parameter that is."""
    return not isinstance(item, PSObject) or item.text is not None or parameter.type in (OBJECT, OBJECTS)


def _property(parameter: Parameter, item: Value) -> Value:
    if isinstance(item, PSObject):
        for name in parameter.spellings():
            if name in item:
                return item.get(name)
    if isinstance(item, HashTable):
        for name in parameter.spellings():
            if name in item:
                return item.get(name)
    return MISSING


def settle_set(cmdlet: Cmdlet, bound: Bound, values: dict[str, Value], *, from_pipe: bool = False) -> str:
    """The parameter set in force; raises `ShellError` if a mandatory parameter is missing.

    With `from_pipe` what the pipeline could bring is not missing yet.
    """
    names = bound.sets or (ALL_SETS,)
    ranked = sorted(names, key=lambda name: name != cmdlet.default_set)
    missing: list[str] = []
    for name in ranked:
        lacking = [
            parameter.name
            for parameter in cmdlet.parameters
            if parameter.mandatory
            and parameter.in_set(name)
            and values.get(parameter.name.lower()) is None
            and not (from_pipe and (parameter.from_pipeline or parameter.from_pipeline_by_name))
        ]
        if not lacking:
            return name
        missing = missing or lacking
    text = "Cannot process command because of one or more missing mandatory parameters: " + " ".join(missing) + "."
    raise _error(text, "MissingMandatoryParameter", None, f"{cmdlet.name}:ParameterBindingException")

"""The types that parameters of cmdlets have."""

from __future__ import annotations

from mailwake.shell.errors import ShellError
from mailwake.shell.objects import HashTable, Value, as_list
from mailwake.shell.registry import Changes, ParameterType
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values.convert import (
    Settings,
    refused,
    to_bool,
    to_date,
    to_guid,
    to_int,
    to_number,
    to_size,
    to_span,
    unfit,
)
from mailwake.shell.values.written import brief, to_text


def _text(value: Value, settings: Settings) -> str:
    if isinstance(value, list):
        text = f"Cannot convert a list of {len(value)} values to type System.String: give one, or pipe the list in."
        raise ShellError(text, "CannotConvertArgument")
    return to_text(value, settings.culture)


_ACTIONS = {"0": "SilentlyContinue", "1": "Stop", "2": "Continue", "3": "Inquire", "4": "Ignore"}
"""Numbers of System.Management.Automation.ActionPreference."""


def _action(value: Value, settings: Settings) -> str:
    text = _text(value, settings).strip()
    return _ACTIONS.get(text, text)


def _boolean(value: Value, settings: Settings) -> bool:
    """As PowerShell: $true, $false and numbers; not the words."""
    if isinstance(value, bool | int | float):
        return bool(value)
    text = f'Cannot convert value "{brief(value, 100)}" to type "System.Boolean". Boolean parameters accept only '
    text += "Boolean values and numbers, such as $True, $False, 1 or 0."
    raise ShellError(text, "ParameterArgumentTransformationError")


def _multi(value: Value, settings: Settings) -> Value:
    """A list of strings, or `Changes` of a hashtable."""
    if value is None:
        return []
    if not isinstance(value, HashTable):
        return [to_text(item) for item in as_list(value)]
    parts: dict[str, tuple[str, ...]] = {}
    for key, items in value.items():
        name = to_text(key).lower()
        if name not in ("add", "remove"):
            text = f'Cannot convert the hashtable: the key "{to_text(key)}" is not one of Add, Remove.'
            raise ShellError(text, "ParameterArgumentTransformationError")
        parts[name] = tuple(to_text(item) for item in as_list(items))
    return Changes(**parts)


def _entry(value: Value, settings: Settings) -> str:
    """One of a list that is asked for, not changed."""
    if isinstance(value, HashTable):
        raise ShellError("Give a list of values: @{Add=...} changes a list, and here none is changed.")
    return to_text(value, settings.culture)


def _unlimited(value: Value, settings: Settings) -> int | None:
    """A whole number; None for the word Unlimited."""
    if isinstance(value, str) and value.strip().lower() == "unlimited":
        return None
    number = to_number(value)
    if number is None or not -1 < number < 2**31:
        raise refused(value, "Unlimited", "Enter a whole number, or Unlimited.")
    return to_int(number)


def _script(value: Value, settings: Settings) -> Value:
    if isinstance(value, ScriptBlock):
        return value
    raise unfit(value, "System.Management.Automation.ScriptBlock")


def _hashtable(value: Value, settings: Settings) -> Value:
    if isinstance(value, HashTable):
        return value
    raise unfit(value, "System.Collections.Hashtable")


def _floating(value: Value, settings: Settings) -> float:
    number = to_number(value)
    if number is None:
        raise refused(value, "System.Double", "Input string was not in a correct format.")
    return float(number)


def _as_is(value: Value, settings: Settings) -> Value:
    return value


STRING = ParameterType("System.String", _text, textual=True, nullable=True)
"""$null is an empty string, as in PowerShell."""
ACTION = ParameterType("System.String", _action, textual=True, nullable=True)
"""What to do about an error or warning: by name, or as scripts write it in short, by number (`-EA 0`)."""
STRINGS = ParameterType("System.String[]", _text, many=True, textual=True)
INT = ParameterType("System.Int32", lambda value, settings: to_int(value))
LONG = ParameterType("System.Int64", lambda value, settings: to_int(value, "System.Int64"))
INTS = ParameterType("System.Int32[]", lambda value, settings: to_int(value), many=True)
DOUBLE = ParameterType("System.Double", _floating)
BOOLEAN = ParameterType("System.Boolean", _boolean)
SWITCH = ParameterType(
    "System.Management.Automation.SwitchParameter", lambda value, settings: to_bool(value), switch=True, nullable=True
)
DATE = ParameterType("System.DateTime", lambda value, settings: to_date(value, settings, settings.culture))
TIMESPAN = ParameterType("EnhancedTimeSpan", lambda value, settings: to_span(value), textual=True)
"""A number alone is days, as Exchange's `-AuditLogAgeLimit 120`."""
GUID = ParameterType("System.Guid", lambda value, settings: to_guid(value), textual=True)
GUIDS = ParameterType("System.Guid[]", lambda value, settings: to_guid(value), many=True, textual=True)
SIZE = ParameterType("ByteQuantifiedSize", lambda value, settings: to_size(value))
UNLIMITED = ParameterType("Unlimited", _unlimited)
"""A whole number, or None for `Unlimited`."""
MULTI = ParameterType("MultiValuedProperty", _multi, textual=True, nullable=True)
"""A list of strings, or `Changes`: for what is set."""
MULTI_VALUES = ParameterType("MultiValuedProperty", _entry, many=True, textual=True)
"""A list of strings alone: for what is asked for."""
OBJECT = ParameterType("System.Object", _as_is, nullable=True)
OBJECTS = ParameterType("System.Object[]", _as_is, many=True)
SCRIPT = ParameterType("System.Management.Automation.ScriptBlock", _script, nullable=True)
HASHTABLE = ParameterType("System.Collections.Hashtable", _hashtable, nullable=True)

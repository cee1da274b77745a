"""Properties and methods: of strings, dates, time spans, lists, hashtables and objects. Nothing else has any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from mailwake.shell.dates import DAYS
from mailwake.shell.errors import ShellError
from mailwake.shell.methods import METHODS, Context
from mailwake.shell.objects import MISSING, ArrayList, HashTable, PSObject, Size, TypeReference, Value, type_name
from mailwake.shell.values.written import to_text

_DATE: dict[str, Callable[[datetime], Value]] = {
    "year": lambda date: date.year,
    "month": lambda date: date.month,
    "day": lambda date: date.day,
    "hour": lambda date: date.hour,
    "minute": lambda date: date.minute,
    "second": lambda date: date.second,
    "millisecond": lambda date: date.microsecond // 1000,
    "dayofweek": lambda date: DAYS[date.weekday()],
    "dayofyear": lambda date: date.timetuple().tm_yday,
    "date": lambda date: date.replace(hour=0, minute=0, second=0, microsecond=0),
    "timeofday": lambda date: timedelta(
        hours=date.hour, minutes=date.minute, seconds=date.second, microseconds=date.microsecond
    ),
    "ticks": lambda date: (date.replace(tzinfo=None) - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10,
    "kind": lambda date: "Unspecified" if date.tzinfo is None else "Utc" if str(date.tzinfo) == "UTC" else "Local",
}
_SECOND = timedelta(seconds=1)
_SPAN: dict[str, Callable[[timedelta], Value]] = {
    "days": lambda span: int(span / timedelta(days=1)),
    "hours": lambda span: _part(span, 3600, 24),
    "minutes": lambda span: _part(span, 60, 60),
    "seconds": lambda span: _part(span, 1, 60),
    "milliseconds": lambda span: abs(span) // timedelta(milliseconds=1) % 1000 * (-1 if span < timedelta(0) else 1),
    "ticks": lambda span: span // timedelta(microseconds=1) * 10,
    "totaldays": lambda span: span / timedelta(days=1),
    "totalhours": lambda span: span / timedelta(hours=1),
    "totalminutes": lambda span: span / timedelta(minutes=1),
    "totalseconds": lambda span: span / _SECOND,
    "totalmilliseconds": lambda span: span / timedelta(milliseconds=1),
}

SPAN_PROPERTIES = (
    "Days", "Hours", "Minutes", "Seconds", "Milliseconds", "Ticks",
    "TotalDays", "TotalHours", "TotalMinutes", "TotalSeconds", "TotalMilliseconds",
)  # fmt: skip
DATE_PROPERTIES = (
    "Date", "Day", "DayOfWeek", "DayOfYear", "Hour", "Kind", "Millisecond", "Minute", "Month", "Second", "Ticks",
    "TimeOfDay", "Year",
)  # fmt: skip


def _part(span: timedelta, unit: int, size: int) -> int:
    whole = abs(span) // _SECOND // unit % size
    return -whole if span < timedelta(0) else whole


def member(value: Value, name: str) -> Value:
    """A property's value; MISSING if there is none. Of a list without such a property: that of its items."""
    lowered = name.lower()
    if isinstance(value, PSObject):
        found = value.get(name, MISSING)
        return found if found is not MISSING else _of_any(value, lowered)
    if isinstance(value, HashTable):
        return _of_table(value, lowered)
    if isinstance(value, list):
        return _of_list(value, name)
    if isinstance(value, datetime) and lowered in _DATE:
        return _DATE[lowered](value)
    if isinstance(value, timedelta) and lowered in _SPAN:
        return _SPAN[lowered](value)
    if isinstance(value, UUID) and lowered == "guid":
        return str(value)
    if isinstance(value, str) and lowered == "length":
        return len(value)
    if isinstance(value, TypeReference) and lowered in ("name", "fullname"):
        return value.name if lowered == "fullname" else value.name.rpartition(".")[2]
    if isinstance(value, Size) and lowered == "value":
        return value
    return _of_any(value, lowered)


def _of_any(value: Value, lowered: str) -> Value:
    if lowered in ("count", "length"):
        return 0 if value is None else 1
    if value is not None and lowered == "psobject":
        names = [PSObject({"Name": name, "Value": item}) for name, item in pairs(value)]
        return PSObject({"Properties": names, "TypeNames": [type_name(value)]})
    return MISSING


def _of_table(value: HashTable, lowered: str) -> Value:
    if lowered in value:
        return value.get(lowered)
    if lowered == "count":
        return len(value)
    if lowered == "keys":
        return value.keys()
    return value.values() if lowered == "values" else _of_any(value, lowered) if lowered == "psobject" else MISSING


def _of_list(value: list[Value], name: str) -> Value:
    lowered = name.lower()
    if lowered in ("count", "length", "longlength"):
        return len(value)
    if lowered == "rank":
        return 1
    found: list[Value] = []
    seen = False
    for item in value:
        inner = member(item, name) if not isinstance(item, list) else _of_list(item, name)
        if inner is MISSING:
            continue
        seen = True
        found.extend(inner if isinstance(inner, list) else [inner])
    if not seen:
        return MISSING
    return found[0] if len(found) == 1 else found


def pairs(value: Value) -> list[tuple[str, Value]]:
    """The properties of any value, as Select-Object, Format-List and the like see them."""
    if isinstance(value, PSObject):
        return value.items()
    if isinstance(value, HashTable):
        return [(to_text(key), item) for key, item in value.items()]
    if isinstance(value, datetime):
        return [(name, _DATE[name.lower()](value)) for name in DATE_PROPERTIES]
    if isinstance(value, timedelta):
        return [(name, _SPAN[name.lower()](value)) for name in SPAN_PROPERTIES]
    if isinstance(value, UUID):
        return [("Guid", str(value))]
    if isinstance(value, str):
        return [("Length", len(value))]
    if isinstance(value, list):
        return [("Count", len(value)), ("Length", len(value))]
    return []


def set_member(target: Value, name: str, value: Value) -> None:
    """Change a property; raises `ShellError` where there is none to change."""
    if isinstance(target, HashTable) or (isinstance(target, PSObject) and name in target):
        target.set(name, value)
    elif isinstance(target, list) and target and all(isinstance(item, PSObject | HashTable) for item in target):
        for item in target:
            set_member(item, name, value)
    else:
        text = f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
        raise ShellError(text, "PropertyNotFound", category="InvalidOperation", target=name)


def call(target: Value, name: str, arguments: list[Value], context: Context) -> Value:
    """Call a method; raises `ShellError`. On a list that has no such method: on each item."""
    if target is None:
        text = "You cannot call a method on a null-valued expression."
        raise ShellError(text, "InvokeMethodOnNull", category="InvalidOperation")
    found = context.find(target, name)
    if found is not None:
        return found(context, target, *_counted(name, arguments, found.least, found.most))
    if (
        isinstance(target, list)
        and not isinstance(target, ArrayList)
        and target
        and name.lower() not in METHODS["list"]
    ):
        return [call(item, name, arguments, context) for item in target]
    text = f"Method invocation failed because [{type_name(target)}] does not contain a method named '{name}'."
    raise ShellError(text, "MethodNotFound", category="InvalidOperation", target=name)


def _counted(name: str, arguments: list[Value], least: int, most: int) -> list[Value]:
    if not least <= len(arguments) <= most:
        text = f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".'
        raise ShellError(text, "MethodCountCouldNotFindBest", category="NotSpecified", target=name)
    return arguments

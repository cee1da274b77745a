"""The static members of types: `[datetime]::Now`, `[math]::Round(...)`. What is not listed here is not there."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import regex

from mailwake.shell.dates import aligned, parse_exact
from mailwake.shell.errors import ShellError
from mailwake.shell.methods import Context, Method, called
from mailwake.shell.objects import ArrayList, HashTable, Value, as_list
from mailwake.shell.values import operators
from mailwake.shell.values.convert import Settings, to_date, to_guid, to_int, to_number, to_span
from mailwake.shell.values.written import brief, joined, to_text


def _rounded(context: Context, value: Value, places: Value = 0, *rest: Value) -> int | float:
    digits = to_int(places)
    if not 0 <= digits <= 15:
        raise called("Round", 2, "Rounding digits must be between 0 and 15, inclusive.")
    number = _real(value)
    if rest and "away" in to_text(rest[0]).lower():
        scaled = abs(number) * 10**digits
        rounded: float = math.floor(scaled + 0.5) / 10**digits
        return -rounded if number < 0 else rounded
    return round(float(number), digits)


def _real(value: Value) -> int | float:
    number = to_number(value)
    if number is None:
        raise called("Math", 1, f'Cannot convert value "{brief(value, 60)}" to type "System.Double".')
    return number


def _floor(of: Callable[[float], int]) -> Method:
    def run(context: Context, value: Value) -> int | float:
        number = _real(value)
        return of(number) if abs(number) < 1e300 and number == number else number

    return Method(run, 1, 1)


def _power(context: Context, base: Value, exponent: Value) -> float:
    try:
        made: object = float(_real(base)) ** float(_real(exponent))
        return made if isinstance(made, float) else float("nan")
    except (OverflowError, ZeroDivisionError):
        return float("inf")


def _root(context: Context, value: Value) -> float:
    number = _real(value)
    return math.sqrt(number) if number >= 0 else float("nan")


def _string_join(context: Context, between: Value, *values: Value) -> str:
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    return joined(items, to_text(between))


_NOW = Method(lambda c: c.settings.now().astimezone(c.settings.zone))
_TODAY = Method(
    lambda c: c.settings.now().astimezone(c.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
)

STATIC: dict[str, dict[str, Method]] = {
    "System.DateTime": {
        "now": _NOW,
        "utcnow": Method(lambda c: c.settings.now().astimezone(UTC)),
        "today": _TODAY,
        "minvalue": Method(lambda c: datetime.min),
        "maxvalue": Method(lambda c: datetime.max.replace(microsecond=0)),
        "parse": Method(lambda c, text, *rest: to_date(to_text(text), c.settings, c.settings.culture), 1, 2),
        "parseexact": Method(lambda c, text, pattern, *rest: _exact(to_text(text), to_text(pattern)), 2, 4),
        "isleapyear": Method(lambda c, y: to_int(y) % 4 == 0 and (to_int(y) % 100 != 0 or to_int(y) % 400 == 0), 1, 1),
        "compare": Method(lambda c, a, b: _date_order(a, b, c.settings), 2, 2),
    },
    "System.TimeSpan": {
        "zero": Method(lambda c: timedelta(0)),
        "fromdays": Method(lambda c, n: _span_of(n, 86400), 1, 1),
        "fromhours": Method(lambda c, n: _span_of(n, 3600), 1, 1),
        "fromminutes": Method(lambda c, n: _span_of(n, 60), 1, 1),
        "fromseconds": Method(lambda c, n: _span_of(n, 1), 1, 1),
        "parse": Method(lambda c, text: to_span(to_text(text)), 1, 1),
    },
    "System.String": {
        "isnullorempty": Method(lambda c, text: not to_text(text), 1, 1),
        "isnullorwhitespace": Method(lambda c, text: not to_text(text).strip(), 1, 1),
        "join": Method(_string_join, 1, 20),
        "format": Method(lambda c, p, *v: operators.format_with(p, list(v), c.settings), 1, 20),
        "concat": Method(lambda c, *v: joined([item for one in v for item in as_list(one)], ""), 1, 20),
        "empty": Method(lambda c: ""),
        "compare": Method(lambda c, a, b, *r: operators.compared(to_text(a), to_text(b), c.settings, case=not r), 2, 3),
    },
    "System.Math": {
        "round": Method(_rounded, 1, 3),
        "floor": _floor(math.floor),
        "ceiling": _floor(math.ceil),
        "truncate": _floor(math.trunc),
        "abs": Method(lambda c, n: abs(_real(n)), 1, 1),
        "max": Method(lambda c, a, b: max(_real(a), _real(b)), 2, 2),
        "min": Method(lambda c, a, b: min(_real(a), _real(b)), 2, 2),
        "pow": Method(_power, 2, 2),
        "sqrt": Method(_root, 1, 1),
        "pi": Method(lambda c: math.pi),
    },
    "System.Guid": {
        "empty": Method(lambda c: UUID(int=0)),
        "parse": Method(lambda c, text: to_guid(text), 1, 1),
    },
    "System.Int32": {
        "maxvalue": Method(lambda c: 2**31 - 1),
        "minvalue": Method(lambda c: -(2**31)),
        "parse": Method(lambda c, text: to_int(to_text(text)), 1, 1),
    },
    "System.Int64": {
        "maxvalue": Method(lambda c: 2**63 - 1),
        "minvalue": Method(lambda c: -(2**63)),
        "parse": Method(lambda c, text: to_int(to_text(text), "System.Int64"), 1, 1),
    },
    "System.Double": {"parse": Method(lambda c, text: float(_real(to_text(text))), 1, 1)},
    "System.Boolean": {"parse": Method(lambda c, text: to_text(text).strip().lower() == "true", 1, 1)},
    "System.Text.RegularExpressions.Regex": {},
    "System.Collections.ArrayList": {
        "new": Method(lambda c, *items: ArrayList(as_list(items[0]) if items else ()), 0, 1)
    },
    "System.Collections.Hashtable": {"new": Method(lambda c: HashTable())},
    "System.Exception": {"new": Method(lambda c, *text: to_text(text[0]) if text else "", 0, 2)},
}
"""Static members by the .NET name of the type; what takes no argument may be a property."""


def _exact(text: str, pattern: str) -> datetime:
    made = parse_exact(text, pattern)
    if made is None:
        raise called("ParseExact", 3, f"String '{text[:60]}' was not recognized as a valid DateTime.")
    return made


def _span_of(count: Value, unit: int) -> timedelta:
    try:
        return timedelta(seconds=_real(count) * unit)
    except (OverflowError, ValueError):
        raise called("From", 1, "TimeSpan overflowed because the duration is too long.") from None


def _date_order(left: Value, right: Value, settings: Settings) -> int:
    mine, other = aligned(to_date(left, settings), to_date(right, settings))
    return (mine > other) - (mine < other)


def _escaped(context: Context, text: Value) -> str:
    return str(regex.escape(to_text(text)))


STATIC["System.Text.RegularExpressions.Regex"]["escape"] = Method(_escaped, 1, 1)


def static(type: str, name: str, arguments: list[Value], context: Context, *, called: bool) -> Value:
    """A static member of a type; raises `ShellError`."""
    found = STATIC.get(type, {}).get(name.lower())
    if type == "System.Guid" and name.lower() == "newguid":
        raise ShellError(
            "[guid]::NewGuid() is not part of this shell's language: a script gives the same each time.", "NotSupported"
        )
    if found is None:
        if not called:
            return None
        text = f"Method invocation failed because [{type}] does not contain a method named '{name}'."
        raise ShellError(text, "MethodNotFound", category="InvalidOperation", target=name)
    if not found.least <= len(arguments) <= found.most:
        text = f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".'
        raise ShellError(text, "MethodCountCouldNotFindBest", category="NotSpecified", target=name)
    return found(context, *arguments)

"""The methods that values have. What is not listed here cannot be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailwake.shell.dates import to_local, to_utc
from mailwake.shell.errors import ShellError
from mailwake.shell.limits import MAX_ITEMS, check_items, check_string
from mailwake.shell.objects import ArrayList, HashTable, PSObject, Size, Value, as_list, type_name
from mailwake.shell.values import operators
from mailwake.shell.values.convert import Settings, cast, to_int, to_number, to_span
from mailwake.shell.values.written import brief, formatted, to_text


@dataclass(frozen=True, slots=True)
class Method:
    """A method and how many arguments it takes."""

    run: Callable[..., Value]
    least: int = 0
    most: int = 0

    def __call__(self, *arguments: Value) -> Value:
        """Call it with context, target and arguments; raises `ShellError`."""
        try:
            return self.run(*arguments)
        except (ArithmeticError, ValueError) as error:
            raise ShellError(f'Exception calling the method: "{error}"', "MethodInvocationException") from None


@dataclass(frozen=True, slots=True)
class Context:
    """What methods depend on."""

    settings: Settings

    def find(self, target: Value, name: str) -> Method | None:
        """A value's method."""
        own = METHODS.get(kind_of(target), {}).get(name.lower())
        return own or METHODS["any"].get(name.lower())


def kind_of(target: Value) -> str:
    """Whose methods a value has: a key of METHODS."""
    for kind, name in _KINDS:
        if isinstance(target, kind):
            return name
    return "any"


_KINDS: tuple[tuple[type, str], ...] = (
    (str, "string"),
    (datetime, "date"),
    (timedelta, "span"),
    (ArrayList, "arraylist"),
    (list, "list"),
    (HashTable, "table"),
    (Size, "size"),
)


def _chars(values: tuple[Value, ...]) -> str | None:
    text = "".join(to_text(item) for value in values for item in as_list(value))
    return text or None


def _substring(context: Context, text: str, start: Value, length: Value = None) -> str:
    begin = to_int(start)
    size = len(text) - begin if length is None else to_int(length)
    if not 0 <= begin <= len(text):
        raise called("Substring", 2, "startIndex cannot be larger than length of string.")
    if size < 0 or begin + size > len(text):
        raise called("Substring", 2, "Index and length must refer to a location within the string.")
    return text[begin : begin + size]


def called(name: str, count: int, why: str) -> ShellError:
    """The error of a method that was called with what it cannot use."""
    text = f'Exception calling "{name}" with "{count}" argument(s): "{why}"'
    return ShellError(text, "ArgumentOutOfRangeException", category="NotSpecified", reason="MethodInvocationException")


def _split(context: Context, text: str, *separators: Value) -> list[str]:
    marks = [to_text(item) for value in separators for item in as_list(value) if not isinstance(item, int)]
    chars = "".join(marks) if marks else " \t\r\n"
    parts, begin = [], 0
    for at, char in enumerate(text):
        if char in chars:
            parts.append(text[begin:at])
            begin = at + 1
    return [*parts, text[begin:]]


def _padded(context: Context, text: str, width: Value, fill: Value = " ", *, left: bool) -> str:
    size = check_string(to_int(width))
    mark = cast(fill, "System.Char", context.settings)
    return text.rjust(max(size, 0), mark) if left else text.ljust(max(size, 0), mark)


def _replace(context: Context, text: str, old: Value, new: Value) -> str:
    if not to_text(old):
        raise called("Replace", 2, "String cannot be of zero length.")
    made = to_text(new)
    check_string(len(text) + text.count(to_text(old)) * len(made))
    return text.replace(to_text(old), made)


def _starts(text: str, part: Value, how: Value, test: Callable[[str, str], bool]) -> bool:
    other = to_text(part)
    ignore = how is True or "ignorecase" in to_text(how).lower()
    return test(text.lower(), other.lower()) if ignore else test(text, other)


def _insert(context: Context, text: str, at: Value, part: Value) -> str:
    place = to_int(at)
    if not 0 <= place <= len(text):
        raise called("Insert", 2, "Specified argument was out of the range of valid values.")
    check_string(len(text) + len(to_text(part)))
    return text[:place] + to_text(part) + text[place:]


def _remove(context: Context, text: str, at: Value, count: Value = None) -> str:
    place = to_int(at)
    size = len(text) - place if count is None else to_int(count)
    if place < 0 or size < 0 or place + size > len(text):
        raise called("Remove", 2, "Index and count must refer to a location within the string.")
    return text[:place] + text[place + size :]


_STRING = {
    "tolower": Method(lambda c, s, *rest: s.lower(), 0, 1),
    "toupper": Method(lambda c, s, *rest: s.upper(), 0, 1),
    "tolowerinvariant": Method(lambda c, s: s.lower()),
    "toupperinvariant": Method(lambda c, s: s.upper()),
    "trim": Method(lambda c, s, *chars: s.strip(_chars(chars)), 0, 9),
    "trimstart": Method(lambda c, s, *chars: s.lstrip(_chars(chars)), 0, 9),
    "trimend": Method(lambda c, s, *chars: s.rstrip(_chars(chars)), 0, 9),
    "split": Method(_split, 0, 9),
    "replace": Method(_replace, 2, 2),
    "substring": Method(_substring, 1, 2),
    "startswith": Method(lambda c, s, part, how="": _starts(s, part, how, str.startswith), 1, 3),
    "endswith": Method(lambda c, s, part, how="": _starts(s, part, how, str.endswith), 1, 3),
    "contains": Method(lambda c, s, part, how="": _starts(s, part, how, lambda a, b: b in a), 1, 2),
    "indexof": Method(lambda c, s, part, start=0: s.find(to_text(part), max(to_int(start), 0)), 1, 2),
    "lastindexof": Method(lambda c, s, part: s.rfind(to_text(part)), 1, 1),
    "padleft": Method(lambda c, s, *rest: _padded(c, s, *rest, left=True), 1, 2),
    "padright": Method(lambda c, s, *rest: _padded(c, s, *rest, left=False), 1, 2),
    "insert": Method(_insert, 2, 2),
    "remove": Method(_remove, 1, 2),
    "tochararray": Method(lambda c, s: list(s[:MAX_ITEMS])),
}


def _moved(context: Context, date: datetime, span: timedelta) -> datetime:
    try:
        return date + span
    except OverflowError:
        raise called("Add", 1, "The added or subtracted value results in an un-representable DateTime.") from None


def _adder(unit: float) -> Method:
    """AddDays and the like; the unit in seconds."""

    def add(context: Context, date: datetime, count: Value) -> datetime:
        number = to_number(count)
        if number is None:
            raise called("AddDays", 1, f'Cannot convert value "{brief(count, 60)}" to type "System.Double".')
        try:
            return _moved(context, date, timedelta(seconds=number * unit))
        except (OverflowError, ValueError):
            raise called("Add", 1, "Value to add was out of range.") from None

    return Method(add, 1, 1)


def _months(context: Context, date: datetime, count: Value, factor: int = 1) -> datetime:
    months = date.year * 12 + date.month - 1 + to_int(count) * factor
    year, month = divmod(months, 12)
    for day in (date.day, 30, 29, 28):
        try:
            return date.replace(year=year, month=month + 1, day=min(day, date.day))
        except ValueError:
            continue
    raise called("AddMonths", 1, "The added or subtracted value results in an un-representable DateTime.")


def _subtract(context: Context, date: datetime, other: Value) -> Value:
    return operators.arithmetic("-", date, other, context.settings)


def _compare_to(context: Context, value: Value, other: Value) -> int:
    return operators.compared(value, other, context.settings)


_DATE = {
    "addyears": Method(lambda c, d, n: _months(c, d, n, 12), 1, 1),
    "addmonths": Method(_months, 1, 1),
    "adddays": _adder(86400),
    "addhours": _adder(3600),
    "addminutes": _adder(60),
    "addseconds": _adder(1),
    "addmilliseconds": _adder(0.001),
    "add": Method(lambda c, d, span: _moved(c, d, to_span(span)), 1, 1),
    "subtract": Method(_subtract, 1, 1),
    "touniversaltime": Method(lambda c, d: to_utc(d, c.settings.zone)),
    "tolocaltime": Method(lambda c, d: to_local(d, c.settings.zone)),
    "toshortdatestring": Method(lambda c, d: formatted(d, "d", c.settings.culture)),
    "tolongdatestring": Method(lambda c, d: formatted(d, "D", c.settings.culture)),
    "toshorttimestring": Method(lambda c, d: formatted(d, "t", c.settings.culture)),
    "tolongtimestring": Method(lambda c, d: formatted(d, "T", c.settings.culture)),
}
_SPAN = {
    "add": Method(lambda c, s, other: operators.arithmetic("+", s, to_span(other), c.settings), 1, 1),
    "subtract": Method(lambda c, s, other: operators.arithmetic("-", s, to_span(other), c.settings), 1, 1),
    "negate": Method(lambda c, s: -s),
    "duration": Method(lambda c, s: abs(s)),
}


def _contains(context: Context, items: list[Value], wanted: Value) -> bool:
    return any(operators.equal(item, wanted, context.settings, case=True) for item in items)


def _index_of(context: Context, items: list[Value], wanted: Value) -> int:
    return next((i for i, item in enumerate(items) if operators.equal(item, wanted, context.settings, case=True)), -1)


def _fixed(context: Context, items: list[Value], *arguments: Value) -> Value:
    raise called("Add", 1, "Collection was of a fixed size.")


_LIST = {
    "contains": Method(_contains, 1, 1),
    "indexof": Method(_index_of, 1, 1),
    "add": Method(_fixed, 0, 9),
    "remove": Method(_fixed, 0, 9),
    "clear": Method(_fixed, 0, 9),
    "clone": Method(lambda c, items: list(items)),
}


def _added(context: Context, items: ArrayList, value: Value) -> Value:
    check_items(len(items) + 1)
    items.append(value)
    return []


def _added_all(context: Context, items: ArrayList, values: Value) -> Value:
    check_items(len(items) + len(as_list(values)))
    items.extend(as_list(values))
    return []


def _removed(context: Context, items: ArrayList, value: Value) -> Value:
    place = _index_of(context, items, value)
    if place >= 0:
        del items[place]
    return []


def _removed_at(context: Context, items: ArrayList, place: Value) -> Value:
    index = to_int(place)
    if not 0 <= index < len(items):
        raise called(
            "RemoveAt", 1, "Index was out of range. Must be non-negative and less than the size of the collection."
        )
    del items[index]
    return []


def _cleared(context: Context, items: Value) -> Value:
    items.clear()
    return []


_ARRAYLIST = {
    **_LIST,
    "add": Method(_added, 1, 1),
    "addrange": Method(_added_all, 1, 1),
    "remove": Method(_removed, 1, 1),
    "removeat": Method(_removed_at, 1, 1),
    "clear": Method(_cleared),
    "toarray": Method(lambda c, items: list(items)),
}


def _table_add(context: Context, table: HashTable, key: Value, value: Value) -> Value:
    if key in table:
        text = f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
        raise called("Add", 2, text)
    check_items(len(table) + 1)
    table.set(key, value)
    return []


def _table_remove(context: Context, table: HashTable, key: Value) -> Value:
    table.remove(key)
    return []


_TABLE = {
    "containskey": Method(lambda c, table, key: key in table, 1, 1),
    "contains": Method(lambda c, table, key: key in table, 1, 1),
    "containsvalue": Method(lambda c, table, value: _contains(c, table.values(), value), 1, 1),
    "add": Method(_table_add, 2, 2),
    "remove": Method(_table_remove, 1, 1),
    "clear": Method(_cleared),
    "clone": Method(lambda c, table: table.copy()),
    "getenumerator": Method(lambda c, table: [entry(key, value) for key, value in table.items()]),
}


def entry(key: Value, value: Value) -> PSObject:
    """A pair of a hashtable as an object."""
    properties = {"Name": key, "Key": key, "Value": value}
    return PSObject(properties, "System.Collections.DictionaryEntry")


def _size(unit: int) -> Method:
    return Method(lambda c, size: size.bytes if unit == 1 else size.bytes // unit)


_SIZE = {
    "tobytes": _size(1),
    "tokb": _size(1024),
    "tomb": _size(1024**2),
    "togb": _size(1024**3),
    "totb": _size(1024**4),
}


def _to_string(context: Context, value: Value, format: Value = "", *rest: Value) -> str:
    return formatted(value, to_text(format), context.settings.culture)


_ANY = {
    "tostring": Method(_to_string, 0, 2),
    "equals": Method(lambda c, value, other: operators.equal(value, other, c.settings, case=True), 1, 2),
    "compareto": Method(_compare_to, 1, 1),
    "gettype": Method(lambda c, value: _type_object(value)),
}


def _type_object(value: Value) -> PSObject:
    name = type_name(value)
    short = name.rpartition(".")[2]
    return PSObject({"Name": short, "FullName": name}, "System.RuntimeType", text=name)


METHODS: dict[str, dict[str, Method]] = {
    "string": _STRING,
    "date": _DATE,
    "span": _SPAN,
    "list": _LIST,
    "arraylist": _ARRAYLIST,
    "table": _TABLE,
    "size": _SIZE,
    "any": _ANY,
}
"""Methods by the kind of value and the name in lower case."""

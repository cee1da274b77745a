"""Comparison and arithmetic, as PowerShell does it: the left side's type decides."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mailwake.shell.dates import aligned
from mailwake.shell.errors import ShellError
from mailwake.shell.limits import check_items, check_string
from mailwake.shell.objects import HashTable, PSObject, Size, TypeReference, Value, as_list, type_name
from mailwake.shell.values.convert import (
    Settings,
    bounded,
    cast,
    refused,
    resolve_type,
    to_bool,
    to_date,
    to_guid,
    to_int,
    to_number,
    to_size,
    to_span,
)
from mailwake.shell.values.patterns import like
from mailwake.shell.values.written import brief, composed, joined, to_text

_ORDER: dict[str, Callable[[int], bool]] = {
    "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
    "lt": lambda order: order < 0,
    "le": lambda order: order <= 0,
}


def equal(left: Value, right: Value, settings: Settings, *, case: bool = False) -> bool:
    """`-eq` between two single values; what cannot be converted is not equal."""
    if left is None or right is None:
        return left is None and right is None
    try:
        return compared(left, right, settings, case=case) == 0
    except ShellError:
        return False


def compared(left: Value, right: Value, settings: Settings, *, case: bool = False) -> int:
    """Below, at or above 0 as the left is less, equal or greater; raises `ShellError` if they do not compare."""
    if left is None or right is None:
        return _compared_null(left, right)
    if isinstance(left, str):
        mine, other = left, to_text(right)
        if not case:
            mine, other = mine.lower(), other.lower()
        return _sign(mine, other)
    if isinstance(left, bool):
        return _sign(left, to_bool(right))
    if isinstance(left, int | float):
        number = to_number(right)
        if number is None:
            kind = "System.Double" if isinstance(left, float) else "System.Int32"
            raise refused(right, kind, "Input string was not in a correct format.")
        return _sign(left, number)
    if isinstance(left, datetime):
        mine_at, other_at = aligned(left, to_date(right, settings))
        return _sign(mine_at, other_at)
    for own, convert in _BY_TYPE:
        if isinstance(left, own):
            return _sign(left, convert(right))
    return _compared_objects(left, right)


_BY_TYPE: tuple[tuple[type, Callable[[Value], Any]], ...] = ((timedelta, to_span), (UUID, to_guid), (Size, to_size))


def _compared_null(left: Value, right: Value) -> int:
    if left is None and right is None:
        return 0
    if left is None and isinstance(right, int | float):
        return _sign(0, right)
    return -1 if left is None else 1


def _compared_objects(left: Value, right: Value) -> int:
    if left is right:
        return 0
    if isinstance(left, TypeReference):
        named = right.name if isinstance(right, TypeReference) else to_text(right)
        return _sign(left.name.lower(), named.lower())
    if isinstance(left, PSObject) and left.text is not None:
        return _sign(left.text.lower(), to_text(right).lower())
    text = f'Cannot compare "{brief(left)}" because it is not IComparable.'
    raise ShellError(text, "NotIcomparable", category="InvalidOperation")


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def compare(name: str, left: Value, right: Value, settings: Settings) -> Value:
    """`-eq -ne -gt -ge -lt -le -like -notlike -in -notin -contains -notcontains`, each with `c` or `i` in front."""
    case = name[0] == "c" and name != "contains"
    name = name[1:] if case or (name[0] == "i" and name not in ("in", "is", "isnot")) else name
    if name in ("contains", "notcontains", "in", "notin"):
        if name.endswith("in"):
            left, right = right, left
        found = any(equal(item, right, settings, case=case) for item in as_list(left))
        return found is not name.startswith("not")
    test = _test(name, right, settings, case=case)
    if isinstance(left, list):
        return [item for item in left if test(item)]
    return test(left)


def _test(name: str, right: Value, settings: Settings, *, case: bool) -> Callable[[Value], bool]:
    if name in ("like", "notlike"):
        pattern = to_text(right)
        return lambda left: like(to_text(left), pattern, case=case) is (name == "like")
    if name in ("eq", "ne"):
        return lambda left: equal(left, right, settings, case=case) is (name == "eq")
    order = _ORDER[name]

    def test(left: Value) -> bool:
        try:
            return order(compared(left, right, settings, case=case))
        except ShellError as error:
            text = f'Could not compare "{brief(left)}" to "{brief(right)}". Error: "{error}"'
            raise ShellError(text, "ComparisonFailure", category="InvalidOperation") from None

    return test


def is_of_type(value: Value, type: Value) -> bool:
    """`-is`"""
    name = type.name if isinstance(type, TypeReference) else resolve_type(to_text(type))
    if name is None:
        raise ShellError(f"Unable to find type [{to_text(type)}].", "TypeNotFound", target=to_text(type))
    own = type_name(value)
    if value is None:
        return False
    if name in ("System.Object", own) or (name == "System.Array" and own == "System.Object[]"):
        return True
    if name.endswith("PSCustomObject") or name.endswith("PSObject"):
        return isinstance(value, PSObject)
    return name.endswith("[]") and own.endswith("[]")


def as_type(value: Value, type: Value, settings: Settings) -> Value:
    """`-as`: the conversion, or $null."""
    name = type.name if isinstance(type, TypeReference) else resolve_type(to_text(type))
    if name is None:
        raise ShellError(f"Unable to find type [{to_text(type)}].", "TypeNotFound", target=to_text(type))
    try:
        return cast(value, name, settings)
    except ShellError:
        return None


def _no_method(left: Value, sign: str) -> ShellError:
    names = {"+": "op_Addition", "-": "op_Subtraction", "*": "op_Multiply", "/": "op_Division", "%": "op_Modulus"}
    text = f"Method invocation failed because [{type_name(left)}] does not contain a method named '{names[sign]}'."
    return ShellError(text, "MethodNotFound", category="InvalidOperation", target=names[sign])


def arithmetic(sign: str, left: Value, right: Value, settings: Settings) -> Value:
    """`+ - * / %`"""
    if sign == "+":
        return _plus(left, right, settings)
    if isinstance(left, datetime | timedelta) and sign == "-":
        return _minus_time(left, right, settings)
    if sign == "*" and isinstance(left, str | list):
        count = to_int(right)
        if count < 0:
            raise ShellError("The argument of '*' must not be negative.", "OperatorRequiresNumber")
        check = check_string if isinstance(left, str) else check_items
        check(len(left) * count)
        return left * count
    return _numeric(sign, left, right)


def _plus(left: Value, right: Value, settings: Settings) -> Value:
    if left is None:
        return right
    if isinstance(left, list):
        right = right if isinstance(right, list) else [right]
        check_items(len(left) + len(right))
        return [*left, *right]
    if isinstance(left, str):
        text = to_text(right)
        check_string(len(left) + len(text))
        return left + text
    if isinstance(left, HashTable):
        return _merged(left, right)
    if isinstance(left, datetime | timedelta):
        try:
            return left + to_span(right)
        except OverflowError:
            raise _out_of_range() from None
    return _numeric("+", left, right)


def _merged(left: HashTable, right: Value) -> HashTable:
    if not isinstance(right, HashTable):
        raise ShellError("A hash table can only be added to another hash table.", "AddHashTableToNonHashTable")
    made = left.copy()
    for key, value in right.items():
        if key in made:
            text = (
                f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
            )
            raise ShellError(text, "ArgumentException")
        made.set(key, value)
    return made


def _out_of_range() -> ShellError:
    text = "The added or subtracted value results in an un-representable DateTime."
    return ShellError(text, "ArgumentOutOfRangeException", category="InvalidArgument")


def _minus_time(left: datetime | timedelta, right: Value, settings: Settings) -> Value:
    try:
        if isinstance(left, timedelta):
            return left - to_span(right)
        if isinstance(right, timedelta):
            return left - right
        mine, other = aligned(left, to_date(right, settings))
        return mine - other
    except OverflowError:
        raise _out_of_range() from None


def _numeric(sign: str, left: Value, right: Value) -> int | float:
    if isinstance(left, datetime | timedelta | HashTable | PSObject | list | UUID):
        raise _no_method(left, sign)
    mine, other = _number(left), _number(right)
    try:
        if sign == "+":
            return bounded(mine + other)
        if sign == "-":
            return bounded(mine - other)
        if sign == "*":
            return bounded(mine * other)
        return _divided(sign, mine, other)
    except OverflowError:
        return float("inf")


def _number(value: Value) -> int | float:
    number = to_number(value)
    if number is None:
        raise refused(value, "System.Int32", "Input string was not in a correct format.")
    return number


def _divided(sign: str, left: int | float, right: int | float) -> int | float:
    if right == 0:
        if isinstance(left, int) and isinstance(right, int):
            raise ShellError("Attempted to divide by zero.", "RuntimeException", category="NotSpecified")
        if sign == "%" or left == 0 or left != left:
            return float("nan")
        return float("inf") if left > 0 else float("-inf")
    if isinstance(left, int) and isinstance(right, int):
        if sign == "/":
            return left // right if left % right == 0 else left / right
        return int(math.copysign(abs(left) % abs(right), left)) if abs(left) < 2**53 else _remainder(left, right)
    return left / right if sign == "/" else math.fmod(left, right)


def _remainder(left: int, right: int) -> int:
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def bits(name: str, left: Value, right: Value) -> int:
    """`-band -bor -bxor -shl -shr`"""
    mine, other = to_int(left, "System.Int64"), to_int(right, "System.Int64")
    if name == "shl":
        shifted = (mine << (other & 63)) & (2**64 - 1)
        return shifted - 2**64 if shifted >= 2**63 else shifted
    if name == "shr":
        return mine >> (other & 63)
    return mine & other if name == "band" else mine | other if name == "bor" else mine ^ other


def numbers_between(left: Value, right: Value) -> list[int]:
    """`1..5`, both ends included, downwards too."""
    first, last = to_int(left), to_int(right)
    check_items(abs(last - first) + 1)
    return list(range(first, last + 1)) if last >= first else list(range(first, last - 1, -1))


def format_with(pattern: Value, arguments: Value, settings: Settings) -> str:
    """`-f`"""
    values = arguments if isinstance(arguments, list) else [arguments]
    return composed(to_text(pattern), values, settings.culture)


def join_with(value: Value, between: Value) -> str:
    """`-join`"""
    return joined(value, to_text(between))

"""The objects that go through a pipeline, beside Python's own values.

A value is `None` ($null), `bool`, `int`, `float`, `str`, `datetime` (with UTC or another zone: that kind of time;
without: of unspecified kind), `timedelta` (TimeSpan), `UUID` (Guid), a `list` (array), an `ArrayList`, a `HashTable`, a
`PSObject`, a `Size`, a `TypeReference` or a `ScriptBlock` (see `scripts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

Value: TypeAlias = Any
"""Any value of the language; see the module's text."""

CUSTOM = "System.Management.Automation.PSCustomObject"


class _Missing:
    """What a property that is not there gives."""

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()


class _Nothing:
    """What a variable holds that was given the output of a command without any.

    It is $null wherever it is read, and no object at all in a pipeline: `$rows | ForEach-Object {...}` does nothing,
    and `@($rows).Count` is 0, while $null itself goes down a pipeline as one object.
    """

    def __bool__(self) -> bool:
        return False


NOTHING = _Nothing()


class PSObject:
    """An object: properties in order, found without regard to case, and the name of its type."""

    __slots__ = ("_properties", "text", "type_name")

    def __init__(
        self,
        properties: Mapping[str, Value] | Iterable[tuple[str, Value]] = (),
        type_name: str = CUSTOM,
        text: str | None = None,
    ) -> None:
        """`text` is what the object is as a string (a mailbox's name, say); else its properties, as `@{a=1; b=2}`."""
        self.type_name = type_name
        self.text = text
        pairs = properties.items() if isinstance(properties, Mapping) else properties
        self._properties: dict[str, tuple[str, Value]] = {name.lower(): (name, value) for name, value in pairs}

    def get(self, name: str, default: Value = None) -> Value:
        """A property's value."""
        found = self._properties.get(name.lower())
        return found[1] if found is not None else default

    def set(self, name: str, value: Value) -> None:
        """Change a property, or add one at the end."""
        key = name.lower()
        found = self._properties.get(key)
        self._properties[key] = (found[0] if found is not None else name, value)

    def remove(self, name: str) -> None:
        """Take a property away, if it is there."""
        self._properties.pop(name.lower(), None)

    def name_of(self, name: str) -> str:
        """The property's name as the object spells it."""
        found = self._properties.get(name.lower())
        return found[0] if found is not None else name

    def names(self) -> list[str]:
        """The properties' names, in order."""
        return [name for name, _ in self._properties.values()]

    def items(self) -> list[tuple[str, Value]]:
        """Names and values, in order."""
        return list(self._properties.values())

    def copy(self) -> PSObject:
        """An object of its own with the same properties."""
        return PSObject(self._properties.values(), self.type_name, self.text)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._properties

    def __repr__(self) -> str:
        return f"PSObject({dict(self._properties.values())!r}, {self.type_name!r})"


class HashTable:
    """`@{...}`: keys (strings without regard to case) in the order in which they came."""

    __slots__ = ("_pairs", "ordered")

    def __init__(self, pairs: Iterable[tuple[Value, Value]] = (), *, ordered: bool = False) -> None:
        """`ordered` only names the type."""
        self.ordered = ordered
        self._pairs: dict[Value, tuple[Value, Value]] = {}
        for key, value in pairs:
            self.set(key, value)

    @staticmethod
    def _key(key: Value) -> Value:
        if isinstance(key, str):
            return key.lower()
        if isinstance(key, bool | int | float | datetime | timedelta | UUID | Size):
            return (type(key).__name__, key)
        return ("id", id(key))

    def get(self, key: Value, default: Value = None) -> Value:
        """The value of a key."""
        found = self._pairs.get(self._key(key))
        return found[1] if found is not None else default

    def set(self, key: Value, value: Value) -> None:
        """Change or add a pair."""
        own = self._key(key)
        found = self._pairs.get(own)
        self._pairs[own] = (found[0] if found is not None else key, value)

    def remove(self, key: Value) -> None:
        """Take a pair away, if it is there."""
        self._pairs.pop(self._key(key), None)

    def clear(self) -> None:
        """Take all away."""
        self._pairs.clear()

    def items(self) -> list[tuple[Value, Value]]:
        """Keys and values, in order."""
        return list(self._pairs.values())

    def keys(self) -> list[Value]:
        """The keys, in order."""
        return [key for key, _ in self._pairs.values()]

    def values(self) -> list[Value]:
        """The values, in order."""
        return [value for _, value in self._pairs.values()]

    def copy(self) -> HashTable:
        """A table of its own."""
        return HashTable(self._pairs.values(), ordered=self.ordered)

    def __contains__(self, key: Value) -> bool:
        return self._key(key) in self._pairs

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.keys())


class ArrayList(list[Value]):
    """A list that grows in place: `[System.Collections.ArrayList]`, `[System.Collections.Generic.List[object]]`."""


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """An amount of bytes as Exchange shows it: `12.3 KB (12,600 bytes)`."""

    bytes: int

    def __str__(self) -> str:
        value, unit = float(self.bytes), "B"
        for unit in ("B", "KB", "MB", "GB", "TB"):
            if abs(value) < 1024 or unit == "TB":
                break
            value /= 1024
        amount = f"{value:.0f}" if unit == "B" else f"{value:.4g}"
        return f"{amount} {unit} ({self.bytes:,} bytes)"


@dataclass(frozen=True, slots=True)
class TypeReference:
    """`[datetime]` as a value; the name is .NET's."""

    name: str


@dataclass(frozen=True, slots=True)
class Unrolled:
    """Several values that a cmdlet gives as one: see `Write-Output -NoEnumerate`."""

    values: tuple[Value, ...]


def type_name(value: Value) -> str:
    """The .NET name of a value's type."""
    if isinstance(value, PSObject):
        return value.type_name
    if isinstance(value, HashTable):
        return "System.Collections.Specialized.OrderedDictionary" if value.ordered else "System.Collections.Hashtable"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**31 - 1:
        return "System.Int64"
    for kind, name in _NAMES:
        if isinstance(value, kind):
            return name
    return str(getattr(value, "type_name", "System.Object"))


_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "System.Boolean"),
    (int, "System.Int32"),
    (float, "System.Double"),
    (str, "System.String"),
    (datetime, "System.DateTime"),
    (timedelta, "System.TimeSpan"),
    (UUID, "System.Guid"),
    (ArrayList, "System.Collections.ArrayList"),
    (list, "System.Object[]"),
    (Size, "Microsoft.Exchange.Data.ByteQuantifiedSize"),
    (TypeReference, "System.RuntimeType"),
)


def each(value: Value) -> Iterator[Value]:
    """What a pipeline gets from a value: the items of a list, nothing of $null... which a cmdlet's output never is."""
    if isinstance(value, list):
        yield from value
    else:
        yield value


def as_list(value: Value) -> list[Value]:
    """A value as a list: a list as it is, $null as none, anything else as one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def gathered(values: list[Value]) -> Value:
    """The result of a statement: $null for none, the value itself for one, else an array."""
    if not values:
        return None
    return values[0] if len(values) == 1 else values

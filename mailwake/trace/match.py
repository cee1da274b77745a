"""Question trees to Python predicates over rows: the same answers as the store's SQL, without a store."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from mailwake.store.query import (
    FOLDED,
    UNKNOWN,
    And,
    Between,
    Contains,
    Equals,
    Has,
    HasMatch,
    InNetwork,
    Matches,
    Node,
    Not,
    Or,
)
from mailwake.store.rows import Row

Predicate = Callable[[Row], bool]


def predicate(node: Node) -> Predicate:
    """A function that says whether a row meets the question."""
    match node:
        case And(parts):
            tests = [predicate(part) for part in parts]
            return lambda row: all(test(row) for test in tests)
        case Or(parts):
            tests = [predicate(part) for part in parts]
            return lambda row: any(test(row) for test in tests)
        case Not(part):
            test = predicate(part)
            return lambda row: not test(row)
        case Equals(column, value):
            return _equals(column, value)
        case Matches(column, pattern):
            return _matches(column, pattern)
        case Contains(column, text, where):
            return _contains(column, text, where)
        case Between(column, low, high):
            return lambda row: (
                (low is None or getattr(row, column) >= low) and (high is None or getattr(row, column) < high)
            )
        case Has(column, value):
            return lambda row: value in getattr(row, column)
        case HasMatch(column, pattern):
            like = _pattern(pattern)
            return lambda row: any(like.fullmatch(value.lower()) is not None for value in getattr(row, column))
        case InNetwork(column, network):
            return _in_network(column, network)


def _equals(column: str, value: str | int | None) -> Predicate:
    if isinstance(value, str) and column in FOLDED:
        low = value.lower()
        return lambda row: _text(row, column) == low
    return lambda row: bool(getattr(row, column) == value)


def _matches(column: str, pattern: str) -> Predicate:
    compiled = _pattern(pattern)
    return lambda row: compiled.fullmatch(_text(row, column)) is not None


def _pattern(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern.lower())
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _contains(column: str, text: str, where: str) -> Predicate:
    low = text.lower()
    if where == "start":
        return lambda row: _text(row, column).startswith(low)
    if where == "end":
        return lambda row: _text(row, column).endswith(low)
    return lambda row: low in _text(row, column)


def _text(row: Row, column: str) -> str:
    value = getattr(row, column)
    return UNKNOWN if value is None else str(value).lower()


def _in_network(column: str, network: str) -> Predicate:
    net = ip_network(network, strict=False)

    def test(row: Row) -> bool:
        try:
            return ip_address(getattr(row, column)) in net
        except ValueError:
            return False

    return test

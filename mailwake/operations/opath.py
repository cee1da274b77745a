"""Conditions on the properties of an item, as Exchange's -Filter has them: OPATH, a subset.

    condition:  comparison | not condition | condition (-and | -or) condition | "(" condition ")"
    comparison: Property operator value
    operator:   -eq -ne -gt -ge -lt -le -like -notlike -contains
    value:      'text' "text" $true $false $null number word

Everything compares without regard to case; a list meets a comparison when one of its values does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Any

from mailwake.events.told import tell
from mailwake.operations.contract import OperationError

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r"\s*(?:([()])|('(?:[^']|'')*'|\"[^\"]*\")|(-[A-Za-z]+\b)|([^\s()'\"]+))")
_OPERATORS = ("-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-like", "-notlike", "-contains")
_DEEPEST = 50


def condition(text: str) -> Test:
    """What an item's record (by outside names) must meet. Raises OperationError for text that cannot be read."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    parser = _Parser(_tokens(inner), text)
    test = parser.either(0)
    parser.end()
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text, tell("at {piece!r}", piece=text[place : place + 20]))
        bracket, quoted, operator, word = match.groups()
        if bracket:
            found.append(("bracket", bracket))
        elif quoted is not None:
            found.append(("text", quoted[1:-1].replace("''", "'") if quoted[0] == "'" else quoted[1:-1]))
        elif operator:
            found.append(("operator", operator.lower()))
        else:
            found.append(("word", word))
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._place = 0

    def either(self, depth: int) -> Test:
        tests = [self._all(depth)]
        while self._take("operator", "-or"):
            tests.append(self._all(depth))
        return tests[0] if len(tests) == 1 else lambda record: any(test(record) for test in tests)

    def _all(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._take("operator", "-and"):
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise _unreadable(self._text, tell("it is nested too deeply"))
        if self._take("operator", "-not") or self._take("word", "!"):
            inner = self._one(depth + 1)
            return lambda record: not inner(record)
        if self._take("bracket", "("):
            grouped = self.either(depth + 1)
            if not self._take("bracket", ")"):
                raise _unreadable(self._text, tell("a bracket is not closed"))
            return grouped
        return self._comparison()

    def _comparison(self) -> Test:
        kind, name = self._next()
        if kind != "word":
            raise _unreadable(self._text, tell("a property is missing before {name!r}", name=name))
        _, operator = self._next()
        if operator not in _OPERATORS:
            raise _unreadable(
                self._text,
                tell(
                    "{operator!r} is no comparison; there are {names}", operator=operator, names=", ".join(_OPERATORS)
                ),
            )
        kind, value = self._next()
        if kind not in ("text", "word"):
            raise _unreadable(
                self._text, tell("a value is missing after {name} {operator}", name=name, operator=operator)
            )
        wanted = (
            {"$true": "true", "$false": "false", "$null": ""}.get(value.lower(), value) if kind == "word" else value
        )
        return _compared(name, operator, wanted)

    def _next(self) -> tuple[str, str]:
        if self._place == len(self._tokens):
            raise _unreadable(self._text, tell("it ends too early"))
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, kind: str, text: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place] == (kind, text):
            self._place += 1
            return True
        return False

    def end(self) -> None:
        if self._place != len(self._tokens):
            raise _unreadable(self._text, tell("at {piece!r}", piece=self._tokens[self._place][1]))


def _compared(name: str, operator: str, wanted: str) -> Test:
    folded = name.lower()

    def test(record: dict[str, Any]) -> bool:
        for known, value in record.items():
            if known.lower() == folded:
                return _meets(_values(value), operator, wanted)
        fitting = ", ".join(record)
        raise OperationError(
            "unknown-property",
            tell("Filter: there is no property {name!r}", name=name),
            tell("properties are: {fitting}", fitting=fitting),
        )

    return test


def _values(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [_text(value)]
    return [_text(part) for part in value] or [""]


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower()


def _meets(values: list[str], operator: str, wanted: str) -> bool:
    folded = wanted.lower()
    if operator in ("-ne", "-notlike"):
        positive = "-eq" if operator == "-ne" else "-like"
        return not _meets(values, positive, wanted)
    if operator in ("-eq", "-contains"):
        return folded in values
    if operator == "-like":
        pattern = re.compile(translate(folded.replace("[", "[[]")))
        return any(pattern.match(value) for value in values)
    return any(_ordered(value, operator, folded) for value in values)


def _ordered(value: str, operator: str, wanted: str) -> bool:
    try:
        left, right = float(value), float(wanted)
    except ValueError:
        pair: tuple[Any, Any] = (value, wanted)
    else:
        pair = (left, right)
    higher, same = pair[0] > pair[1], pair[0] == pair[1]
    found = {"-gt": higher, "-ge": higher or same, "-lt": not higher and not same, "-le": not higher}
    return bool(found[operator])


def _unreadable(text: str, why: str) -> OperationError:
    return OperationError(
        "filter-not-understood",
        tell("Filter: cannot read {text!r}: {why}", text=text, why=why),
        tell("write it as \"AuditEnabled -eq 'True' -and Name -like 'a*'\""),
    )

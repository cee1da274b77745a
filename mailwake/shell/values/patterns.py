"""Patterns: wildcards of `-like`, regular expressions of `-match`, `-replace` and `-split`.

Wildcards are matched in one pass with one place to return to. Regular expressions run with a time limit, so that a
catastrophic one ends with an error rather than not at all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import regex

from mailwake.shell.errors import LimitError, ShellError
from mailwake.shell.limits import MAX_PATTERN, check_string
from mailwake.shell.values.written import to_text

SECONDS = 0.25
"""Time that one expression may take on one text."""


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[tuple[str, str], ...]:
    """A wildcard pattern as pieces: `*`, `?`, a character, or a set `[a-z]`."""
    pieces: list[tuple[str, str]] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        close = pattern.find("]", at + 2) if char == "[" else -1
        if char == "`" and at + 1 < len(pattern):
            pieces.append(("char", pattern[at + 1]))
            at += 2
        elif close > 0:
            pieces.append(("set", pattern[at + 1 : close]))
            at = close + 1
        else:
            if not (char == "*" and pieces and pieces[-1][0] == "*"):
                pieces.append((char, char) if char in "*?" else ("char", char))
            at += 1
    return tuple(pieces)


def _fits(piece: tuple[str, str], char: str) -> bool:
    kind, text = piece
    if kind == "?":
        return True
    if kind == "char":
        return text == char
    at = 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            if text[at] <= char <= text[at + 2]:
                return True
            at += 3
        elif text[at] == char:
            return True
        else:
            at += 1
    return False


def like(text: str, pattern: str, *, case: bool = False) -> bool:
    """Whether a text has the shape of a wildcard pattern."""
    if not case:
        text, pattern = text.lower(), pattern.lower()
    if not any(char in pattern for char in "*?[`"):
        return text == pattern
    pieces = _pieces(pattern)
    at = piece = 0
    star = mark = -1
    while at < len(text):
        if piece < len(pieces) and pieces[piece][0] == "*":
            star, mark = piece, at
            piece += 1
        elif piece < len(pieces) and _fits(pieces[piece], text[at]):
            at += 1
            piece += 1
        elif star >= 0:
            mark += 1
            at, piece = mark, star + 1
        else:
            return False
    return all(kind == "*" for kind, _ in pieces[piece:])


def has_wildcard(text: str) -> bool:
    """Whether a text holds wildcards."""
    return any(char in text for char in "*?[")


@lru_cache(maxsize=256)
def compiled(pattern: str, *, case: bool = False) -> Any:
    """A regular expression; raises `ShellError`."""
    if len(pattern) > MAX_PATTERN:
        raise ShellError(f"The regular expression is longer than {MAX_PATTERN:,} characters.", "RegexTooLong")
    try:
        return regex.compile(pattern, (0 if case else regex.IGNORECASE) | regex.VERSION0, cache_pattern=False)
    except (regex.error, OverflowError, RecursionError, MemoryError, ValueError, IndexError, KeyError) as error:
        why = str(error).partition(" at position")[0] or "not a regular expression"
        text = f'The regular expression pattern {pattern} is not valid: parsing "{pattern}" - {why}.'
        raise ShellError(text, "InvalidRegularExpression", category="InvalidArgument", target=pattern[:50]) from None


def _slow(pattern: str) -> LimitError:
    return LimitError(
        f"The regular expression '{pattern[:80]}' took too long and was stopped. Anchor it, or use -like."
    )


def search(pattern: str, text: str, *, case: bool = False) -> Any | None:
    """The first match, or None."""
    check_string(len(text))
    try:
        return compiled(pattern, case=case).search(text, timeout=SECONDS)
    except (TimeoutError, MemoryError, RecursionError):
        raise _slow(pattern) from None


def groups(found: Any) -> list[tuple[Any, str]]:
    """The groups of a match that took part, by number and name."""
    pairs: list[tuple[Any, str]] = [(i, found[i]) for i in range(len(found.groups()) + 1) if found[i] is not None]
    return pairs + [(name, text) for name, text in found.groupdict().items() if text is not None]


_TEMPLATE = re.compile(r"\$(?:(\$)|(&)|(\d{1,3})|\{(\w+)\})")


def replaced(pattern: str, text: str, template: str, *, case: bool = False) -> str:
    """`-replace`: every match replaced; `$1`, `${name}`, `$&` and `$$` in the template as in .NET."""
    expression = compiled(pattern, case=case)
    size = 0

    def piece(found: Any) -> str:
        nonlocal size

        def group(mark: re.Match[str]) -> str:
            if mark[1]:
                return "$"
            if mark[2]:
                return str(found[0])
            name = int(mark[3]) if mark[3] else mark[4]
            name = int(name) if isinstance(name, str) and name.isdecimal() else name
            try:
                return found[name] or ""
            except IndexError:
                return mark[0]

        made = _TEMPLATE.sub(group, template)
        size += len(made)
        check_string(size)
        return made

    try:
        return str(expression.sub(piece, text, timeout=SECONDS))
    except (TimeoutError, MemoryError, RecursionError):
        raise _slow(pattern) from None


def split(pattern: str, text: str, count: int = 0, *, case: bool = False, simple: bool = False) -> list[str]:
    """`-split`: by a regular expression, or by a plain text; `count` is the most parts, 0 for all."""
    if simple:
        pattern = regex.escape(pattern)
    try:
        made = compiled(pattern, case=case).split(text, maxsplit=max(count - 1, 0) if count > 1 else 0, timeout=SECONDS)
    except (TimeoutError, MemoryError, RecursionError):
        raise _slow(pattern) from None
    if count == 1:
        return [text]
    return [to_text(part) for part in made if part is not None]

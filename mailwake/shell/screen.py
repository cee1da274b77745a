"""Text on a terminal: how wide it is, how it is cut and filled up, and what must not reach it."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "..."
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text of any log, fit for a terminal: control characters and surrogates written out, newlines and tabs kept."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def width(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """A text in at most so many columns, `...` (or one sign, where that has no room) at its end if it does not fit."""
    if width(text) <= columns:
        return text
    dots = ELLIPSIS if columns > len(ELLIPSIS) else "\u2026"
    return _head(text, columns - len(dots)) + dots


def _head(text: str, columns: int) -> str:
    if text.isascii():
        return text[:columns]
    used, kept = 0, []
    for char in text:
        used += _char_width(char)
        if used > columns:
            break
        kept.append(char)
    return "".join(kept)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """A text filled up with blanks, in front if it is to stand right."""
    blanks = " " * max(columns - width(text), 0)
    return blanks + text if right else text + blanks


def one_line(text: str) -> str:
    """Line breaks and tabs as blanks."""
    return text if text.isprintable() else re.sub(r"[\r\n\t]+", " ", text)


def wrapped(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns, broken at blanks where there are any, and where it breaks itself."""
    lines: list[str] = []
    for part in text.replace("\r\n", "\n").split("\n"):
        rest = part
        while width(rest) > columns:
            head = _head(rest, max(columns, 1)) or rest[:1]
            blank = head.rfind(" ")
            if blank > 0 and rest[len(head) : len(head) + 1] != " ":
                head = head[:blank]
            lines.append(head.rstrip())
            rest = rest[len(head) :].lstrip(" ")
        lines.append(rest)
    return lines

"""Text of any log, made fit to be written."""

from __future__ import annotations

import re
import unicodedata

from mailwake.events.text import decoded

_HIDDEN = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x1f{_HIDDEN}\ud800-\udfff]")
_HIDDEN_IN_JSON = re.compile(f"[{_HIDDEN}]")


def plain(text: str) -> str:
    """For a terminal: without control characters, which could change what is shown, and in one line."""
    return _CONTROL.sub(_shown, decoded(text))


def one_line(text: str) -> str:
    """The same, with runs of white space as one blank."""
    return plain(" ".join(text.split()))


def plain_json(text: str) -> str:
    """JSON text for a terminal: the same values, with the control characters escaped that JSON would let through."""
    return _HIDDEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    if char in "\t\n\r":
        return " "
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int, ellipsis: str = "…") -> str:
    """A text in at most so many columns, the end replaced by an ellipsis when it does not fit."""
    if width(text) <= columns:
        return text
    room = columns - width(ellipsis)
    if room < 1:
        return text[:columns] if text.isascii() else ""
    kept: list[str] = []
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + ellipsis


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """A text filled up with blanks."""
    blanks = " " * max(columns - width(text), 0)
    return blanks + text if right else text + blanks

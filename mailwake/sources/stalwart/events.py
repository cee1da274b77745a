"""An event in the forms that Stalwart writes it in (crates/trc/src/serializers/text.rs and json.rs).

    2026-11-21T10:00:00Z INFO SMTP RCPT TO command (smtp.rcpt-to) listenerId = "smtp", remoteIp = 192.0.2.1, to = "a@b"
    {"createdAt":"2026-11-21T10:00:00Z","type":"smtp.rcpt-to","data":{"listenerId":"smtp","remoteIp":"192.0.2.1",..}}

The keys of what an event happened in (its span: a connection, a delivery) come first, its own follow, so in the text a
name may stand twice; the JSON form keeps the first. Text in quotes is not escaped but for line breaks and backslashes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import orjson

from mailwake.sources.api import Bare

PROGRAM = "stalwart"
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
_LEVELS = "TRACE|DEBUG|INFO|WARN|ERROR"
_TEXT = re.compile(
    rf"(?:(?P<stamp>{_STAMP}) )?(?P<rest>(?:{_LEVELS}) (?P<words>[^()\n]*?) \((?P<name>[a-z0-9-]+\.[a-z0-9-]+)\)"
    r"(?:[ \n](?P<keys>.*))?)\Z",
    re.DOTALL,
)
_KEY = re.compile(r"(?:\A|, |\n)\t*([A-Za-z][A-Za-z0-9]*) = ")
_LIST = re.compile(r'"([^"]*)"|([^\s,\[\]"]+)')
_NESTED = re.compile(r"(?P<words>.*?) \((?P<name>[a-z0-9-]+\.[a-z0-9-]+)\)(?: \{ (?P<keys>.*) \})?\Z", re.DOTALL)

Value = Any
"""Text, number, list of them, or for an event within an event its name and keys as text."""


class Event(NamedTuple):
    """One event."""

    name: str
    """`smtp.rcpt-to`."""
    words: str
    """What it is in words."""
    keys: tuple[tuple[str, Value], ...]

    def own(self, key: str) -> Value:
        """The event's own value of a key: the last; None when there is none."""
        return next((value for name, value in reversed(self.keys) if name == key), None)

    def first(self, key: str) -> Value:
        """The value of what it happened in; None when there is none."""
        return next((value for name, value in self.keys if name == key), None)

    def text(self, key: str) -> str:
        """The event's own value as text; "" when there is none."""
        value = self.own(key)
        return "" if value is None or isinstance(value, list) else str(value)


def split_bare(line: str) -> Bare | None:
    """Time and text of a line; None when it has another form."""
    if line[:1] == "{":
        data = _json(line)
        return Bare(str(data["createdAt"]), "", PROGRAM, 0, line) if data is not None else None
    plain = _COLOURS.sub("", line) if line[:1] == "\x1b" else line
    if plain[:1] not in "0123456789TDIWE":
        return None
    found = _TEXT.match(plain)
    return Bare(found["stamp"] or "", "", PROGRAM, 0, found["rest"]) if found is not None else None


def read(message: str) -> Event | None:
    """The event of a message; None when it has none of the forms."""
    if message[:1] == "{":
        data = _json(message)
        if data is None:
            return None
        words = str(data.get("text") or data["type"].rpartition(".")[2].replace("-", " "))
        return Event(str(data["type"]), words, tuple(data["data"].items()))
    found = _TEXT.match(_COLOURS.sub("", message) if "\x1b" in message else message)
    return Event(found["name"], found["words"], tuple(_keys(found["keys"] or ""))) if found is not None else None


def _json(line: str) -> dict[str, Any] | None:
    if '"createdAt"' not in line or '"type"' not in line:
        return None
    try:
        data = orjson.loads(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("data"), dict) or "createdAt" not in data:
        return None
    return data if "." in str(data.get("type", "")) else None


def _keys(text: str) -> list[tuple[str, Value]]:
    """`key = value, ...`: a value ends where the next key begins that is not within quotes, brackets or braces."""
    found: list[tuple[str, Value]] = []
    at = _KEY.match(text)
    while at is not None:
        end = _value_end(text, at.end())
        found.append((at[1], _value(text[at.end() : end].strip())))
        at = _KEY.match(text, end)
    return found


_ENDS = {'"': re.compile(r'"(?=, [A-Za-z]\w* = |\s*\n|\s*\Z)'), "[": re.compile(r"\](?=, [A-Za-z]\w* = |\s*\n|\s*\Z)")}


def _value_end(text: str, start: int) -> int:
    """The index behind a value: a quoted one and a list end where a key, or nothing, follows."""
    shape = _ENDS.get(text[start : start + 1])
    if shape is not None:
        found = shape.search(text, start + 1)
        return found.end() if found is not None else len(text)
    depth, at = 0, start
    while at < len(text):
        char = text[at]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif depth <= 0 and char in ",\n" and _KEY.match(text, at):
            return at
        at += 1
    return at


def _value(text: str) -> Value:
    if text[:1] == '"':
        return text[1:-1] if text[-1:] == '"' and len(text) > 1 else text[1:]
    if text[:1] == "[" and "{" not in text:
        return [quoted or plain for quoted, plain in _LIST.findall(text[1:-1])]
    return None if text == "(null)" else text


def reason(value: Value) -> str:
    """An event within an event, as its reason: its details and reason, else its words."""
    if isinstance(value, dict):
        data = value.get("data") or {}
        parts = [str(data[name]) for name in ("details", "reason", "code") if data.get(name)]
        return ": ".join(parts) or str(value.get("text") or value.get("type") or "")
    found = _NESTED.match(str(value or ""))
    if found is None:
        return str(value or "")
    inner = dict(_keys(found["keys"] or ""))
    parts = [str(inner[name]) for name in ("details", "reason") if inner.get(name)]
    return ": ".join(parts) or found["words"]

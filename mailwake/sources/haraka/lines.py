"""The three forms of one record (logger.js): level, id of the connection, who logs, text and attributes.

    [NOTICE] [UUID.1] [core] sender <ann@example.net> code=CONT msg=""
    level=NOTICE uuid=UUID.1 origin=core message="sender <ann@example.net>" code=CONT msg=
    {"level":"NOTICE","uuid":"UUID.1","origin":"core","message":"sender <ann@example.net> ","code":"CONT","msg":""}

Names changed over the years: `connection_uuid` and `uuid`, `source` and `origin`. With log.ini's timestamps=true an ISO
stamp stands in front.

The id of a connection is a UUID; `.1` behind it is its first transaction, one more `.1` the first part that outbound
made of it.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import orjson

from mailwake.events.jsontext import dumps
from mailwake.events.replies import UUID
from mailwake.sources.api import Bare

_LEVELS = "DATA|PROTOCOL|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|EMERG"
_STAMP = r"(?:(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) )?"
_DEFAULT = re.compile(
    rf"\[(?:{_LEVELS})\] \[(?P<uuid>-|{UUID}[.\d]*)\] \[(?P<origin>[^\]]*)\] ?(?P<text>.*)\Z", re.DOTALL
)
_LOGFMT = re.compile(rf"level=(?:{_LEVELS}) (?:connection_)?uuid=")
_BARE = re.compile(
    rf"{_STAMP}(?P<message>\[(?:{_LEVELS})\] \[.*|level=(?:{_LEVELS}) (?:connection_)?uuid=.*|\{{\"level\":.*)",
    re.DOTALL,
)
_NAME = re.compile(r"(?:\A| )([A-Za-z_][\w.]*)=")
_WORD = re.compile(r"\S*")
_TO_QUOTE = re.compile(r'(?:\\.|[^"\\])*+"', re.DOTALL)
"""Up to the next quote that is not escaped."""
_BEHIND = re.compile(r" [\w.]+=|\s*\Z")
"""What follows the quote that ends a value."""
_ID = re.compile(rf"({UUID})(\.\d+)?(?:\.(\d+))?\Z")
_RESERVED = frozenset({"level", "uuid", "connection_uuid", "origin", "source", "message"})


class Record(NamedTuple):
    """One record, whatever form it had."""

    session: str
    """UUID of the connection, "" for none."""
    key: str
    """Of the transaction: the UUID with its number; "" outside of one."""
    part: int
    """Number of the part of the transaction that outbound delivers; 0 for none."""
    origin: str
    """Plugin or `core`, `outbound`."""
    text: str
    """The text before the first attribute."""
    data: dict[str, str]
    """Attributes."""
    whole: str
    """Text and attributes as they are written."""


def split_bare(line: str) -> Bare | None:
    """Split a line of Haraka's own output; None when it has another shape."""
    if line[:1] not in "[l{0123456789":
        return None
    found = _BARE.match(line)
    if found is None or (found["message"][0] == "{" and _json(found["message"]) is None):
        return None
    return Bare(found["stamp"] or "", "", "haraka", 0, found["message"])


def read(message: str) -> Record | None:
    """The record of a message; None when it has none of the forms."""
    found = _DEFAULT.match(message)
    if found is not None:
        return _record(found["uuid"], found["origin"], found["text"], {})
    if message[:1] == "{":
        data = _json(message)
        return _of_attributes(data) if data is not None else None
    if _LOGFMT.match(message):
        return _of_attributes(pairs(message)[1])
    return None


def pairs(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first `name=value`, and these; a quoted value ends where a name or nothing follows."""
    data: dict[str, str] = {}
    first, quotes = len(text), True
    found = _NAME.search(text)
    while found is not None:
        first, start = min(first, found.start()), found.end()
        end = _closing(text, start + 1) if quotes and text.startswith('"', start) else -1
        if end >= 0:
            data.setdefault(found[1], text[start + 1 : end].replace('\\"', '"'))
            end += 1
        else:
            quotes = quotes and not text.startswith('"', start)  # where none ends, no later one does
            word = _WORD.match(text, start)
            end = word.end() if word is not None else start
            data.setdefault(found[1], text[start:end])
        found = _NAME.search(text, end)
    return text[:first].strip(), data


def _closing(text: str, at: int) -> int:
    """The quote that ends a value; the last one that may, where a name or nothing follows none of them; -1 for none."""
    last = -1
    found = _TO_QUOTE.match(text, at)
    while found is not None:
        end = found.end()
        if _BEHIND.match(text, end) is not None:
            return end - 1
        if text.startswith(" ", end):
            last = end - 1
        found = _TO_QUOTE.match(text, end)
    return last


def _json(message: str) -> dict[str, str] | None:
    try:
        read = orjson.loads(message.encode("utf-8", "surrogateescape"))
    except ValueError:
        return None
    if not isinstance(read, dict) or not ("uuid" in read or "connection_uuid" in read):
        return None
    return {str(name): _text(value) for name, value in read.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value)


def _of_attributes(data: dict[str, str]) -> Record:
    uuid = data.get("uuid") or data.get("connection_uuid", "-")
    origin = data.get("origin") or data.get("source", "core")
    rest = {name: value for name, value in data.items() if name not in _RESERVED}
    return _record(uuid, origin, data.get("message", ""), rest)


def _record(uuid: str, origin: str, text: str, data: dict[str, str]) -> Record:
    head, written = pairs(text)
    found = _ID.match(uuid)
    if found is None:
        return Record("", "", 0, origin, head, {**written, **data}, text)
    session, transaction, part = found[1], found[2] or "", int(found[3] or 0)
    if "outbound" in origin and transaction and not part:  # a bounce: no connection brought it, so it has no number
        return Record(session, session, int(transaction[1:]), origin, head, {**written, **data}, text)
    return Record(session, session + transaction if transaction else "", part, origin, head, {**written, **data}, text)

"""Records of Google's logs, as objects."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

Record = dict[str, Any]

_SIGNS = (
    '"message_info"',
    '"event_info"',
    '"message_info.',
    '"event_info.',
    '"applicationName":"gmail"',
    '"applicationName": "gmail"',
    '"Event status"',
)


@lru_cache(maxsize=4)
def load(line: str) -> Record | None:
    """The record of a line of JSON that can be one of these. Not to be changed: it is kept for the next who asks."""
    if line[:1] != "{" or not any(sign in line for sign in _SIGNS):
        return None
    try:
        found = orjson.loads(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def text(record: Record, name: str) -> str:
    """A field as text; "" when it is not there."""
    value = record.get(name)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(record: Record, name: str) -> int | None:
    """A field as a whole number, which Google writes as text where it has 64 bits (`"intValue": "17"`)."""
    value = text(record, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def inner(record: Record, name: str) -> Record:
    """An object in a record; an empty one when it is not there."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def items(record: Record, name: str) -> list[Record]:
    """The objects of a repeated field, which may be written without its list when there is one."""
    value = record.get(name)
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def key_of(message_id: str) -> str:
    """The key of a message: its Message-ID in angle brackets; "" for none."""
    bare = message_id.strip().strip("<>").strip()
    return f"<{bare}>" if bare and bare != "N/A" else ""

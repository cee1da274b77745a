"""The place where a page ended, as a word to copy."""

from __future__ import annotations

import re

from mailwake.events.told import tell
from mailwake.store.order import LARGEST
from mailwake.store.query import Cursor

_TOKEN = re.compile(r"(\d{1,18})-([0-9a-f]{32})-(\d{1,6})(?:-(?:n(\d{1,19})|t([0-9a-f]{0,8000})))?")


def token(cursor: Cursor) -> str:
    """The word for a place."""
    place = f"{cursor.received}-{cursor.trace_id}-{cursor.leaf}"
    if cursor.value is None:
        return place
    value = cursor.value
    return f"{place}-n{value}" if isinstance(value, int) else f"{place}-t{value.encode().hex()}"


def cursor(text: str) -> Cursor:
    """The place of a word. Raises ValueError."""
    found = _TOKEN.fullmatch(text.strip().lower())
    value: str | int | None = None
    if found is not None:
        try:
            value = int(found[4]) if found[4] else None if found[5] is None else bytes.fromhex(found[5]).decode()
        except ValueError:
            found = None
        if isinstance(value, int) and value > LARGEST:
            found = None
    if found is None:
        raise ValueError(tell("{text!r} is no cursor; copy it from the end of the page before", text=text))
    return Cursor(int(found[1]), found[2], int(found[3]), value)

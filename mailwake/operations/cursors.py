"""The place where a page ended, as a word to copy."""

from __future__ import annotations

import re

from mailwake.events.told import tell
from mailwake.store.query import Cursor

_TOKEN = re.compile(r"(\d{1,18})-([0-9a-f]{32})-(\d{1,6})")


def token(cursor: Cursor) -> str:
    """The word for a place."""
    return f"{cursor.received}-{cursor.trace_id}-{cursor.leaf}"


def cursor(text: str) -> Cursor:
    """The place of a word. Raises ValueError."""
    found = _TOKEN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(tell("{text!r} is no cursor; copy it from the end of the page before", text=text))
    return Cursor(int(found[1]), found[2], int(found[3]))

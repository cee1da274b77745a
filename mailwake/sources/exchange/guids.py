"""GUIDs, in whatever form a report writes them."""

from __future__ import annotations

import re

_GUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\Z", re.IGNORECASE)


def guid(value: str) -> str:
    """A GUID in small letters with its dashes, which some reports leave out; "" for none, and for the one of zeros."""
    match = _GUID.match(value)
    found = "-".join(match.groups()).lower() if match else ""
    return found if found.strip("0-") else ""

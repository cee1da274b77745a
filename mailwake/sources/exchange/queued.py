"""The id in the reply of a next server that is no Exchange."""

from __future__ import annotations

import re

_QUEUED = re.compile(
    r"\bqueued as (?P<postfix>[A-Za-z0-9]{6,20})\b"
    r"|\bid=(?P<exim>[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})\b"
    r"|\b(?P<sendmail>[0-9A-Za-x]{8}[0-9]{6,7}) Message accepted for delivery",
    re.IGNORECASE,
)


def queued_as(reply: str) -> str:
    """The queue ID that Postfix, Exim or sendmail gave in its reply; "" for none."""
    match = _QUEUED.search(reply)
    return match[match.lastgroup] if match and match.lastgroup else ""

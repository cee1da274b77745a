"""`recipient-status`: one text per recipient, `;` between them, and `;` within them.

To;Cc                                                                  of RECEIVE: how they were addressed
250 2.1.5 Recipient OK                                                 the next server's reply
550 4.4.7 QUEUE.Expired; message expired                               of FAIL
[{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found};{MSG=};{FQDN=};{IP=};{LRT=}]   since 2013
"""

from __future__ import annotations

import re

_KINDS = frozenset({"To", "Cc", "Bcc", "Unknown"})
_NEXT = re.compile(r";(?=\s*(?:[245]\d\d[ -;]|\[\{|(?:To|Cc|Bcc|Unknown)(?:;|\Z)|;|\Z))")
_BRACES = re.compile(r"\{(\w+)=(.*?)\}(?=;\s*\{\w+=|\]|\Z)", re.DOTALL)


def replies(status: str, count: int) -> list[str]:
    """The replies on so many recipients, in their order; all of it for each when it cannot be told apart."""
    if not status:
        return [""] * count
    if count == 1:
        return [_words(status)]
    for parts in (_outside(status), _NEXT.split(status)):
        if len(parts) == count:
            return [_words(part) for part in parts]
    return [_words(status)] * count


def _outside(status: str) -> list[str]:
    """Split at `;` that stand in no brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for place, char in enumerate(status):
        if char in "[{":
            depth += 1
        elif char in "]}":
            depth = max(depth - 1, 0)
        elif char == ";" and not depth:
            parts.append(status[start:place])
            start = place + 1
    return [*parts, status[start:]]


def _words(status: str) -> str:
    """A reply in its own words: of the list since 2013 the last error and its message; "" for To, Cc and Bcc."""
    status = status.strip()
    if status in _KINDS:
        return ""
    if status.startswith("[{"):
        found = dict(_BRACES.findall(status))
        words = [found.get(name, "").strip() for name in ("LED", "MSG")]
        return " ".join(word for word in words if word) or status
    return status

"""Names under which journeys are remembered once they have left memory, and asked for again.

`K` a key, at any time; `K@n` the same in one span of six hours: short queue IDs are used again after days, and a life
that was born and has ended within the window has nothing to do with one of last week. `i:M` a Message-ID. `w:K@n`
somebody waits for K: a delivery went to that queue ID, of which nothing was seen.
"""

from __future__ import annotations

from collections.abc import Iterable

_SPAN = 21_600_000_000
_NEAR = 3_600_000_000
"""Lives of one key this close (µs) to each other are looked at together."""
_MOST = 120
"""Spans of one name: a month."""


def _dated(name: str, first: int, last: int) -> list[str]:
    low, high = first // _SPAN, last // _SPAN
    if low == high:
        return [f"{name}@{high}"]
    return [f"{name}@{span}" for span in range(max(low, high - _MOST), high + 1)]


def remembered(
    keys: Iterable[tuple[str, int, int]], message_ids: Iterable[str], waited: Iterable[tuple[str, int]]
) -> list[str]:
    """Names to keep: keys with their first and last times (µs), Message-IDs, and keys waited for with the time of
    waiting."""
    found: list[str] = []
    for key, first, last in keys:
        found.append(key)
        found.extend(_dated(key, first, last))
    found.extend(f"i:{message_id}" for message_id in message_ids)
    for key, when in waited:
        found.extend(_dated(f"w:{key}", when, when))
    return found


def asked(key: str, first: int, last: int) -> list[str]:
    """Names that tell, any of them kept, that there is more to know about a key of this time (µs)."""
    first, last = first - _NEAR, last + _NEAR
    return _dated(key, first, last) + _dated(f"w:{key}", first, last)

"""Numbers that senders give their messages: what is missing between two of them was lost.

RFC 5424 section 7.3.1: `sequenceId` of the element `meta` begins at 1 when the sender starts and grows by one with each
message; syslog-ng writes it. A new start is no loss, nor is a message that is only a little late, as by UDP it may be.
"""

from __future__ import annotations

import re

_HEAD = re.compile(rb"<\d{1,3}>1 \S+ (\S+) \S+ \S+ \S+ \[")
_NUMBER = re.compile(rb"\[meta (?:[^\]]*? )?sequenceId=\"(\d{1,10})\"")
_LOOK = 4096
_LEAP = 1_000_000
"""A leap of more is another counter."""
_HOSTS = 10_000
LATE = 64
"""Numbers by which datagrams may overtake each other."""


class _Counter:
    """Of one host."""

    def __init__(self, first: int) -> None:
        self.highest = first
        self.missing: set[int] = set()


class Sequences:
    """Of one listener or connection. One thread uses it."""

    def __init__(self, late: int = 0) -> None:
        """late: by so many numbers a message may come after later ones; 0 for a stream."""
        self._late = late
        self._counters: dict[bytes, _Counter] = {}

    def see(self, message: bytes) -> tuple[str, int]:
        """The host, and how many of its messages are known to be lost since the last call; 0 when none are."""
        if b"sequenceId=" not in message:
            return "", 0
        head, number = _HEAD.match(message), _NUMBER.search(message, 0, _LOOK)
        if head is None or number is None:
            return "", 0
        now, known = int(number[1]), self._counters.get(head[1])
        if known is None:
            if len(self._counters) < _HOSTS:
                self._counters[head[1]] = _Counter(now)
            return "", 0
        if now <= known.highest and now in known.missing:
            known.missing.discard(now)
        elif now <= known.highest - self._late or now - known.highest > _LEAP:
            known.highest, known.missing = now, set()
        elif now > known.highest:
            return head[1].decode("utf-8", "replace"), self._grow(known, now)
        return "", 0

    def _grow(self, known: _Counter, now: int) -> int:
        edge = now - self._late
        old = len({one for one in known.missing if one < edge}) + max(0, edge - known.highest - 1)
        recent = range(max(known.highest + 1, edge), now)
        known.missing = {one for one in known.missing if one >= edge} | set(recent)
        known.highest = now
        if self._late == 0:
            known.missing.clear()
        return old

"""Deliveries by Message-ID: to whom a message was handed over at which time, where no reply names the next queue ID.

Thousands of messages may have one Message-ID (cron, retries), so what was handed over is looked up by recipient, by
where it can have gone, and by time.
"""

from __future__ import annotations

from bisect import bisect_left

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg

_Entry = tuple[int, str, str, int, int]
"""Time of the delivery; host, key, begin and number of the leg that made it."""
Found = tuple[int, str, str, int, int]
"""How far a delivery is from the time asked for; else as an entry: the least is the best."""


class Handovers:
    """What legs of one Message-ID handed over, by what it can have reached."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], list[_Entry]] = {}
        self._unsorted: set[tuple[str, str]] = set()

    def add(self, leg: Leg, place: int, low: str, fact: Fact, reach: str) -> None:
        """Note that leg, the one with this number, handed a message over for a recipient."""
        where = (low, reach)
        self._entries.setdefault(where, []).append((fact.ts, leg.host, leg.key, leg.first, place))
        self._unsorted.add(where)

    def take(self, leg: Leg, place: int, low: str, fact: Fact, reach: str) -> None:
        """Strike out a delivery: it is known where it went."""
        entries = self._of((low, reach))
        entry = (fact.ts, leg.host, leg.key, leg.first, place)
        at = bisect_left(entries, entry)
        if at < len(entries) and entries[at] == entry:
            del entries[at]

    def nearest(self, low: str, reach: str, when: int, span: int, not_of: int) -> Found | None:
        """The delivery nearest to a time (µs) and no further from it than span, of another leg than `not_of`."""
        entries = self._of((low, reach))
        at = bisect_left(entries, (when,))
        best: Found | None = None
        for number in range(at, len(entries)):
            entry = entries[number]
            if entry[0] - when > span:
                break
            if entry[4] != not_of:
                best = (entry[0] - when, *entry[1:])
                break
        while at:
            ts = entries[at - 1][0]
            if when - ts > span or (best is not None and when - ts > best[0]):
                break
            start = bisect_left(entries, (ts,), 0, at)
            for number in range(start, at):
                entry = entries[number]
                if entry[4] != not_of:
                    found = (when - ts, *entry[1:])
                    return found if best is None else min(best, found)
            at = start
        return best

    def _of(self, where: tuple[str, str]) -> list[_Entry]:
        entries = self._entries.get(where, [])
        if where in self._unsorted:
            self._unsorted.discard(where)
            entries.sort()
        return entries

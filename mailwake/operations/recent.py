"""The records of the last minute, by their text: a log that says something twice says it within moments."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from mailwake.events.fact import NO_TIME, Fact

REACH = 60_000_000
"""Records this much older (µs) than the newest are remembered."""
MOST = 400_000
"""Texts that are kept: those of twenty seconds at 20,000 lines a second."""
_PIECES = 8


class Recent:
    """Texts of records, in pieces that are dropped one by one."""

    def __init__(self) -> None:
        self.since = NO_TIME
        """Records as old as this or newer (µs) are remembered; of older ones only the store knows."""
        self.high = NO_TIME
        """Time of the newest record, whether it is remembered or not."""
        self._pieces: deque[tuple[set[str], list[int]]] = deque()
        """Texts, oldest first, with the earliest and latest time of each piece."""

    def has_any(self, texts: set[str]) -> bool:
        """Whether one of these was there a moment ago."""
        return not all(texts.isdisjoint(piece) for piece, _ in self._pieces)

    def has(self, fact: Fact) -> bool:
        """Whether this very record was there a moment ago."""
        return fact.ts >= self.since and any(fact.raw in piece for piece, _ in self._pieces)

    def add(self, facts: Iterable[Fact], high: int) -> None:
        """Remember those that are not too old. high: time (µs) of the newest of them."""
        self.high = max(self.high, high)
        self.since = max(self.since, self.high - REACH)
        kept = [fact for fact in facts if fact.ts >= self.since]
        if kept:
            piece, times = self._newest(min(fact.ts for fact in kept))
            piece.update([fact.raw for fact in kept])
            times[1] = max(times[1], *[fact.ts for fact in kept])
        count = sum(len(piece) for piece, _ in self._pieces)
        while self._pieces and (self._pieces[0][1][1] < self.since or (count > MOST and len(self._pieces) > 1)):
            piece, times = self._pieces.popleft()
            count -= len(piece)
            self.since = max(self.since, times[1] + 1)

    def _newest(self, low: int) -> tuple[set[str], list[int]]:
        if self._pieces:
            piece, times = self._pieces[-1]
            if len(piece) < MOST // _PIECES and self.high - times[0] < REACH // _PIECES:
                times[0] = min(times[0], low)
                return self._pieces[-1]
        self._pieces.append((set(), [low, low]))
        return self._pieces[-1]

"""Which of many legs of one queue ID somebody else speaks of who knows the ID alone."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg

_Ranked = tuple[int, int, int]
"""How far (µs) a leg is from a time, how far its beginning is, and its place: the least is meant."""


class Nearest:
    """Finds the leg that a filter's record speaks of: the one alive at that time, its own host's first.

    A queue ID may have had thousands of lives, and each its record: not all are looked at for each.
    """

    def __init__(self, legs: list[Leg]) -> None:
        """legs: in the order of their beginnings."""
        self._legs = legs
        self._all = _Row(list(enumerate(legs)))
        by_host: dict[str, list[tuple[int, Leg]]] = {}
        for place, leg in enumerate(legs):
            by_host.setdefault(leg.host, []).append((place, leg))
        self._of_host = {host: _Row(own) for host, own in by_host.items()}

    def to(self, fact: Fact) -> Leg | None:
        """The leg; None when there is none."""
        own = self._of_host.get(fact.host)
        found = own.nearest(fact.ts) if own is not None else None
        if found is None or found[0] > 0:
            other = self._all.nearest(fact.ts)
            if found is None or (other is not None and other[0] < found[0]):
                found = other
        return None if found is None else self._legs[found[2]]


class _Row:
    """Legs in the order of their beginnings, with their places."""

    def __init__(self, legs: list[tuple[int, Leg]]) -> None:
        self._places = [place for place, _ in legs]
        self._firsts = [leg.first for _, leg in legs]
        self._ends = [leg.last for _, leg in legs]
        self._latest = list(accumulate(self._ends, max))
        """Up to each leg, the latest end of all."""

    def nearest(self, ts: int) -> _Ranked | None:
        """The leg nearest to a time; to none, the one that began first."""
        if not self._places:
            return None
        if not ts:
            return 0, self._firsts[0], self._places[0]
        behind = bisect_right(self._firsts, ts)
        best: _Ranked | None = None
        if behind < len(self._firsts):
            away = self._firsts[behind] - ts
            best = (away, away, self._places[behind])
        for at in range(behind - 1, -1, -1):
            since = ts - self._firsts[at]
            if best is not None and (max(ts - self._latest[at], 0), since) > best[:2]:
                break
            rank = (max(ts - self._ends[at], 0), since, self._places[at])
            if best is None or rank < best:
                best = rank
        return best

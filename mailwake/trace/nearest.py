"""Which of many legs of one queue ID somebody else speaks of who knows the ID alone."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg


class Nearest:
    """Finds the leg that a filter's record speaks of: the one alive at that time, its own host's first.

    A queue ID may have had thousands of lives, and each its record: not all are looked at for each.
    """

    def __init__(self, legs: list[Leg]) -> None:
        """legs: in the order of their beginnings."""
        self._legs = legs
        self._firsts = [leg.first for leg in legs]
        self._lasts = list(accumulate((leg.last for leg in legs), max))
        """Up to each leg, the latest end of all."""

    def to(self, fact: Fact) -> Leg | None:
        """The leg; None when there is none."""
        legs, ts = self._legs, fact.ts
        if len(legs) < 2 or not ts:
            return min(legs, key=lambda leg: _rank(leg, fact), default=None)
        behind = bisect_right(self._firsts, ts)
        best: tuple[tuple[int, bool, int], int] | None = None
        for at in range(behind, len(legs)):
            if best is not None and self._firsts[at] - ts > best[0][0]:
                break
            best = _better(best, (_rank(legs[at], fact), at))
        for at in range(behind - 1, -1, -1):
            if best is not None and max(ts - self._lasts[at], 0) > best[0][0]:
                break
            if best is not None and best[0] < (0, False, ts - self._firsts[at]):
                break
            best = _better(best, (_rank(legs[at], fact), at))
        return None if best is None else legs[best[1]]


_Ranked = tuple[tuple[int, bool, int], int]


def _better(one: _Ranked | None, other: _Ranked) -> _Ranked:
    return other if one is None or other < one else one


def _rank(leg: Leg, fact: Fact) -> tuple[int, bool, int]:
    """How far a leg is from a record; the least is meant, the earliest of several."""
    ts = fact.ts
    if not ts:
        return 0, leg.host != fact.host, abs(leg.first - ts)
    return max(leg.first - ts, ts - leg.last, 0), leg.host != fact.host, abs(leg.first - ts)

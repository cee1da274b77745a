"""Which journeys may leave memory: those that ended a while ago, and those of which nothing was heard for days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from mailwake.trace.buckets import Bucket
from mailwake.trace.model import Leg

SETTLED_AFTER = 600_000_000
"""A journey whose every part has ended is settled this long (µs of log time) after its last record."""
CROWDED = 100_000
CROWDED_AFTER = 30_000_000
"""Where more journeys than so many have ended and wait, they are settled after this long (µs): thousands of messages a
second would fill the memory in ten minutes. What is said of one later recalls it, which costs time, never an answer."""
IDLE_AFTER = 6 * 86400 * 1_000_000
"""One that has not ended is let go this long (µs) after its last record: the log may never tell its end."""


class Settled:
    """Journeys under watch."""

    def __init__(self) -> None:
        self._ended: list[tuple[int, int, list[Bucket]]] = []
        """A heap of those all of whose parts have ended: when, a number, the parts; see `Bucket.group` for those that
        went on after all."""
        self._open: list[tuple[int, int, list[Bucket]]] = []
        """A heap of those that have not: time of the last record, a number, the parts."""
        self._number = 0

    def after(self) -> int:
        """How long (µs of log time) after their last record journeys are settled now."""
        return SETTLED_AFTER if len(self._ended) <= CROWDED else CROWDED_AFTER

    def watch(self, members: list[Bucket], legs_of: Callable[[Bucket], list[Leg]]) -> None:
        """Keep a journey in mind; it is given up sooner if all of its parts have ended."""
        last, ended = 0, True
        for bucket in members:
            last = max(last, bucket.facts[-1].ts)
            for leg in legs_of(bucket):
                ended = ended and (leg.removed > 0 or not leg.queued or _is_deleted(leg))
                last = max(last, leg.last)
        for bucket in members:
            bucket.group = members
        self._number += 1
        if ended:
            heappush(self._ended, (last, self._number, members))
        elif last:  # without a time it is not known to be old
            heappush(self._open, (last, self._number, members))

    def leaving(self, before: int, *, ended_only: bool) -> Iterator[list[Bucket]]:
        """Take out the journeys that ended before a time (µs), and the open ones that were idle long before it."""
        leaving: list[list[Bucket]] = []
        while self._ended and self._ended[0][0] < before:
            leaving.append(heappop(self._ended)[2])
        yield from leaving  # what is watched anew meanwhile waits for the next time
        while self._open and self._open[0][0] < before - IDLE_AFTER and not ended_only:
            yield heappop(self._open)[2]


def is_group(members: list[Bucket]) -> bool:
    """Whether these are still one journey, of all that they were."""
    return all(bucket.group is members for bucket in members)


def _is_deleted(leg: Leg) -> bool:
    return bool(leg.actions) and any(fact.fields.get("action") == "delete" for fact in leg.actions)

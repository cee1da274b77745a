"""Queue manipulation that names no message: `postsuper -d ALL` logs only `Deleted: 3 messages`.

Whether it took a given message is worked out: if the order's count covers all messages that were then in that queue,
each of them is gone. If more were there than it took, nothing is claimed.
"""

from __future__ import annotations

from bisect import bisect_left

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg
from mailwake.trace.twins import without_doubles

NEAR = 60_000_000
"""An order's count comprises the messages that the same process named within this time (µs) of it."""


class Sweeps:
    """The orders without queue IDs seen so far."""

    def __init__(self) -> None:
        self._orders: dict[str, list[Fact]] = {}
        self._named: dict[str, dict[tuple[int, str], list[int]]] = {}
        """By host, process and queue ID: times of the deletions that name it. These messages ended and may be let go,
        while what the order took beside them is worked out anew with each window."""
        self._changed: set[str] = set()
        self._swept: dict[tuple[str, str, int], int] = {}

    def add(self, fact: Fact) -> None:
        """Note an order (`queue_action` without a key)."""
        if fact.fields.get("action") == "delete" and fact.fields.get("count"):
            self._orders.setdefault(fact.host, []).append(fact)

    def name(self, fact: Fact) -> None:
        """Note the deletion of a message that is named (`queue_action` with a key)."""
        if fact.fields.get("action") == "delete":
            times = self._named.setdefault(fact.host, {}).setdefault((fact.pid, fact.key), [])
            at = bisect_left(times, fact.ts)
            if times[at : at + 1] != [fact.ts]:
                times.insert(at, fact.ts)

    def take_changed(self) -> set[str]:
        """Keys whose legs' fate changed by the last `assign`."""
        changed, self._changed = self._changed, set()
        return changed

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._orders)

    def assign(self, known: list[Leg]) -> dict[tuple[str, str, int], int]:
        """Which of the known legs the orders deleted: (host, queue ID, first) to the time of the order."""
        swept: dict[tuple[str, str, int], int] = {}
        for leg in known:
            for fact in leg.actions:
                self.name(fact)
        for host, orders in self._orders.items():
            legs = [leg for leg in known if leg.host == host]
            for order in without_doubles(sorted(orders, key=lambda fact: fact.ts)):
                self._one(order, legs, swept)
        before = self._swept
        for name in before.keys() ^ swept.keys():
            self._changed.add(name[1])
        self._swept = swept
        return swept

    def _one(self, order: Fact, legs: list[Leg], swept: dict[tuple[str, str, int], int]) -> None:
        named = sum(
            1
            for (pid, _), times in self._named.get(order.host, {}).items()
            if pid == order.pid and any(abs(time - order.ts) < NEAR for time in times)
        )
        count = int(order.fields["count"]) - named
        anew = {leg.requeued_from for leg in legs if leg.requeued_from and leg.first <= order.ts}
        instance = order.program.partition("/")[0]
        there = [
            leg
            for leg in legs
            if leg.first <= order.ts
            and leg.last <= order.ts
            and not leg.removed
            and _was_queued(leg)
            and leg.key not in anew  # requeued: it is there under its next ID
            and leg.place not in swept
            and any(fact.program.partition("/")[0] == instance for fact in leg.facts)
        ]
        if 0 < len(there) <= count:
            for leg in there:
                swept[leg.place] = order.ts


def _was_queued(leg: Leg) -> bool:
    if any(fact.fields.get("action") == "delete" for fact in leg.actions):
        return False
    return leg.queued or any(fact.fields.get("action", "").endswith("hold") for fact in leg.checks)

"""Refusals without a queue ID that are in hand: a row each, but for those that came twice by two routes of the log."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.refusals import refusal_row
from mailwake.trace.twins import APART, SECOND, lesser


class Refused:
    """Refusals since the last `flush`, and those of a moment before: their twins may come now."""

    def __init__(self) -> None:
        self._fresh: dict[str, Fact] = {}
        self._shown: dict[str, Fact] = {}

    def __bool__(self) -> bool:
        """Whether there are any new ones."""
        return bool(self._fresh)

    def add(self, key: str, fact: Fact) -> None:
        """Take one in. Of two records of one refusal (Exim's rejectlog repeats the main log's) the longer counts."""
        before = self._fresh.get(key)
        if before is None or len(before.raw) < len(fact.raw):
            self._fresh[key] = fact

    def show(self, key: str, fact: Fact) -> None:
        """Note one that has a row already."""
        self._shown.setdefault(key, fact)

    def span(self) -> tuple[int, int]:
        """First and last time (µs) of the new ones; there must be some."""
        times = [fact.ts for fact in self._fresh.values()]
        return min(times), max(times)

    def facts(self) -> list[Fact]:
        """The new ones."""
        return list(self._fresh.values())

    def leave(self, test: Callable[[Fact], bool]) -> None:
        """Leave those out that meet a test: they are looked at elsewhere."""
        self._fresh = {key: fact for key, fact in self._fresh.items() if not test(fact)}

    def flush(self, complete: Callable[[Fact], Fact]) -> tuple[list[Row], list[Row]]:
        """Rows of the new ones, and rows to strike out of those that turned out to be a lesser twin.

        complete: adds to a record what its session says.
        """
        fresh, shown = self._fresh, {key: fact for key, fact in self._shown.items() if key not in self._fresh}
        if not fresh:
            return [], []
        dropped = set(map(id, lesser(chain(shown.values(), fresh.values()))))
        rows = [refusal_row(complete(fact), key) for key, fact in fresh.items() if id(fact) not in dropped]
        struck = [refusal_row(complete(fact), key) for key, fact in shown.items() if id(fact) in dropped]
        edge = max(fact.ts for fact in fresh.values()) - SECOND - APART
        kept = chain(shown.items(), fresh.items())
        self._shown = {key: fact for key, fact in kept if fact.ts >= edge and id(fact) not in dropped}
        self._fresh = {}
        return rows, struck

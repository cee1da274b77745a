"""How far the clocks of hosts differ, learned from messages that went from one to the other."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import NamedTuple

from mailwake.events.told import tell
from mailwake.operations.backend import Backend
from mailwake.store.query import And
from mailwake.store.rows import Row
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_words import plain_seconds

_ROWS = 500
"""Newest rows that are looked at."""
_MESSAGES = 30
"""Messages among them that crossed hosts."""
_SECOND = 1_000_000
_LEAST = 2 * _SECOND
"""A difference that stamps of whole seconds, and the way of a message, do not explain (µs)."""
_EVIDENCE = 3
"""Messages that have to show it."""
_HOUR = 3600 * _SECOND


class Skew(NamedTuple):
    """Of one host against another."""

    host: str
    than: str
    ahead: int
    """µs by which its clock is ahead, negative when behind: the median of what the messages show, at least so much."""
    messages: int

    @property
    def sentence(self) -> str:
        """For people."""
        return sentence(self.host, self.than, self.ahead / 1e6)


def sentence(host: str, than: str, ahead: float) -> str:
    """How far (s) the clock of one host is ahead of that of another."""
    span = plain_seconds(abs(ahead))
    if ahead > 0:
        return tell("the clock of {host} is about {span} ahead of that of {than}", host=host, span=span, than=than)
    return tell("the clock of {host} is about {span} behind that of {than}", host=host, span=span, than=than)


def learn(backend: Backend) -> list[Skew]:
    """Clocks that differ by two seconds or more, the largest difference first.

    A message arrives at the next host neither before it came to the one before, nor after it left that (`Scene.skew`).
    """
    traces: dict[str, list[Row]] = defaultdict(list)
    for row in backend.search(And(()), _ROWS):
        if len(row.hosts) > 1:
            traces[row.trace_id].append(row)
    shown: dict[tuple[str, str], list[int]] = defaultdict(list)
    for rows in list(traces.values())[:_MESSAGES]:
        keys = {key for row in rows for key in (*row.keys, *row.queue_ids)}
        low, high = min(row.received for row in rows) - _HOUR, max(row.last for row in rows) + _HOUR
        scene = Scene(rows, backend.facts(keys, low, high))
        if scene.root is None:
            continue
        for host in {leg.host for leg in scene.legs} - {scene.root.host}:
            shown[host, scene.root.host].append(scene.skew.get(host, 0))
    found = [Skew(host, than, round(median(all_)), len(all_)) for (host, than), all_ in shown.items()]
    found = [one for one in found if abs(one.ahead) >= _LEAST and one.messages >= _EVIDENCE]
    return sorted(found, key=lambda one: -abs(one.ahead))

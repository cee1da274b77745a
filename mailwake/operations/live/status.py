"""What each source did, lost and did not understand.

The server leaves it in a file beside the store, so that `mailwake status` can tell while the server has the store open.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mailwake.events.fact import NO_TIME, Fact

if TYPE_CHECKING:
    from mailwake.operations.skew import Skew

FILE = Path("live") / "status.json"
"""Below the data directory."""
_RATE_OVER = 60.0
_NOTES = 20
_HOSTS = 10_000
"""Hosts of a source that are remembered."""


@dataclass
class SourceStatus:
    """Of one source; times µs UTC, 0 for never."""

    name: str
    type: str
    records: int = 0
    """Since the server started, as the other counts."""
    unknown: int = 0
    last_record: int = 0
    """The latest time in its records."""
    last_arrival: int = 0
    """When the last of them came."""
    heard: int = 0
    """When the sender was heard last, with records or without; 0 where there is none to hear."""
    lag: float = 0.0
    """Seconds from the time in the last record to its being in the store."""
    rate: float = 0.0
    """Records a second, over the last minute."""
    backlog: int = 0
    """Bytes that are there and not read yet, here or, as far as it tells, at the sender."""
    losses: int = 0
    """How often something was lost, or may have been."""
    lost: int = 0
    """Messages that are known to be lost: by the log daemon's own word, or counted by the listener."""
    gaps: int = 0
    """Messages among the lost ones that are known by the numbers that their sender gave."""
    refused: int = 0
    """Requests, connections or messages that were refused or cut."""
    skew: float = 0.0
    """Seconds by which the clock of one of its hosts is ahead of another's, negative when behind: the host that differs
    most; 0 when none is known to differ."""
    skewed: str = ""
    """That host."""
    skewed_than: str = ""
    """The other one."""
    notes: list[str] = field(default_factory=list)
    """The last losses and errors, in words."""


class Gauge:
    """Counts for one source. Safe to use from several threads."""

    def __init__(self, name: str, type_: str) -> None:
        """Nothing yet."""
        self.now = SourceStatus(name, type_)
        self._lock = threading.Lock()
        self._recent: deque[tuple[float, int]] = deque()
        self._behind = 0
        self._losses = self._lost = 0
        self._why = ""
        self._hosts: set[str] = set()

    def read(self, facts: list[Fact]) -> None:
        """Records were read."""
        lost = [fact for fact in facts if fact.kind == "loss"]
        hosts = {fact.host for fact in facts}
        with self._lock:
            now = self.now
            if len(self._hosts) < _HOSTS:
                self._hosts |= hosts
            now.records += len(facts)
            now.unknown += sum(fact.kind == "unknown" for fact in facts)
            now.last_record = max([now.last_record, *(fact.ts for fact in facts if fact.ts != NO_TIME)])
            now.last_arrival = time.time_ns() // 1000
            now.losses += len(lost)
            now.lost += sum(int(fact.fields.get("count", 0) or 0) for fact in lost)
            self._recent.append((time.monotonic(), len(facts)))

    def hear(self, behind: int) -> None:
        """The sender told of itself. behind: bytes that wait there."""
        with self._lock:
            self.now.heard = time.time_ns() // 1000
            self._behind = behind

    def written(self) -> None:
        """What was read is in the store."""
        with self._lock:
            if self.now.last_record:
                self.now.lag = round(time.time() - self.now.last_record / 1e6, 3)

    def refuse(self, count: int = 1, why: str = "") -> None:
        """Something was not taken."""
        with self._lock:
            self.now.refused += count
            self._note(why)

    def compare(self, clocks: Iterable[Skew]) -> None:
        """What is known of the hosts' clocks: the largest difference first, as `skew.learn` gives them."""
        with self._lock:
            one = next((one for one in clocks if one.host in self._hosts), None)
            self.now.skew = round(one.ahead / 1e6, 3) if one is not None else 0.0
            self.now.skewed, self.now.skewed_than = (one.host, one.than) if one is not None else ("", "")

    def miss(self, count: int, why: str) -> None:
        """Numbers are missing among the messages of a sender."""
        with self._lock:
            self.now.gaps += count
        self.lose(count, why)

    def lose(self, count: int, why: str) -> None:
        """Something was lost; count 0 when it is not known how much."""
        with self._lock:
            self.now.losses += 1
            self.now.lost += count
            self._losses += 1
            self._lost += count
            self._why = why
            self._note(why)

    def admitted(self) -> tuple[int, int, str]:
        """What was lost here since the start, not what the logs say themselves: times, messages, the last reason."""
        with self._lock:
            return self._losses, self._lost, self._why

    def note(self, text: str) -> None:
        """Something went wrong."""
        with self._lock:
            self._note(text)

    def look(self, backlog: int) -> SourceStatus:
        """As it is now."""
        edge = time.monotonic() - _RATE_OVER
        with self._lock:
            while self._recent and self._recent[0][0] < edge:
                self._recent.popleft()
            self.now.backlog = backlog + self._behind
            self.now.rate = round(sum(count for _, count in self._recent) / _RATE_OVER, 2)
            return SourceStatus(**asdict(self.now))

    def _note(self, text: str) -> None:
        if text and text not in self.now.notes:
            self.now.notes = [*self.now.notes, text][-_NOTES:]


def save(data_dir: Path, sources: Iterable[SourceStatus], settled: Mapping[str, float]) -> None:
    """Leave the status for other processes; a disk that is full must not end the reading. settled: see there."""
    path = data_dir / FILE
    told = {
        **{"written": time.time_ns() // 1000, "pid": os.getpid()},
        **{"sources": [asdict(one) for one in sources], "settled": dict(settled)},
    }
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(orjson.dumps(told))
        draft.replace(path)


def settled(data_dir: Path) -> dict[str, float]:
    """By source, since when (Unix time) all that was there is in the store: what was written later may not be."""
    try:
        told: dict[str, Any] = orjson.loads((data_dir / FILE).read_bytes())
        if "settled" in told:
            return {str(name): float(when) for name, when in told["settled"].items()}
        return {str(one["name"]): int(told["written"]) / 1e6 for one in told["sources"]}  # of an earlier version
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def load(data_dir: Path) -> tuple[int, list[SourceStatus]]:
    """When it was written (µs UTC; 0: never), and the status of each source."""
    try:
        told: dict[str, Any] = orjson.loads((data_dir / FILE).read_bytes())
        return int(told["written"]), [SourceStatus(**one) for one in told["sources"]]
    except (OSError, ValueError, KeyError, TypeError):
        return 0, []

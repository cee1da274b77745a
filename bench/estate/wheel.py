"""Time: lines of the near future by second, what is due later, and the files that receive the lines in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

SLOTS = 128
"""Lines may be put at most this many seconds ahead; anything later is an appointment."""
_FLUSH = 1 << 20
_TWO = [f"{n:02d}" for n in range(60)]


class Sinks:
    """One file for all hosts, or one file a host; hosts are the first word of every line."""

    def __init__(self, single: Path | None, folder: Path | None, hosts: tuple[str, ...]) -> None:
        self.bytes = 0
        self._single = single.open("wb") if single else None
        self._hosts: dict[str, BinaryIO] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            self._hosts = {host: (folder / f"{host}.log").open("wb") for host in hosts}

    def write(self, lines: list[str]) -> None:
        """Append finished lines (with stamp, without line end)."""
        data = ("\n".join(lines) + "\n").encode()
        self.bytes += len(data)
        if self._single:
            self._single.write(data)
        for host, file in self._hosts.items():
            own = [line for line in lines if f" {host} " in line[:48]]
            if own:
                file.write(("\n".join(own) + "\n").encode())

    def close(self) -> None:
        """Flush and close all files."""
        for file in (self._single, *self._hosts.values()):
            if file:
                file.close()


class Wheel:
    """A ring of seconds. `now` only grows; passing a second writes its lines."""

    def __init__(self, sinks: Sinks, start: int, rfc3339: bool) -> None:
        self.now = start
        self.lines = 0
        self.slots: list[list[str]] = [[] for _ in range(SLOTS)]
        self._sinks = sinks
        self._rfc3339 = rfc3339
        self._minute = -1
        self._prefix = ""
        self._done: list[str] = []
        self._held = 0
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._made = 0

    def at(self, ahead: int) -> list[str]:
        """The lines of the second that lies `ahead` seconds after now."""
        return self.slots[(self.now + ahead) % SLOTS]

    def appoint(self, when: int, what: Callable[[], None]) -> None:
        """Call what() when time reaches `when`."""
        self._made += 1
        heapq.heappush(self._later, (when, self._made, what))

    def waiting(self) -> int:
        """How many appointments are open."""
        return len(self._later)

    def pass_to(self, second: int) -> None:
        """Let time pass, keeping appointments on the way."""
        while self.now < second:
            while self._later and self._later[0][0] <= self.now:
                heapq.heappop(self._later)[2]()
            slot = self.slots[self.now % SLOTS]
            if slot:
                self._stamp(slot)
                slot.clear()
            self.now += 1

    def end(self) -> None:
        """Write what is still in the ring; appointments further off are never kept."""
        self._later.clear()
        self.pass_to(self.now + SLOTS)
        if self._done:
            self._sinks.write(self._done)
        self._done = []

    def _stamp(self, slot: list[str]) -> None:
        minute, second = divmod(self.now, 60)
        if minute != self._minute:
            self._minute = minute
            self._prefix = self._head(minute * 60)
        stamp = self._prefix + _TWO[second]
        self.lines += len(slot)
        if self._rfc3339:
            step = 999_999 // len(slot)
            self._done += [f"{stamp}.{i * step:06d}+00:00 {line}" for i, line in enumerate(slot)]
        else:
            self._done += [f"{stamp} {line}" for line in slot]
        if len(self._done) > 8192:
            self._sinks.write(self._done)
            self._done = []

    def _head(self, second: int) -> str:
        moment = datetime.fromtimestamp(second, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:}" if self._rfc3339 else f"{moment:%b} {moment.day:2d} {moment:%H:%M:}"

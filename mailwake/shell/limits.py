"""Bounds: nothing that a script does may run, grow or nest without end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mailwake.shell.errors import Cancelled, LimitError

MAX_ITEMS = 1_000_000
"""Items of one list."""
MAX_STRING = 10_000_000
"""Characters of one string."""
MAX_PATTERN = 2_000
"""Characters of a regular expression."""
_PIECE = 0.05
"""Seconds after which a waiting run looks whether it is to end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. The defaults let a script go through a million objects."""

    steps: int = 50_000_000
    """Expressions, commands and objects in a pipeline, counted together."""
    turns: int = 1_000_000
    """Turns of one loop."""
    depth: int = 30
    """Script blocks and functions inside each other."""
    output: int = 500_000_000
    """Characters written."""
    waiting: int = 3_600
    """Seconds that Start-Sleep may take in all."""


@dataclass(slots=True)
class Budget:
    """What is left of the limits, and whether somebody wants the run to end."""

    limits: Limits = field(default_factory=Limits)
    used: int = 0
    written: int = 0
    waited: float = 0.0
    stopped: bool = False
    """Set from any thread: the run ends at its next step."""
    most: int = 0

    def __post_init__(self) -> None:
        self.most = self.limits.steps

    def step(self, count: int = 1) -> None:
        """Count steps; raises `LimitError`, or `Cancelled` when the run is to end."""
        self.used += count
        if self.stopped:
            raise Cancelled
        if self.used > self.most:
            raise LimitError(f"The script was stopped: it took more than {self.most:,} steps.")

    def weigh(self, made: object) -> None:
        """Count what making a long string or list cost."""
        if isinstance(made, list):
            self.step(len(made) // 10)
        elif isinstance(made, str) and len(made) > 1000:
            self.step(len(made) // 1000)

    def wrote(self, size: int) -> None:
        """Count output."""
        self.written += size
        if self.written > self.limits.output:
            raise LimitError(f"The script was stopped: it wrote more than {self.limits.output:,} characters.")

    def wait(self, seconds: float) -> None:
        """Let time pass, in short pieces so that the run can be ended; raises as `step` does."""
        self.waited += seconds
        if not self.waited <= self.limits.waiting:
            raise LimitError(f"The script was stopped: it would wait longer than {self.limits.waiting:,} seconds.")
        end = time.monotonic() + seconds
        while not self.stopped and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _PIECE))
        self.step()


def check_items(count: int) -> int:
    """A number of items if a list may have so many."""
    if count > MAX_ITEMS:
        raise LimitError(f"A list may have at most {MAX_ITEMS:,} items, not {count:,}.")
    return count


def check_string(size: int) -> int:
    """A number of characters if a string may have so many."""
    if size > MAX_STRING:
        raise LimitError(f"A string may have at most {MAX_STRING:,} characters, not {size:,}.")
    return size

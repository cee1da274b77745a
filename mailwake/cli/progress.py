"""How far an import is: a moving line on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from mailwake.cli.printable import plain
from mailwake.trace.story_words import plain_seconds

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_EVERY = 10.0
"""Seconds between plain lines."""
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class Progress:
    """Shows progress on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._total: int | None = None
        self._started = self._said = time.monotonic()
        self._bar: Bar | None = None

    def start(self, total_bytes: int | None) -> None:
        """The work begins; None when it is not known how much there is."""
        self._total = total_bytes or None
        self._started = self._said = time.monotonic()
        if not self._quiet and sys.stderr.isatty():
            self._bar = _bar()
            self._bar.add_task("", total=self._total, speed="", path="")
            self._bar.start()

    def update(self, done_bytes: int, lines: int, path: str) -> None:
        """So much has been read."""
        if self._quiet:
            return
        now = time.monotonic()
        speed = f"{lines / max(now - self._started, 0.001):,.0f} lines/s"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done_bytes, speed=speed, path=plain(path)[-40:])
        elif now - self._said >= _EVERY:
            self._said = now
            click.echo(self._line(done_bytes, lines, speed, now, path), err=True)

    def finish(self) -> None:
        """The work has ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _line(self, done: int, lines: int, speed: str, now: float, path: str) -> str:
        parts = [*([f"{size(done)} read"] if done else []), f"{lines:,} lines", speed]
        if self._total and done:
            share = min(done / self._total, 1.0)
            parts.insert(0, f"{share:.0%}")
            parts.append(f"{plain_seconds((now - self._started) * (1 - share) / share)} left")
        return f"{', '.join(parts)} ({plain(path)})"


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TaskProgressColumn(),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[path]}", markup=False, style="dim"),
        console=Console(stderr=True),
        transient=True,
    )


def size(count: float) -> str:
    """Bytes in the unit that fits."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count /= 1000
        unit += 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 else f"{count:.1f} {_UNITS[unit]}"

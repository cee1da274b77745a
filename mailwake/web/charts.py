"""Charts as numbers: stacked columns over time. The template writes the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 760, 180
_LEFT, _BOTTOM, _TOP = 44, 22, 8


@dataclass(frozen=True)
class Part:
    """A piece of a column."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True)
class Tick:
    """A line of the grid, or a mark of the time axis, with its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """One chart."""

    parts: list[Part]
    levels: list[Tick]
    marks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    base: int = HEIGHT - _BOTTOM


@dataclass(frozen=True)
class Column:
    """What happened in one span: amounts with tone and label, from the bottom up."""

    start: datetime
    amounts: Sequence[tuple[int, str, str]]


def stacked(columns: Sequence[Column], start: datetime, end: datetime, span: int) -> Chart:
    """A column for each span of so many seconds between start and end."""
    room = WIDTH - _LEFT - 4
    count = max(1, round((end - start).total_seconds() / span) + 1)
    each = room / count
    top = _nice(max((sum(amount for amount, _, _ in column.amounts) for column in columns), default=0))
    high = HEIGHT - _BOTTOM - _TOP
    parts = []
    for column in columns:
        x = _LEFT + (column.start - start).total_seconds() / span * each
        x = max(_LEFT, x)
        base = float(HEIGHT - _BOTTOM)
        for amount, tone, label in column.amounts:
            tall = amount / top * high
            base -= tall
            title = f"{column.start:%Y-%m-%d %H:%M} {label}: {amount}"
            parts.append(
                Part(round(x + each * 0.1, 1), round(base, 1), round(each * 0.8, 1), round(tall, 1), tone, title)
            )
    levels = [Tick(round(HEIGHT - _BOTTOM - high * share, 1), f"{top * share:,.0f}") for share in (0, 0.5, 1)]
    return Chart(parts, levels, _marks(start, end, room))


def _marks(start: datetime, end: datetime, room: float) -> list[Tick]:
    length = end - start
    form = "%H:%M" if length.total_seconds() <= 2 * 86_400 else "%m-%d"
    return [
        Tick(round(_LEFT + room * share, 1), (start + length * share).strftime(form)) for share in (0, 0.25, 0.5, 0.75)
    ]


def _nice(most: int) -> int:
    """The next number that reads well: 1, 2 or 5 times a power of ten."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if step * size >= max(most, 1):
                return max(2, step * size)
        size *= 10

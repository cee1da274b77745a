"""A table that fits: columns that carry least give way first, long texts are cut, nothing is wrapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailwake.cli.printable import cut, width
from mailwake.cli.terminal import ellipsis, toned

_GAP = "  "


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    least: int = 0
    """Columns of the terminal that it may be shrunk to; 0 when it must not be shrunk."""
    dispensable: int = 0
    """The column with the highest number is left out first when there is no room; 0 stays."""


def lines(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    room: int | None,
    tone: Callable[[int, int], str] = lambda row, column: "",
) -> Iterator[str]:
    """The lines of a table, heading first; tone gives the tone of a cell by row and column number."""
    natural = [max([width(column.title), *(width(row[i]) for row in rows)]) for i, column in enumerate(columns)]
    widths = _fitted(columns, natural, room)
    shown = [i for i, size in enumerate(widths) if size]
    dots = ellipsis()

    def line(cells: Sequence[str], row: int | None) -> str:
        parts = []
        for i in shown:
            text = cut(cells[i], widths[i], dots)
            blanks = " " * (widths[i] - width(text))
            text = toned(text, tone(row, i) if row is not None else "", bold=row is None)
            parts.append(text + blanks)
        return _GAP.join(parts).rstrip()

    yield line([column.title for column in columns], None)
    for number, cells in enumerate(rows):
        yield line(cells, number)


def _fitted(columns: Sequence[Column], natural: list[int], room: int | None) -> list[int]:
    """Widths of the columns, 0 for one that is left out."""
    widths = list(natural)
    if room is None:
        return widths
    while True:
        shown = [i for i, size in enumerate(widths) if size]
        free = room - len(_GAP) * (len(shown) - 1)
        if sum(widths[i] if not columns[i].least else min(widths[i], columns[i].least) for i in shown) <= free:
            return _shrunk(columns, widths, shown, free)
        last = max(shown, key=lambda i: columns[i].dispensable)
        if not columns[last].dispensable:
            return _shrunk(columns, widths, shown, free)
        widths[last] = 0


def _shrunk(columns: Sequence[Column], widths: list[int], shown: list[int], free: int) -> list[int]:
    """Take from the widest column, one by one, until all fit or none can give."""
    over = sum(widths[i] for i in shown) - free
    while over > 0:
        givers = [i for i in shown if columns[i].least and widths[i] > columns[i].least]
        if not givers:
            break
        widest = max(givers, key=lambda i: widths[i])
        widths[widest] -= 1
        over -= 1
    return widths

"""Format-Table: columns as wide as what stands in them, as far as the line goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from mailwake.shell.formatting.cells import enumeration_limit, property_cell
from mailwake.shell.members import pairs
from mailwake.shell.objects import PSObject, Size, Value
from mailwake.shell.properties import Property, expanded, properties_of, read
from mailwake.shell.registry import View
from mailwake.shell.screen import cut, one_line, padded, width, wrapped
from mailwake.shell.session import Session

MEASURED = 500
"""Rows after which the columns' widths are settled, so that long results can be shown as they come."""
_LEAST = 4


@dataclass(slots=True)
class Table:
    """A table in the making."""

    session: Session
    properties: list[Property]
    labels: dict[str, str] = field(default_factory=dict)
    """Headings other than the properties' names, by name in lower case."""
    rights: dict[str, bool] = field(default_factory=dict)
    auto_size: bool = False
    wrap: bool = False
    headings: bool = True
    widths: list[int] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    def lines(self, items: Iterable[Value]) -> Iterator[str]:
        """Heading and rows, without the blank lines around them."""
        rest = iter(items)
        first = list(islice(rest, MEASURED))
        if not first:
            return
        self.properties = expanded(self.properties, first[0])
        cells = [self._cells(item) for item in first]
        self._settle(cells, first)
        if not self.widths:
            return
        if self.headings:
            yield self._line([self._label(one) for one in self.properties])
            yield self._line(["-" * width(self._label(one)) for one in self.properties])
        for row in chain(cells, (self._cells(item) for item in rest)):
            yield from self._row(row)

    def more(self, item: Value) -> Iterator[str]:
        """The lines of one more row, once the widths are settled."""
        return self._row(self._cells(item))

    def _label(self, one: Property) -> str:
        return self.labels.get(one.label.lower(), one.label)

    def _cells(self, item: Value) -> list[str]:
        self.session.budget.step(len(self.properties) + 1)
        limit = enumeration_limit(self.session)
        made = [property_cell(one, item, self.session, limit) for one in self.properties]
        return made if self.wrap else [one_line(text) for text in made]

    def _settle(self, cells: list[list[str]], items: list[Value]) -> None:
        """Find the widths, and which columns stand right; leave out what finds no room."""
        room = self.session.host.width
        natural = []
        for place, one in enumerate(self.properties):
            texts = (width(line) for row in cells for line in (row[place].splitlines() or [""]))
            natural.append(one.width or max(width(self._label(one)), *texts))
            first = next((value for item in items if (value := read(one, item)) is not None), None)
            self.right.append(self._stands_right(one, first))
        if self.auto_size:
            self.widths = _those_that_fit(natural, room)
        else:
            most = max((room + 1) // (_LEAST + 1), 1)
            self.widths = _shrunk(
                natural[:most],
                [one.width > 0 or right for one, right in zip(self.properties, self.right, strict=True)],
                room,
            )
        self.properties = self.properties[: len(self.widths)]

    def _stands_right(self, one: Property, value: Value) -> bool:
        if one.align:
            return one.align.startswith("r")
        known = self.rights.get(one.label.lower())
        if known is not None:
            return known
        return isinstance(value, int | float) and not isinstance(value, bool | Size)

    def _line(self, cells: Sequence[str]) -> str:
        parts = []
        for text, size, right in zip(cells, self.widths, self.right, strict=False):
            parts.append(padded(text if right else cut(text, size), size, right=right))  # half a number is another one
        return " ".join(parts).rstrip()

    def _row(self, cells: list[str]) -> Iterator[str]:
        if not self.wrap:
            yield self._line(cells)
            return
        columns = [wrapped(text, size) for text, size in zip(cells, self.widths, strict=False)]
        for place in range(max(map(len, columns), default=0)):
            yield self._line([column[place] if place < len(column) else "" for column in columns])


def _those_that_fit(natural: list[int], room: int) -> list[int]:
    """As wide as they need; those for which there is no room any more are left out."""
    kept: list[int] = []
    left = room
    for size in natural:
        if size > left:
            if not kept:
                return [left]
            break
        kept.append(size)
        left -= size + 1
    return kept


def _shrunk(natural: list[int], fixed: list[bool], room: int) -> list[int]:
    """The widest columns give way until all fit."""
    widths = list(natural)
    over = sum(widths) + len(widths) - 1 - room
    while over > 0:
        givers = [place for place, size in enumerate(widths) if size > _LEAST and not fixed[place]]
        if not givers:
            break
        most = max(widths[place] for place in givers)
        widest = [place for place in givers if widths[place] == most]
        below = max((widths[place] for place in givers if widths[place] < most), default=_LEAST)
        take = max(min(most - max(below, _LEAST), -(-over // len(widest))), 1)
        for place in widest:
            take_here = min(take, over)
            widths[place] -= take_here
            over -= take_here
            if over <= 0:
                break
    return widths


def table_for(item: Value, session: Session) -> Table:
    """The table that shows objects like this one when nothing says which columns."""
    known = session.registry.type(item.type_name) if isinstance(item, PSObject) else None
    if known is not None and known.view is View.TABLE and known.columns:
        table = Table(session, properties_of([column.name for column in known.columns]))
        table.labels = {column.name.lower(): column.label for column in known.columns if column.label}
        table.rights = {column.name.lower(): column.right for column in known.columns if column.right is not None}
        return table
    return Table(session, properties_of([name for name, _ in pairs(item)]))

"""What a script puts out, laid out for the screen as PowerShell does when nothing says how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from mailwake.shell.dates import INVARIANT
from mailwake.shell.formatting.cells import Formatted, as_rows, cell, enumeration_limit
from mailwake.shell.formatting.listing import list_lines
from mailwake.shell.formatting.table import MEASURED, Table, table_for
from mailwake.shell.objects import CUSTOM, HashTable, PSObject, Value
from mailwake.shell.registry import View
from mailwake.shell.session import Session
from mailwake.shell.values.written import date_text, to_text

_TABLE_AT_MOST = 4
"""Properties of an object without a view of its own that is still shown in a table."""


def view_of(item: Value, session: Session) -> str:
    """How a value is shown: `text`, `date`, `table`, `list` or `lines`."""
    if isinstance(item, Formatted):
        return "lines"
    if isinstance(item, datetime):
        return "date"
    if isinstance(item, timedelta):
        return "list"
    if isinstance(item, HashTable | UUID):
        return "table"
    if isinstance(item, PSObject):
        if item.type_name.endswith((".ErrorRecord", ".RuntimeType")):
            return "text"
        known = session.registry.type(item.type_name)
        if known is not None:
            return "table" if known.view is View.TABLE else "list"
        if not item.names():
            return "text"
        return "table" if len(item.names()) <= _TABLE_AT_MOST else "list"
    return "text"


def _heading(item: Value, session: Session) -> tuple[str, ...]:
    """The lines above a table whose type is shown in groups."""
    known = session.registry.type(item.type_name) if isinstance(item, PSObject) else None
    if known is None or not known.group_by:
        return ()
    return (f"   {known.group_by}: {to_text(item.get(known.group_by))}", "")


def _key(item: Value, view: str, session: Session) -> tuple[object, ...]:
    """What must be equal for two objects to stand in one table or list."""
    if isinstance(item, PSObject):
        custom = item.type_name == CUSTOM or item.type_name.startswith("Selected.")
        if not custom:
            return (view, item.type_name, *_heading(item, session))
        return (view, item.type_name, *(name.lower() for name in item.names()))
    return (view, type(item))


class ScreenWriter:
    """Takes values one by one and writes them.

    The first rows of a table are held back until it is whole, or until there are enough to settle its columns' widths;
    from then on rows are written as they come.
    """

    def __init__(self, session: Session) -> None:
        """For one session's host."""
        self._session = session
        self._group: tuple[object, ...] = ()
        self._held: list[Value] = []
        self._table: Table | None = None
        self._listing = False

    def write(self, value: Value) -> None:
        """Write a value, or hold it back until its group is whole."""
        if isinstance(value, list):
            for item in value:
                self.write(item)
            return
        if value is None or (isinstance(value, HashTable) and not len(value)):
            return
        view = view_of(value, self._session)
        key = _key(value, view, self._session)
        if key != self._group or view in ("text", "lines"):
            self.flush()
            self._group = key
        if view in ("text", "lines"):
            self._plain(value)
        elif view == "list":
            self._list(value)
        elif self._table is not None:
            self._lines(self._table.more(value))
        else:
            self._held.append(value)
            if len(self._held) >= MEASURED and view == "table" and isinstance(value, PSObject):
                self._open()

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._session.host.write(line)

    def _plain(self, value: Value) -> None:
        if isinstance(value, Formatted):
            self._lines(value.lines)
        else:
            self._lines([to_text(value, self._session.settings.culture).removesuffix("\n")])

    def _list(self, value: Value) -> None:
        """An object of a list is written at once; the blank line before the first one starts the group."""
        if not self._listing:
            self._lines([""])
            self._listing = True
        self._lines([*list_lines(value, [], self._session), ""])

    def _open(self) -> None:
        """Begin a table that is not whole yet."""
        held, self._held = self._held, []
        self._table = table_for(held[0], self._session)
        self._lines(["", *_heading(held[0], self._session)])
        self._lines(self._table.lines(held))

    def flush(self) -> None:
        """Write what is held back, and end its group."""
        held, table = self._held, self._table
        self.clear()
        if table is not None:
            self._lines([""])
        elif held:
            self._lines([""])
            self._lines(group_lines(held, self._session))
            self._lines([""])

    def clear(self) -> None:
        """Forget what is held back."""
        self._held, self._table, self._group, self._listing = [], None, (), False


def group_lines(items: list[Value], session: Session) -> Iterator[str]:
    """The lines of dates, or of objects in one table, without the blank lines around them."""
    first = items[0]
    if isinstance(first, datetime):
        culture = session.settings.culture
        yield from (
            date_text(item, f"{culture.long_date} {culture.long_time}" if culture != INVARIANT else "G")
            for item in items
        )
    elif isinstance(first, HashTable):
        yield from _hash_lines(items, session)
    elif isinstance(first, UUID):
        yield from ("Guid", "----", *(str(item) for item in items))
    else:
        yield from _heading(first, session)
        yield from table_for(first, session).lines(items)


def _hash_lines(items: list[Value], session: Session) -> Iterator[str]:
    """Name and value of each pair, the names 30 columns wide as PowerShell has them."""
    limit = enumeration_limit(session)
    yield f"{'Name':<30} Value"
    yield f"{'----':<30} -----"
    for item in items:
        for row in as_rows(item):
            name = cell(row.get("Name"), session, limit)
            yield f"{name:<30} {cell(row.get('Value'), session, limit)}".rstrip()


def screen_lines(items: Iterator[Value] | list[Value], session: Session) -> list[str]:
    """The lines that values would be shown in: what Out-String gives."""
    lines: list[str] = []
    held: list[Value] = []
    group: tuple[object, ...] = ()

    def release() -> None:
        if held:
            view = view_of(held[0], session)
            if view == "list":
                lines.append("")
                for item in held:
                    lines.extend([*list_lines(item, [], session), ""])
            else:
                lines.extend(["", *group_lines(held, session), ""])
            held.clear()

    for item in items:
        if item is None:
            continue
        view = view_of(item, session)
        key = _key(item, view, session)
        if key != group or view in ("text", "lines"):
            release()
            group = key
        if isinstance(item, Formatted):
            lines.extend(item.lines)
        elif view == "text":
            lines.extend(to_text(item, session.settings.culture).split("\n"))
        else:
            held.append(item)
    release()
    return lines

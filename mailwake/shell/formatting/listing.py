"""Format-List: one property to a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailwake.shell.formatting.cells import enumeration_limit, is_plain, property_cell
from mailwake.shell.members import pairs
from mailwake.shell.objects import PSObject, Value
from mailwake.shell.properties import Property, expanded, properties_of
from mailwake.shell.registry import View
from mailwake.shell.screen import padded, width, wrapped
from mailwake.shell.session import Session
from mailwake.shell.values.written import to_text


def default_properties(item: Value, session: Session) -> list[Property]:
    """What a list shows of an object when nothing says what."""
    known = session.registry.type(item.type_name) if isinstance(item, PSObject) else None
    if known is not None and known.view is View.LIST and known.columns:
        return properties_of([column.name for column in known.columns])
    return properties_of([name for name, _ in pairs(item)])


def list_lines(item: Value, properties: Sequence[Property], session: Session, exclude: Sequence[str] = ()) -> list[str]:
    """The lines of one object, without the blank line after it."""
    if is_plain(item):
        return to_text(item).splitlines() or [""]
    wanted = expanded(properties or default_properties(item, session), item, exclude)
    limit = enumeration_limit(session)
    labels = max((width(one.label) for one in wanted), default=0)
    room = max(session.host.width - labels - 3, 10)
    lines: list[str] = []
    for one in wanted:
        session.budget.step()
        first, *rest = wrapped(property_cell(one, item, session, limit), room)
        lines.append(f"{padded(one.label, labels)} : {first}".rstrip() if first else f"{padded(one.label, labels)} :")
        lines.extend((" " * (labels + 3) + line).rstrip() for line in rest)
    return lines


def lists(items: Iterable[Value], properties: Sequence[Property], session: Session) -> Iterator[tuple[str, ...]]:
    """The lines of a list, object by object: a blank line first and after each object."""
    first = True
    for item in items:
        lines = list_lines(item, properties, session)
        if is_plain(item):
            yield tuple(lines)
        elif lines:
            yield (*([""] if first else []), *lines, "")
            first = False

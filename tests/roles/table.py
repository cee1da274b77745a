"""The table of roles: for each operation and page, what members of each role group may do. A golden file, to be read.

`part`: allowed, and to members with a scope for their part; `all`: allowed, and refused to members with a scope; `-`:
refused. `python tests/roles/table.py` writes both files anew
from what the product does: read what changed before it is kept.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # when it is a program

from places import FORMS, FURTHER  # noqa: E402

OPERATIONS, PAGES = HERE / "operations.txt", HERE / "pages.txt"
NOBODY = "nobody"
CELLS = {(True, True): "part", (True, False): "all", (False, False): "-"}
"""What is written for: allowed without a scope, allowed with one."""


HEAD = """\
# Who may do what: `part` allowed, and to members with a scope for their part; `all` allowed, and refused to members
# with a scope; `-` refused. Read against Exchange's own tables of permissions: message trace is for three role groups;
# the tracking log for the role Message Tracking, too; audit logs for Audit Logs and View-Only Audit Logs; bypass
# associations are seen with View-Only Configuration, Compliance Admin and Journaling; which role one needs, everybody
# may ask.
"""


def read(path: Path) -> dict[str, dict[str, str]]:
    """The cells of a file: by row and role group."""
    head, *rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {row[0]: dict(zip((name.replace("_", " ") for name in head[1:]), row[1:], strict=True)) for row in rows}


def written(cells: Mapping[str, Mapping[str, str]], about: str) -> str:
    """A file of cells."""
    groups = list(next(iter(cells.values())))
    rows = [[about, *(group.replace(" ", "_") for group in groups)]]
    rows += [[name, *(one[group] for group in groups)] for name, one in cells.items()]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return HEAD + "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


def cells(names: list[str], groups: list[str], may: Callable[[str, str, bool], bool]) -> dict[str, dict[str, str]]:
    """What holds: `may(name, group, scoped)` tells whether it is allowed."""
    return {name: {group: CELLS[may(name, group, False), may(name, group, True)] for group in groups} for name in names}


class _Reached(Exception):
    """The handler was asked."""


def of_operations() -> dict[str, dict[str, str]]:
    """What the one place that checks says of each operation."""
    from mailwake.directory.roles import ROLE_GROUPS
    from mailwake.operations.context import Context
    from mailwake.operations.contract import Assignment, Caller, CallerScope, Refused, all_operations
    from mailwake.operations.models import Input
    from mailwake.operations.perform import perform

    operations = all_operations()
    part = CallerScope(everything=False, domains=("example.org",))

    def handler(context: Context, given: Input) -> Any:
        raise _Reached

    def may(name: str, group: str, scoped: bool) -> bool:
        roles = ROLE_GROUPS[group][1] if group != NOBODY else ()
        held = tuple(Assignment(role, group, part if scoped else CallerScope()) for role in roles)
        caller = Caller("kim", roles=frozenset(roles), scope=CallerScope(everything=False), assignments=held)
        try:
            perform(replace(operations[name], handler=handler), Context(caller, None), Input())
        except _Reached:
            return True
        except Refused:
            return False
        raise AssertionError(f"{name}: neither asked nor refused")

    return cells(list(operations), [*ROLE_GROUPS, NOBODY], may)


def of_pages(operations: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The same of the pages: what their operations allow. Django must be set up."""
    from mailwake.web.sections import sections

    found = {entry.address: entry.operation for _, entries in sections() for entry in entries}
    everybody: dict[str, str] = dict.fromkeys(next(iter(operations.values())), "part")
    asked = found | FURTHER | {name: form.operation for name, form in FORMS.items()}
    return {address: dict(operations.get(name, everybody)) for address, name in asked.items()}


def _write() -> None:
    from mailwake.app.settings import APPLICATIONS, ServerOptions, settings
    from mailwake.directory.configuration import configure, database_of

    held = of_operations()
    OPERATIONS.write_text(written(held, "operation"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        configure(database_of(data), APPLICATIONS, **settings(data, ServerOptions()))
        PAGES.write_text(written(of_pages(held), "page"))


if __name__ == "__main__":
    _write()

"""The table of roles as it was read and kept: a change of who may do what shows in its diff."""

from __future__ import annotations

import table

from mailwake.directory.roles import ROLE_GROUPS
from mailwake.operations.contract import all_operations

OPERATIONS = all_operations()
KEPT = table.read(table.OPERATIONS)


def test_operations_are_allowed_as_the_table_says() -> None:
    assert table.of_operations() == KEPT, "read what changed; then: python tests/roles/table.py"


def test_T06_message_trace_is_for_three_role_groups() -> None:
    three = {"Organization Management", "Compliance Management", "Help Desk"}
    for name in ("message-trace", "message-story", "get-message-trace-v2", "start-historical-search"):
        assert {group for group, cell in KEPT[name].items() if cell != "-"} == three


def test_who_has_no_role_for_it_is_refused() -> None:
    """But one may always ask which role one needs."""
    idle = {"nobody", "Security Administrator", "Security Reader", "Discovery Management"}
    for name, cells in KEPT.items():
        assert {cells[group] for group in idle} == {"-" if OPERATIONS[name].roles else "part"}, name
    assert not OPERATIONS["get-management-role"].roles


def test_who_looks_only_changes_nothing() -> None:
    orders = [one.name for one in OPERATIONS.values() if one.changes and one.roles]
    assert {KEPT[name]["View-Only Organization Management"] for name in orders} == {"-"}


def test_every_role_group_is_there() -> None:
    assert all(list(cells) == [*ROLE_GROUPS, "nobody"] for cells in KEPT.values())

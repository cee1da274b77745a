"""The matrices as data: cells, default sets, licences, order, releases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from acts import START, Fixed, act
from tables import GATES, GROUP_TABLE, KINDS, TABLES

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy import matrix
from mailwake.audit.policy.actions import ACTIONS, EVERYDAY_NAMES, in_order, spelled
from mailwake.audit.policy.decide import decide
from mailwake.audit.settings import MailboxSettings

DAY = 86_400_000_000


def test_every_action_is_in_every_table() -> None:
    assert set(ACTIONS) == set(TABLES["2021"]) == set(TABLES["current"])
    assert set(EVERYDAY_NAMES) | {"Default"} == set(ACTIONS)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", KINDS)
def test_cells(name: str, kind: LogonType) -> None:
    table = TABLES[name]
    assert matrix.allowed(name, kind) == {action for action in table if table[action][kind] in "*+"}
    assert matrix.default_set(name, kind) == {action for action in table if table[action][kind] == "*"}


@pytest.mark.parametrize(("name", "sizes"), [("2021", (13, 12, 10)), ("current", (13, 11, 10))])
def test_sizes_of_the_default_sets(name: str, sizes: tuple[int, ...]) -> None:
    assert tuple(len(matrix.default_set(name, kind)) for kind in KINDS) == sizes


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", KINDS)
def test_licences_count_under_parity_only(name: str, kind: LogonType) -> None:
    full = matrix.default_set(name, kind)
    assert matrix.default_set(name, kind, premium=False, parity=False) == full
    assert matrix.default_set(name, kind, premium=True, parity=True) == full
    needs = {action for action, gate in GATES[name].items() if gate == "$"}
    assert needs >= {"MailItemsAccessed", "Send"}
    assert matrix.default_set(name, kind, premium=False, parity=True) == full - needs


@pytest.mark.parametrize("kind", KINDS)
def test_group_mailboxes_have_a_set_of_their_own(kind: LogonType) -> None:
    expected = {action for action in GROUP_TABLE if GROUP_TABLE[action][kind] == "*"}
    for name in TABLES:
        assert matrix.default_set(name, kind, MailboxType.GROUP) == expected


def test_types_that_are_not_audited_have_none() -> None:
    for kind in (MailboxType.ROOM, MailboxType.EQUIPMENT, MailboxType.PUBLIC_FOLDER, MailboxType.DISCOVERY):
        assert matrix.default_set("current", LogonType.ADMIN, kind) == frozenset()


def test_values_that_are_accepted_and_do_nothing() -> None:
    for kind in KINDS:
        extra = matrix.accepted("current", kind) - matrix.allowed("current", kind)
        folders = {"AddFolderPermissions", "ModifyFolderPermissions", "RemoveFolderPermissions"}
        assert extra == {*folders, "Default", "UpdateComplianceTag"}
    assert "MessageBind" in matrix.accepted("2021", LogonType.ADMIN) - matrix.allowed("2021", LogonType.ADMIN)
    assert "MailboxLogin" not in matrix.accepted("current", LogonType.DELEGATE)
    assert "SendAs" not in matrix.accepted("current", LogonType.OWNER)


def test_order_is_that_of_the_enumeration() -> None:
    assert in_order({"HardDelete", "Create", "Update", "SoftDelete", "Xyz"}) == [
        *("Update", "SoftDelete", "HardDelete", "Create", "Xyz")
    ]
    assert spelled(" harddelete") == "HardDelete"
    assert spelled("Nothing") is None


def test_no_such_matrix() -> None:
    with pytest.raises(ValueError, match="no such matrix: '2019'; there are current, 2021"):
        matrix.allowed("2019", LogonType.OWNER)


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A release on the day after START that logs Move by owners, and a new action, by default."""
    later = "2026-10-15"
    rows = (matrix.Row("Move", "PPD"), matrix.Row("AttachmentAccess", "DDD"))
    added = tuple(matrix.Release("current", later, row) for row in rows)
    monkeypatch.setattr(matrix, "RELEASES", (*matrix.RELEASES, *added))
    for cached in (matrix._dates, matrix._edition):
        cached.cache_clear()
    yield
    for cached in (matrix._dates, matrix._edition):
        cached.cache_clear()


@pytest.mark.usefixtures("released")
def test_a_release_reaches_sets_under_management_only_and_from_its_day() -> None:
    managed = Fixed()
    others = frozenset({LogonType.ADMIN, LogonType.DELEGATE})
    custom = {LogonType.OWNER: matrix.default_set("2021", LogonType.OWNER)}
    customized = Fixed(box=MailboxSettings("x", managed=others, custom=custom))
    for action in ("Move", "AttachmentAccess"):
        assert not decide(act(action, at=-30 * DAY), managed).recorded
        assert decide(act(action, at=30 * DAY), managed).rule == "managed-set"
        assert decide(act(action, at=30 * DAY), customized).rule == "not-in-set"
    assert decide(act("AttachmentAccess", LogonType.DELEGATE, at=30 * DAY), customized).recorded
    assert "Move" not in matrix.default_set("current", LogonType.OWNER, at=START - 30 * DAY)
    assert "Move" in matrix.default_set("current", LogonType.OWNER)
    assert "AttachmentAccess" not in matrix.allowed("2021", LogonType.OWNER)

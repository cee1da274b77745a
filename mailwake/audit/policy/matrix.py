"""Which actions can be logged for which logon type, and which are by default: data, by release.

A cell is `D` (can be logged and is by default), `P` (can be logged, is not by default) or `-` (not available); a row
gives the cells of Admin, Delegate and Owner in this order. A release that adds or changes a row is one `Release` in
RELEASES: mailboxes whose set for a logon type is the vendor's follow it without anybody doing anything, customized
sets do not. Source: "Manage mailbox auditing", edition of March 2021 (`2021`) and of 2023 to 2025 (`current`).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.actions import NEVER_LOGGED

PREMIUM = "premium"
"""Gate of actions that only mailboxes with the premium licence have, under parity."""
NOT_PREMIUM = "not premium"
"""Gate of an action that under parity only mailboxes without the premium licence have, and otherwise none."""

COLUMNS = (LogonType.ADMIN, LogonType.DELEGATE, LogonType.OWNER)
"""Order of the cells of a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action."""

    action: str
    cells: str
    """Admin, Delegate and Owner: `D`, `P` or `-` each."""
    gate: str = ""
    """PREMIUM, NOT_PREMIUM or ""."""


@dataclass(frozen=True, slots=True)
class Release:
    """A change that a release brought to a matrix."""

    matrix: str
    since: str
    """ISO date (UTC) from which it holds; "" for what belongs to the edition itself."""
    row: Row
    """The action's row from then on; cells `---` take the action away."""


_EDITION_2021: tuple[Row, ...] = (
    Row("ApplyRecord", "DDD"),
    Row("Copy", "P--"),
    Row("Create", "DDP"),
    Row("FolderBind", "PP-"),
    Row("HardDelete", "DDD"),
    Row("MailItemsAccessed", "DDD", PREMIUM),
    Row("MailboxLogin", "--P"),
    Row("MessageBind", "---"),  # accepted for Admin, no longer logged
    Row("Move", "PPP"),
    Row("MoveToDeletedItems", "DDD"),
    Row("RecordDelete", "PPP"),
    Row("Send", "DDD", PREMIUM),
    Row("SendAs", "DD-"),
    Row("SendOnBehalf", "DD-"),
    Row("SoftDelete", "DDD"),
    Row("Update", "DDD"),
    Row("UpdateCalendarDelegation", "D-D"),
    Row("UpdateComplianceTag", "PPP"),
    Row("UpdateFolderPermissions", "DDD"),
    Row("UpdateInboxRules", "DDD"),
)

RELEASES: tuple[Release, ...] = (
    Release("current", "", Row("Send", "D-D", PREMIUM)),
    Release("current", "", Row("SearchQueryInitiated", "--P", PREMIUM)),
    Release("current", "", Row("MessageBind", "P--", NOT_PREMIUM)),
    Release("current", "", Row("UpdateComplianceTag", "---")),
)
"""What came after March 2021. A further addition is a further line here."""

MATRICES: tuple[str, ...] = ("current", "2021")

GROUP: dict[str, str] = {
    "Create": "DD-",
    "HardDelete": "DDD",
    "MoveToDeletedItems": "DDD",
    "SendAs": "DD-",
    "SendOnBehalf": "DD-",
    "SoftDelete": "DDD",
    "Update": "DDD",
}
"""Group mailboxes: fixed in every edition, neither to be extended nor reduced."""
GROUP_SETS: dict[LogonType, frozenset[str]] = {
    kind: frozenset(action for action, cells in GROUP.items() if cells[place] == "D")
    for place, kind in enumerate(COLUMNS)
}

SUPPORTED_TYPES = frozenset({MailboxType.USER, MailboxType.SHARED, MailboxType.GROUP})
"""Types of mailbox that are audited; resource, public folder and discovery mailboxes are not."""

CREATE_FOLDERS: dict[str, frozenset[str]] = {
    "2021": frozenset({"calendar", "contacts", "notes", "tasks"}),
    "current": frozenset({"calendar", "contacts", "drafts", "notes", "tasks"}),
}
"""Kinds of item, and folders, in which something new is a Create, lower case; a message elsewhere, or a folder, is
none."""


@dataclass(frozen=True)
class Edition:
    """A matrix as it stood at some time."""

    name: str
    rows: dict[str, Row]
    allowed: dict[LogonType, frozenset[str]]
    """What can be logged for user and shared mailboxes."""
    default: dict[LogonType, frozenset[str]]
    """What of it is by default, licences apart."""
    create_folders: frozenset[str]

    def gate(self, action: str) -> str:
        """PREMIUM, NOT_PREMIUM or "": the licence that an action depends on."""
        row = self.rows.get(action)
        return row.gate if row else ""


def edition(matrix: str, at: int | None = None) -> Edition:
    """The matrix of that name as it stood at a time (µs UTC; None: with every release). Raises ValueError when there is
    no such matrix."""
    dates = _dates(matrix)
    return _edition(matrix, len(dates) if at is None else bisect_right(dates, at))


@cache
def _dates(matrix: str) -> tuple[int, ...]:
    """When the matrix changed after its publication, µs UTC."""
    if matrix not in MATRICES:
        raise ValueError(f"no such matrix: {matrix!r}; there are {', '.join(MATRICES)}")
    return tuple(sorted(_moment(release.since) for release in RELEASES if release.matrix == matrix and release.since))


@cache
def _edition(matrix: str, released: int) -> Edition:
    changes = sorted((release for release in RELEASES if release.matrix == matrix), key=lambda release: release.since)
    plain = sum(not release.since for release in changes)
    rows = {row.action: row for row in _EDITION_2021}
    rows |= {release.row.action: release.row for release in changes[: plain + released]}
    cells = {kind: {row.action: row.cells[place] for row in rows.values()} for place, kind in enumerate(COLUMNS)}
    return Edition(
        matrix,
        rows,
        {kind: frozenset(action for action, mark in marks.items() if mark != "-") for kind, marks in cells.items()},
        {kind: frozenset(action for action, mark in marks.items() if mark == "D") for kind, marks in cells.items()},
        CREATE_FOLDERS[matrix],
    )


def _moment(since: str) -> int:
    return int(datetime.fromisoformat(f"{since}T00:00:00+00:00").timestamp()) * 1_000_000


def is_licensed(gate: str, premium: bool, parity: bool) -> bool:
    """Whether a mailbox has the licence that a gate asks for.

    Without parity licences do not count: what needs the premium one is there, and an action that exists only for want
    of it (MessageBind) is not.
    """
    if gate == PREMIUM:
        return premium or not parity
    return not gate or (parity and not premium)


def allowed(matrix: str, logon_type: LogonType, at: int | None = None) -> frozenset[str]:
    """Actions that can be logged for a logon type of user and shared mailboxes."""
    return edition(matrix, at).allowed[logon_type]


def accepted(matrix: str, logon_type: LogonType, at: int | None = None) -> frozenset[str]:
    """Values that Set-Mailbox takes for a logon type: what can be logged, and what is accepted and does nothing.

    `None` (log nothing) is the shell's affair.
    """
    extra = {"MessageBind"} if logon_type is LogonType.ADMIN else set()
    return allowed(matrix, logon_type, at) | NEVER_LOGGED.keys() | {"UpdateComplianceTag"} | extra


def default_set(
    matrix: str,
    logon_type: LogonType,
    mailbox_type: MailboxType = MailboxType.USER,
    premium: bool = True,
    parity: bool = False,
    at: int | None = None,
) -> frozenset[str]:
    """Actions that are logged by default; none for types of mailbox that are not audited.

    Under parity a mailbox without the premium licence lacks the actions that need it.
    """
    if mailbox_type not in SUPPORTED_TYPES:
        return frozenset()
    if mailbox_type is MailboxType.GROUP:
        return GROUP_SETS[logon_type]
    there = edition(matrix, at)
    return frozenset(action for action in there.default[logon_type] if is_licensed(there.gate(action), premium, parity))

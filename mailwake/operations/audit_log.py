"""The log of audit records, as operations ask it: what is recorded, for whom, how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mailwake.audit.record import MAILBOX_TYPES, AuditRecord
from mailwake.directory.errors import DirectoryError
from mailwake.events.told import tell
from mailwake.operations.contract import CallerScope, OperationError
from mailwake.operations.scoping import visible_address
from mailwake.store.audit_filter import AuditFilter, AuditPlace

if TYPE_CHECKING:
    from mailwake.directory.records import MailboxRecord
    from mailwake.operations.context import Context

PAGE = 1000
"""Records fetched at a time."""


class Size(NamedTuple):
    """What a mailbox's records amount to."""

    mailbox: str
    """As the log names it, lower case."""
    records: int
    bytes: int
    oldest: int
    """µs UTC."""
    newest: int


class Seen(NamedTuple):
    """An action that a host's log showed, recorded or not."""

    host: str
    action: str
    acts: int
    last: int
    """µs UTC."""


class Unrecorded(NamedTuple):
    """Acts that left no record."""

    rule: str
    day: int
    """µs UTC of the day's beginning."""
    account: str
    """Of bypassed accounts; else ""."""
    acts: int


class AuditLog(Protocol):
    """Where the records are."""

    def find(
        self, wanted: AuditFilter, limit: int, after: AuditPlace | None = None, *, oldest_first: bool = False
    ) -> list[AuditRecord]:
        """Records in order of (time, id), newest first unless told, behind a place; at most limit."""

    def count(self, wanted: AuditFilter) -> int:
        """How many there are."""

    def sizes(self, mailboxes: tuple[str, ...] | None = None) -> list[Size]:
        """What the records of mailboxes amount to, by name; None: of all. Only acts on mailboxes count."""

    def seen(self) -> list[Seen]:
        """Actions that were seen, by host."""

    def hosts(self, mailboxes: tuple[str, ...] | None = None) -> dict[str, set[str]]:
        """Hosts whose logs told of a mailbox, by name (lower case); of these or of all."""

    def unrecorded(self) -> list[Unrecorded]:
        """Acts without record, by rule, day and account."""

    def delete(self, mailboxes: tuple[str, ...], before: int) -> int:
        """Delete the records of mailboxes from before a time (µs UTC); how many."""


def audit_log(context: Context) -> AuditLog:
    """The log of the call. Raises OperationError where there is none."""
    if context.audit is not None:
        return context.audit
    if context.database is None:
        raise OperationError(
            "no-store", tell("there are no audit records to ask for"), tell("Import logs first: mailwake import FILE")
        )
    from mailwake.operations.stored_audit_log import StoredAuditLog

    return StoredAuditLog(context.database)


def records(
    log: AuditLog, wanted: AuditFilter, limit: int | None = None, *, oldest_first: bool = False
) -> Iterator[AuditRecord]:
    """Records, page by page; newest first unless told."""
    after: AuditPlace | None = None
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(left, PAGE)
        page = log.find(wanted, size, after, oldest_first=oldest_first)
        yield from page
        if len(page) < size:
            return
        last = page[-1]
        after = AuditPlace(last.observation.ts, last.id)
        left = None if left is None else left - len(page)


def names_of(box: MailboxRecord) -> tuple[str, ...]:
    """Every name by which records may know a mailbox, lower case.

    Its Name is none of them where it has addresses: another mailbox's login may be spelt like that.
    """
    found = (*box.addresses, box.primary_address, box.upn, *box.logins, box.guid)
    if not box.addresses and not box.primary_address:
        found = (*found, box.name)
    return tuple(dict.fromkeys(name.lower() for name in found if name and name.lower() not in box.aside))


def mailbox_names(context: Context, identities: tuple[str, ...], *, group: bool | None = None) -> tuple[str, ...]:
    """Names of the mailboxes that a caller means.

    A mailbox that the directory does not have, but records do (imported ones, of another service), is found by its name
    in them. Raises what `Context.mailbox` raises.
    """
    found: list[str] = []
    for identity in identities:
        try:
            found += names_of(context.mailbox(identity, group=group))
        except DirectoryError as error:
            name = identity.strip().lower()
            asked = error.status == 404 and visible_address(context.caller.scope, name)
            has_log = context.audit is not None or context.database is not None
            if not asked or not has_log or not audit_log(context).sizes((name,)):
                raise
            found.append(name)
    return tuple(dict.fromkeys(found))


def within(scope: CallerScope) -> AuditFilter:
    """Everything that a scope shows."""
    if scope.everything:
        return AuditFilter()
    return AuditFilter(mailboxes=scope.mailboxes, domains=scope.domains)


MAILBOX_RECORDS = tuple(sorted(MAILBOX_TYPES))
"""RecordTypes of acts on mailboxes, for AuditFilter."""

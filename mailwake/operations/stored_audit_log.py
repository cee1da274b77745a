"""The log of audit records in the store."""

from __future__ import annotations

from mailwake.audit.record import AuditRecord
from mailwake.operations.audit_log import MAILBOX_RECORDS, Seen, Size, Unrecorded
from mailwake.operations.audit_rows import record_of, with_names
from mailwake.store import acts, audit
from mailwake.store.audit_filter import AuditFilter, AuditPlace
from mailwake.store.database import Database


class StoredAuditLog:
    """See `audit_log.AuditLog`."""

    def __init__(self, database: Database) -> None:
        """database: an open store."""
        self._database = database

    def find(
        self, wanted: AuditFilter, limit: int, after: AuditPlace | None = None, *, oldest_first: bool = False
    ) -> list[AuditRecord]:
        """Records in order of (time, id), behind a place."""
        found = audit.find(self._database, wanted, limit, after, oldest_first=oldest_first)
        return with_names(self._database, [record_of(one) for one in found])

    def count(self, wanted: AuditFilter) -> int:
        """How many there are."""
        return audit.count(self._database, wanted)

    def sizes(self, mailboxes: tuple[str, ...] | None = None) -> list[Size]:
        """What the records of mailboxes amount to."""
        return [Size(*one) for one in audit.sizes(self._database, mailboxes, MAILBOX_RECORDS)]

    def seen(self) -> list[Seen]:
        """Actions that were seen, by host."""
        return [Seen(*one) for one in acts.seen(self._database)]

    def hosts(self, mailboxes: tuple[str, ...] | None = None) -> dict[str, set[str]]:
        """Hosts whose logs told of a mailbox."""
        found: dict[str, set[str]] = {}
        for mailbox, host in acts.hosts(self._database, mailboxes):
            found.setdefault(mailbox, set()).add(host)
        return found

    def unrecorded(self) -> list[Unrecorded]:
        """Acts without record."""
        return [Unrecorded(*one) for one in acts.unrecorded(self._database)]

    def delete(self, mailboxes: tuple[str, ...], before: int) -> int:
        """Delete records from before a time."""
        return audit.delete(self._database, mailboxes, before)

"""Records of the mailbox audit log: `Event` of SearchResult.xml, rows of Search-MailboxAuditLog -ShowDetails.

Source: Exchange, "Export mailbox audit logs" and "Search-MailboxAuditLog".
"""

from __future__ import annotations

from typing import Any

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.m365.shapes import loads

PROGRAM = "mailbox-audit"
"""What stands for a program."""

_COLUMNS = {"Operation", "LogonType", "LastAccessed"}
_MAILBOX = {"MailboxGuid", "MailboxOwnerUPN", "MailboxResolvedOwnerName"}


def is_table(columns: tuple[str, ...]) -> bool:
    """Whether a table has the columns of Search-MailboxAuditLog."""
    return set(columns) >= _COLUMNS and not _MAILBOX.isdisjoint(columns)


def is_record(record: dict[str, Any]) -> bool:
    """Whether an object is a record of the mailbox audit log."""
    return "Operation" in record and "LastAccessed" in record and not _MAILBOX.isdisjoint(record)


def parse(message: str) -> Parsed | None:
    """One record."""
    record = loads(message)
    if record is None or not is_record(record):
        return None
    fields: Fields = {"form": "mailbox", "action": str(record["Operation"]), "record": record}
    mailbox = record.get("MailboxOwnerUPN") or record.get("MailboxResolvedOwnerName") or record.get("Owner")
    if mailbox:
        fields["mailbox"] = str(mailbox)
    user = record.get("LogonUserDisplayName") or record.get("LogonUserDN")
    if user:
        fields["user"] = str(user)
    return "audited", str(record.get("Identity", "")), fields

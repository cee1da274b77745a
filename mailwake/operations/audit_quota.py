"""Audit records count against the quota of Recoverable Items, and a mailbox may have three million of them."""

from __future__ import annotations

from mailwake.directory.records import MailboxRecord
from mailwake.events.told import tell
from mailwake.operations.fields import bytes_text

MOST_RECORDS = 3_000_000


def warnings_of(box: MailboxRecord, count: int, size: int) -> list[str]:
    """What is to be said of a mailbox's audit records: near or over a limit."""
    found: list[str] = []
    name, quota, warning = box.identity, box.recoverable_items_quota, box.recoverable_items_warning_quota
    if size >= quota:
        found.append(
            tell(
                "{name}: the audit records ({size}) fill the Recoverable Items quota of {quota}",
                name=name,
                size=bytes_text(size),
                quota=short(quota),
            )
        )
    elif size >= warning:
        found.append(
            tell(
                "{name}: the audit records ({size}) are above the warning level of {quota}",
                name=name,
                size=bytes_text(size),
                quota=short(warning),
            )
        )
    if count >= MOST_RECORDS:
        found.append(
            tell(
                "{name}: there are {count:,} audit records, and {most:,} are the most that are kept",
                name=name,
                count=count,
                most=MOST_RECORDS,
            )
        )
    return found


def short(size: int) -> str:
    """A size without its bytes: `30 GB`."""
    return bytes_text(size).partition(" (")[0]

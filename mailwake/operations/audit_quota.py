"""Audit records count against the quota of Recoverable Items, and a mailbox may have three million of them."""

from __future__ import annotations

from mailwake.directory.records import MailboxRecord
from mailwake.operations.fields import bytes_text

MOST_RECORDS = 3_000_000


def warnings_of(box: MailboxRecord, count: int, size: int) -> list[str]:
    """What is to be said of a mailbox's audit records: near or over a limit."""
    found = []
    name, quota, warning = box.identity, box.recoverable_items_quota, box.recoverable_items_warning_quota
    if size >= quota:
        found.append(
            f"{name}: the audit records ({bytes_text(size)}) fill the Recoverable Items quota of {short(quota)}"
        )
    elif size >= warning:
        found.append(f"{name}: the audit records ({bytes_text(size)}) are above the warning level of {short(warning)}")
    if count >= MOST_RECORDS:
        found.append(f"{name}: there are {count:,} audit records, and {MOST_RECORDS:,} are the most that are kept")
    return found


def short(size: int) -> str:
    """A size without its bytes: `30 GB`."""
    return bytes_text(size).partition(" (")[0]

"""Retention: each mailbox's AuditLogAgeLimit, which acts on the records that there are.

Holds and retention policies do not lengthen it. A mailbox's own limit counts when it is looked at, so that a change
acts on existing records; `00:00:00` removes them all. Imported records of mailboxes that the directory does not know
stay: nobody has said how long to keep them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from mailwake.directory.records import MailboxRecord
from mailwake.operations.audit_log import MAILBOX_RECORDS, AuditLog, Size, names_of
from mailwake.operations.audit_quota import MOST_RECORDS
from mailwake.store.audit_filter import AuditFilter


class Removal(NamedTuple):
    """What was removed from one mailbox's records."""

    box: MailboxRecord
    expired: int
    excess: int
    """Above the most that a mailbox may have, the oldest first."""
    left: int
    size: int


def retain(
    log: AuditLog, boxes: Iterator[MailboxRecord], now: int, *, capped: bool, dry: bool = False
) -> Iterator[Removal]:
    """Remove what is older than each mailbox's limit (now: µs UTC); capped: and what is more than the most.

    dry: only count what would go; sizes are those of now.
    """
    known: dict[str, Size] = {size.mailbox: size for size in log.sizes()}
    for box in boxes:
        names = names_of(box)
        sizes = [known[name] for name in names if name in known]
        if not sizes:
            continue
        age = box.age_limit.days * 86_400_000_000 + box.age_limit.seconds * 1_000_000 + box.age_limit.microseconds
        before = now - age if age else now + 1
        expired = _remove(log, names, before, dry=dry) if min(size.oldest for size in sizes) < before else 0
        count = sum(size.records for size in sizes) - expired
        excess = 0
        if capped and count > MOST_RECORDS:
            edge = _edge(log, names, now)
            excess = _remove(log, names, edge, dry=dry) - (expired if dry else 0)
        if (expired or excess) and not dry:
            sizes = log.sizes(names)
        left = sum(one.records for one in sizes) - (expired + excess if dry else 0)
        yield Removal(box, expired, excess, left, sum(one.bytes for one in sizes))


def _remove(log: AuditLog, names: tuple[str, ...], before: int, *, dry: bool) -> int:
    """Remove a mailbox's records of before a time, or only count them."""
    if dry:
        return log.count(AuditFilter(mailboxes=names, high=before))
    return log.delete(names, before)


def _edge(log: AuditLog, names: tuple[str, ...], now: int) -> int:
    """The time from which on a mailbox's newest records are no more than the most."""
    low, high = 0, now + 1
    wanted = AuditFilter(mailboxes=names, record_types=MAILBOX_RECORDS)
    while low < high:
        middle = (low + high) // 2
        if log.count(replace(wanted, low=middle)) > MOST_RECORDS:
            low = middle + 1
        else:
            high = middle
    return low

"""What became of a message in the mailbox, and back from a record to the messages that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailwake.audit.record import AuditRecord
from mailwake.operations.audit_log import MAILBOX_RECORDS, AuditLog, records, within
from mailwake.operations.backend import Backend
from mailwake.operations.contract import CallerScope
from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.scoping import within as rows_within
from mailwake.store.rows import Row

_DAY = 86_400_000_000
MOST = 10_000
"""Records of one message that are told."""


def bare(message_id: str) -> str:
    """A Message-ID without angle brackets and blanks."""
    return message_id.strip().removeprefix("<").removesuffix(">")


def afterwards(
    log: AuditLog, message_ids: Iterable[str], scope: CallerScope, since: int | None = None
) -> Iterator[AuditRecord]:
    """Records of what was done with a message, oldest first, from a time (µs UTC) on.

    Sending it (Send, SendAs) is among them: the owner's mailbox knows the message from there.
    """
    names = tuple(dict.fromkeys(bare(one) for one in message_ids if bare(one)))
    if not names:
        return iter(())
    low = None if since is None else since - _DAY  # hosts' clocks differ, and mail is submitted before it is received
    wanted = replace(within(scope), low=low, message_ids=names, record_types=MAILBOX_RECORDS)
    return records(log, wanted, MOST, oldest_first=True)


def items_of(record: AuditRecord, message_ids: Iterable[str]) -> AuditRecord:
    """The record with only those items that are the message: one record can be about many."""
    names = {bare(one) for one in message_ids}
    kept = tuple(item for item in record.observation.items if bare(item.message_id) in names)
    return replace(record, observation=replace(record.observation, items=kept or record.observation.items))


def messages_of(backend: Backend, record: AuditRecord, scope: CallerScope, limit: int = 1000) -> list[Row]:
    """Rows of the message trace for the items of a record, newest first."""
    names = tuple(dict.fromkeys(bare(item.message_id) for item in record.observation.items if bare(item.message_id)))
    if not names:
        return []
    return backend.search(rows_within(to_node(Criteria(message_ids=names)), scope), limit)

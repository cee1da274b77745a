"""A row with the names that people of Exchange know, and their values for JSON and CSV."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from mailwake.events.text import decoded
from mailwake.operations.when import from_micros
from mailwake.store.rows import Row

NAMES = (
    *("Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "FromIP", "ToIP", "Size", "MessageId"),
    *("MessageTraceId", "OriginalRecipientAddress", "Direction", "Outcome", "StatusDetail", "FromHost", "ToHost"),
    *("SaslUser", "Folder", "Reason", "DsnCode", "Verdict", "Attempts", "LastEvent", "Delay", "Hosts", "QueueIds"),
    *("ParentMessageTraceId", "Relation", "Grade", "Remark"),
)


def record(row: Row) -> dict[str, Any]:
    """The row by the names of NAMES, in their order; what is not known is None."""
    values = (
        iso(row.received),
        "<>" if row.sender == "" else _known(row.sender),
        _known(row.recipient),
        _known(row.subject),
        _known(row.status),
        _known(row.from_ip),
        _known(row.to_ip),
        row.size or None,
        _known(row.message_id),
        dashed(row.trace_id),
        _known(row.original_recipient),
        _known(row.direction),
        _known(row.outcome),
        _known(row.detail),
        _known(row.from_host),
        _known(row.to_host),
        _known(row.sasl_user),
        _known(row.folder),
        _known(row.reason),
        _known(row.dsn),
        _known(row.verdict),
        row.attempts,
        iso(row.last),
        delay(row),
        [decoded(host) for host in row.hosts if host],
        [decoded(queue_id) for queue_id in row.queue_ids],
        dashed(row.parent_id),
        _known(row.relation),
        _known(row.grade),
        _known(row.remark),
    )
    return dict(zip(NAMES, values, strict=True))


def iso(micros: int) -> str | None:
    """Microseconds UTC as ISO 8601, always with six digits so that texts sort as times do; None for no time."""
    if not micros:
        return None
    return from_micros(micros, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dashed(trace_id: str) -> str | None:
    """A trace id in the form of a UUID, as Exchange shows it; None for none."""
    t = trace_id
    return f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}" if t else None


def delay(row: Row) -> float | None:
    """Seconds from receiving to the last event."""
    return (row.last - row.received) / 1e6 if row.received and row.last >= row.received else None


def _known(text: str | None) -> str | None:
    return decoded(text) if text else None


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would run."""


def cell(value: Any) -> str | int | float:
    """A value in a cell of a table for a spreadsheet; a stranger's text that looks like a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    elif isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return value  # type: ignore[no-any-return]

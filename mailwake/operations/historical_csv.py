"""Reports of historical searches: CSV with the columns of Exchange's enhanced summary and extended reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from mailwake.operations.records import cell
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.tracking_events import TrackingEvent

SUMMARY = (
    *("origin_timestamp_utc", "sender_address", "recipient_status", "message_subject", "total_bytes", "message_id"),
    *("network_message_id", "original_client_ip", "directionality", "connector_id", "delivery_priority"),
)
"""One row for each message."""
EXTENDED = (
    *("date_time_utc", "client_ip", "client_hostname", "server_ip", "server_hostname", "source_context"),
    *("connector_id", "source", "event_id", "internal_message_id", "message_id", "network_message_id"),
    *("recipient_address", "recipient_status", "total_bytes", "recipient_count", "related_recipient_address"),
    *("reference", "message_subject", "sender_address", "return_path", "message_info", "directionality"),
    *("tenant_id", "original_client_ip", "original_server_ip", "custom_data"),
)
"""One row for each event."""
_SUBJECT = 256
_ENDS = {
    "Delivered": "Deliver",
    "Failed": "Fail",
    "Pending": "Defer",
    "Expanded": "Expand",
    "Quarantined": "Quarantine",
    "FilteredAsSpam": "Spam",
}
_WAYS = {"Inbound": "1", "Incoming": "1"}


def summary(rows: Iterable[TraceRow], count: list[int]) -> Iterator[str]:
    """The enhanced summary of rows, those of one message together. count: how many lines, in the end."""
    return _table(SUMMARY, (_message(list(run)) for _, run in groupby(rows, key=_id)), count)


def extended(events: Iterable[TrackingEvent], count: list[int]) -> Iterator[str]:
    """The extended report of events."""
    return _table(EXTENDED, map(_event, events), count)


def _id(row: TraceRow) -> str:
    return row.message_trace_id


def _message(rows: Sequence[TraceRow]) -> list[Any]:
    first = rows[0]
    return [
        _time(first.received),
        first.sender_address,
        ";".join(f"{row.recipient_address or ''}##Receive, {_end(row)}" for row in rows),
        (first.subject or "")[:_SUBJECT],
        first.size,
        first.message_id,
        first.message_trace_id,
        first.from_ip,
        _WAYS.get(first.direction or "", "2"),
        first.from_host or "",
        "Normal",
    ]


def _end(row: TraceRow) -> str:
    if row.status == "Delivered" and row.status_detail != "Delivered":
        return "Send"
    return _ENDS.get(row.status, row.status)


def _event(one: TrackingEvent) -> list[Any]:
    return [
        _time(one.timestamp),
        one.client_ip,
        one.client_hostname,
        one.server_ip,
        one.server_hostname,
        one.source_context,
        one.connector_id,
        one.source,
        one.event_id,
        one.internal_message_id,
        one.message_id,
        one.network_message_id,
        ";".join(one.recipients),
        ";".join(one.recipient_status),
        one.total_bytes,
        one.recipient_count,
        one.related_recipient_address,
        ";".join(one.reference),
        (one.message_subject or "")[:_SUBJECT],
        one.sender,
        one.return_path,
        one.message_info,
        _WAYS.get(one.directionality, "2"),
        one.tenant_id,
        one.original_client_ip,
        one.original_server_ip,
        one.custom_data,
    ]


def _time(moment: Any) -> str:
    """`yyyy-mm-ddThh:mm:ss.ffffffZ`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else ""


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]], count: list[int]) -> Iterator[str]:
    room = io.StringIO()
    writer = csv.writer(room, lineterminator="\r\n", quoting=csv.QUOTE_ALL)  # RFC 4180
    writer.writerow(names)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        count[0] += 1
        if room.tell() > 1 << 16:
            yield room.getvalue()
            room.seek(0)
            room.truncate()
    yield room.getvalue()

"""Get-MessageTrackingLog: events of messages, as Exchange Server logs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.catalog.message_trace import Question as Search
from mailwake.operations.catalog.message_trace import handle as search
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, ResultSize, WordList
from mailwake.operations.models import Input
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.trace_pages import MOST
from mailwake.operations.tracking_events import TrackingEvent, events

_QUEUED = timedelta(days=7)
"""How long before an event its message may have come: no queue keeps mail longer by default."""


class Question(Input):
    """Criteria of Get-MessageTrackingLog."""

    start: Moment | None = Field(None, description="Events from this time on.")
    end: Moment | None = Field(None, description="Events before this time.")
    event_id: str = Field("", description="One event: RECEIVE, SEND, DELIVER, FAIL, DEFER, EXPAND ...")
    internal_message_id: str = Field("", description="Queue ID.")
    message_id: str = Field("", description="Message-ID, with or without angle brackets.")
    message_subject: str = Field("", description="Part of the subject.")
    network_message_id: str = Field("", description="MessageTraceId.")
    recipients: WordList = Field((), description="One of these recipients.")
    reference: str = Field("", description="Another id of the message.")
    result_size: ResultSize = Field(1000, description="Events at most, or Unlimited.")
    sender: str = Field("", description="Sender.")
    server: str = Field("", description="Host whose log tells of it; all when left out.")
    source: str = Field("", description="SMTP, STOREDRIVER, ROUTING, AGENT.")
    transport_traffic_type: str = Field("", description="Email; there is no other here.")


def handle(context: Context, question: Question) -> Iterator[TrackingEvent]:
    """Events, message by message, the newest message first. Raises OperationError for criteria of no sense."""
    if question.start and question.end and question.start > question.end:
        raise OperationError("invalid-period", tell("Start lies after End"), tell("give the earlier one as Start"))
    if question.transport_traffic_type and question.transport_traffic_type.lower() != "email":
        return iter(())
    return islice((one for one in _of_messages(context, question) if _fits(question, one)), question.result_size)


def _of_messages(context: Context, question: Question) -> Iterator[TrackingEvent]:
    asked = Search.model_validate(
        {
            "sender_address": _one(question.sender),
            "recipient_address": question.recipients,
            "message_id": _one(question.message_id),
            "message_trace_id": _one(question.network_message_id),
            "queue_id": _one(question.internal_message_id),
            "subject": question.message_subject,
            "host": _one(question.server),
            "start_date": question.start - _QUEUED if question.start else None,
            "end_date": question.end,
            "result_size": MOST,
        }
    )
    rows = (row.message_trace_id for row in search(context, asked) if isinstance(row, TraceRow))
    return events(context, _once(rows))


def _once(ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for one in ids:
        if one not in seen:
            seen.add(one)
            yield one


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _fits(question: Question, event: TrackingEvent) -> bool:
    if (question.start and event.timestamp < question.start) or (question.end and event.timestamp >= question.end):
        return False
    if question.recipients and not {name.lower() for name in question.recipients} & _names(event):
        return False
    asked = (
        (question.event_id, event.event_id),
        (question.source, event.source),
        (question.server, event.server_hostname),
        (question.internal_message_id, event.internal_message_id or ""),
    )
    if any(wanted and wanted.lower() != found.lower() for wanted, found in asked):
        return False
    return not question.reference or question.reference in event.reference


def _names(event: TrackingEvent) -> set[str]:
    return {name.lower() for name in (*event.recipients, event.related_recipient_address or "")}


OPERATION = Operation(
    name="get-message-tracking-log",
    summary="List events of messages with the fields of Exchange's message tracking log.",
    input=Question,
    output=TrackingEvent,
    handler=handle,
    roles=("Message Tracking", "Message Trace"),
    scope=Scope.FILTERED,
    cmdlet="Get-MessageTrackingLog",
    details=(
        "Messages come newest first, the events of one in order of time: Sort-Object Timestamp puts all in order."
        " Events say what names the message; TLS and others of a session are in message-story."
    ),
)

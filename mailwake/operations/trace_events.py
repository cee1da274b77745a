"""Events of one message for one recipient as Get-MessageTraceDetail gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar
from xml.sax.saxutils import quoteattr

from pydantic import Field

from mailwake.operations.catalog.message_trace_detail import Event as Told
from mailwake.operations.catalog.message_trace_detail import Question, handle
from mailwake.operations.context import Context
from mailwake.operations.exchange_trace_models import Detail
from mailwake.operations.models import Output


class DetailEvent(Output):
    """One event; the properties of MessageTraceDetail, then ours."""

    table_columns: ClassVar[tuple[str, ...]] = ("date", "event", "detail")
    organization: str | None = Field(description="Domain of the recipient.")
    message_id: str | None = Field(description="Message-ID.")
    message_trace_id: str = Field(description="Id of the message.")
    sender_address: str | None = Field(description="Envelope sender.")
    recipient_address: str | None = Field(description="The recipient; empty for events of the whole message.")
    date: datetime = Field(description="When, UTC.")
    event: str = Field(description="Receive, Send, Deliver, Fail, Defer, Expand, Transfer ...")
    action: str | None = Field(description="What was done to the message, when that says more than the event.")
    detail: str = Field(description="One sentence.")
    data: str = Field(description="XML: a MEP element for each thing that is known.")
    host: str = Field(description="Which host.")
    queue_id: str | None = Field(description="Under which queue ID.")


def events(context: Context, asked: Detail) -> Iterator[DetailEvent]:
    """Events in order of time. Raises OperationError for a message that is not there."""
    question = Question.model_validate(
        {
            "message_trace_id": asked.message_trace_id,
            "recipient_address": asked.recipient_address,
            "event": asked.event,
            "start_date": asked.start_date,
        }
    )
    actions = {name.lower() for name in asked.action}
    for told in handle(context, question):
        if asked.end_date and told.date > asked.end_date:
            continue
        if actions and not any((told.action or "").lower().startswith(name) for name in actions):
            continue
        if asked.message_id and asked.message_id.strip("<>") != (told.message_id or "").strip("<>"):
            continue
        if asked.sender_address and asked.sender_address.lower() != (told.sender_address or "").lower():
            continue
        yield _shown(told, asked.recipient_address)


def _shown(told: Told, recipient: str) -> DetailEvent:
    address = told.recipient_address or recipient
    return DetailEvent(
        organization=address.rpartition("@")[2] or None,
        message_id=told.message_id,
        message_trace_id=told.message_trace_id,
        sender_address=told.sender_address,
        recipient_address=address,
        date=told.date,
        event=told.event,
        action=told.action,
        detail=told.detail,
        data=_data(told),
        host=told.host,
        queue_id=told.queue_id,
    )


def _data(told: Told) -> str:
    """`<root><MEP Name="..." String="..."/></root>`; control characters, which XML has no words for, as `?`."""
    known = {"ServerHostName": told.host, "QueueId": told.queue_id, "ReturnPath": told.sender_address}
    known |= {f"Record{number}": text for number, text in enumerate(told.raw, 1)}
    parts = [f'<MEP Name="{name}" String={quoteattr(_clean(value))}/>' for name, value in known.items() if value]
    return f"<root>{''.join(parts)}</root>"


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() or char in "\t\n" else "?" for char in text)

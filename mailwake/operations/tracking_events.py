"""Events of messages with the fields of Exchange's message tracking log: for its cmdlet and for extended reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import ClassVar

from pydantic import Field

from mailwake.operations.catalog.message_story import stories
from mailwake.operations.context import Context
from mailwake.operations.models import Output
from mailwake.operations.when import from_micros
from mailwake.trace.story_model import Step, Story

_FILTERS = ("rspamd", "amavis", "spamd", "spamass", "clam", "opendkim", "opendmarc", "milter", "policyd", "postgrey")
_ROUTING = {"Expand", "Redirect", "Resolve", "Transfer"}
_AT_FIRST, _AT_MOST = 10, 200
"""Messages whose records are asked for at once: few at first, for those who want few."""
_WAYS = {"Inbound": "Incoming", "Outbound": "Originating", "Internal": "Originating"}


class TrackingEvent(Output):
    """One event of one message; the fields of the log (Exchange 2016 and later)."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("timestamp", "event_id", "source", "sender", "recipients", "message_subject"),
    )
    timestamp: datetime = Field(description="When, UTC.")
    client_ip: str | None = Field(description="Who handed the message over; of the first event.")
    client_hostname: str | None = Field(description="Its name.")
    server_ip: str | None = Field(description="Not known from logs.")
    server_hostname: str = Field(description="Host whose log tells of it.")
    source_context: str | None = Field(description="What else the log says.")
    connector_id: str | None = Field(description="Program that wrote it.")
    source: str = Field(description="SMTP, STOREDRIVER, ROUTING, AGENT, DSN.")
    event_id: str = Field(description="RECEIVE, SEND, DELIVER, FAIL, DEFER, EXPAND ...")
    internal_message_id: str | None = Field(description="Queue ID on that host.")
    message_id: str | None = Field(description="Message-ID.")
    network_message_id: str = Field(description="MessageTraceId.")
    recipients: tuple[str, ...] = Field(description="Whom it concerns.")
    recipient_status: tuple[str, ...] = Field(description="What became of them.")
    total_bytes: int | None = Field(description="Size.")
    recipient_count: int = Field(description="How many it concerns.")
    related_recipient_address: str | None = Field(description="Of an expansion or redirection: the address before.")
    reference: tuple[str, ...] = Field(description="Other ids of the message.")
    message_subject: str | None = Field(description="Subject.")
    sender: str | None = Field(description="From of the header, else the envelope's sender.")
    return_path: str = Field(description="The envelope's sender; <> for none.")
    message_info: str | None = Field(description="Authenticated user, or TLS.")
    directionality: str = Field(description="Incoming, Originating or Undefined.")
    tenant_id: str | None = Field(description="Not used.")
    original_client_ip: str | None = Field(description="Client that submitted the message.")
    original_server_ip: str | None = Field(description="Not known from logs.")
    custom_data: str | None = Field(description="What filters said.")
    transport_traffic_type: str = Field(description="Always Email.")


def events(context: Context, trace_ids: Iterable[str]) -> Iterator[TrackingEvent]:
    """Events message by message, those of one in order of time. trace_ids: MessageTraceIds of any number."""
    remaining = iter(trace_ids)
    size = _AT_FIRST
    while batch := tuple(islice(remaining, size)):
        for told in stories(context, batch):
            for number, step in enumerate(told.timeline):
                yield _event(told, step, first=number == 0)
        size = min(2 * size, _AT_MOST)


def _event(told: Story, step: Step, *, first: bool) -> TrackingEvent:
    message = told.message
    names = (step.recipient,) if step.recipient else message.recipients
    before = [one.original for one in told.outcomes if one.original and one.recipient == step.recipient]
    verdicts = [f"S:{one.filter}={one.action}|{one.text}" for one in message.verdicts]
    return TrackingEvent(
        timestamp=from_micros(step.ts, UTC),
        client_ip=_text(message.client_ip) if first else None,
        client_hostname=_text(message.client_name) if first else None,
        server_ip=None,
        server_hostname=_known(step.host),
        source_context=_text("; ".join(step.details)),
        connector_id=_text(step.program),
        source=_source(step),
        event_id=step.event.upper().replace(" ", ""),
        internal_message_id=_text(step.queue_id),
        message_id=_text(message.message_id),
        network_message_id=told.to_id(),
        recipients=tuple(map(_known, names)),
        recipient_status=(_known(step.text),) if step.recipient else (),
        total_bytes=message.size or None,
        recipient_count=len(names),
        related_recipient_address=_text(before[0]) if before and before[0] != step.recipient else None,
        reference=tuple(map(_known, message.other_ids)),
        message_subject=_text(message.subject),
        sender=_text(message.header_from) or _text(message.sender) or "<>",
        return_path=_text(message.sender) or "<>",
        message_info=_text(message.sasl_user) or _text(message.tls),
        directionality=_WAYS.get(message.direction, "Undefined"),
        tenant_id=None,
        original_client_ip=_text(message.client_ip),
        original_server_ip=None,
        custom_data=_text(";".join(verdicts)),
        transport_traffic_type="Email",
    )


def _source(step: Step) -> str:
    program = step.program.lower()
    if any(name in program for name in _FILTERS):
        return "AGENT"
    if step.event in _ROUTING:
        return "ROUTING"
    return "STOREDRIVER" if step.event == "Deliver" else "SMTP"


def _text(text: str | None) -> str | None:
    return _known(text) if text else None


def _known(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

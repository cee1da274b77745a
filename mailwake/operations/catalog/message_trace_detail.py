"""What happened to one message on its way to one recipient, event by event (Get-MessageTraceDetailV2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import AwareDatetime, Field

from mailwake.operations.catalog.message_story import story
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Input, Output
from mailwake.operations.when import from_micros
from mailwake.trace.story_model import Step, Story


class Question(Input):
    """Which message, and which of its events."""

    message_trace_id: str = Field(description="MessageTraceId of the row.")
    recipient_address: str = Field("", description="Only events of this recipient, and those of the whole message.")
    event: tuple[str, ...] = Field((), description="Only these events, in any case: Receive, Send, Defer, Fail ...")
    start_date: AwareDatetime | None = Field(None, description="Events from this time on.")
    end_date: AwareDatetime | None = Field(None, description="Events before this time.")


class Event(Output):
    """One event."""

    message_trace_id: str
    message_id: str | None
    sender_address: str | None
    recipient_address: str | None
    date: datetime
    event: str
    action: str | None = Field(description="What was done to the message, when that says more than the event.")
    detail: str
    host: str
    queue_id: str | None
    raw: list[str] = Field(description="The records behind it, as read.")


def handle(context: Context, question: Question) -> Iterator[Event]:
    """Events in order of time."""
    told = story(context, question.message_trace_id)
    wanted = {name.lower() for name in question.event}
    for step in told.timeline:
        if wanted and step.event.lower() not in wanted:
            continue
        if question.recipient_address and not _concerns(told, step, question.recipient_address):
            continue
        made = _event(context, told, step)
        if question.start_date and made.date < question.start_date:
            continue
        if question.end_date and made.date >= question.end_date:
            continue
        yield made


def _concerns(told: Story, step: Step, recipient: str) -> bool:
    """Whether a step is of the message as a whole or of this recipient, as addressed or as delivered."""
    if not step.recipient:
        return True
    names = {recipient.lower()}
    for outcome in told.outcomes:
        pair = {(outcome.recipient or "").lower(), (outcome.original or "").lower()}
        if recipient.lower() in pair:
            names |= pair
    return step.recipient.lower() in names


def _event(context: Context, told: Story, step: Step) -> Event:
    message = told.message
    return Event(
        message_trace_id=told.to_id(),
        message_id=message.message_id or None,
        sender_address="<>" if message.sender == "" else message.sender,
        recipient_address=step.recipient or None,
        date=from_micros(step.ts, context.zone),
        event=step.event,
        action=step.details[0] if step.details else None,
        detail=" ".join((step.text, *step.details)),
        host=step.host,
        queue_id=step.queue_id or None,
        raw=[text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for text in step.raw],
    )


OPERATION = Operation(
    name="message-trace-detail",
    summary="List the events of one message on its way to one recipient.",
    input=Question,
    output=Event,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
)

"""Get-MessageTraceDetail, the older cmdlet: events by number of the page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.exchange_trace_models import DetailV1
from mailwake.operations.trace_events import DetailEvent, events


def handle(context: Context, question: DetailV1) -> Iterator[DetailEvent]:
    """Events in order of time. Raises OperationError for a message that is not there."""
    first = (question.page - 1) * question.page_size
    return islice(events(context, question), first, first + question.page_size)


OPERATION = Operation(
    name="get-message-trace-detail",
    summary="List the events of one message for one recipient, as Get-MessageTraceDetail does.",
    input=DetailV1,
    output=DetailEvent,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    cmdlet="Get-MessageTraceDetail",
    details="Rows of Get-MessageTrace can be piped into it.",
)

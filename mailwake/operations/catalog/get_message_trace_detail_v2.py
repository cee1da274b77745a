"""Get-MessageTraceDetailV2: what happened to one message on its way to one recipient."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.exchange_trace_models import Detail
from mailwake.operations.trace_events import DetailEvent, events


def handle(context: Context, question: Detail) -> Iterator[DetailEvent]:
    """Events in order of time. Raises OperationError for a message that is not there."""
    return events(context, question)


OPERATION = Operation(
    name="get-message-trace-detail-v2",
    summary="List the events of one message for one recipient, as Get-MessageTraceDetailV2 does.",
    input=Detail,
    output=DetailEvent,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    cmdlet="Get-MessageTraceDetailV2",
    details="Rows of Get-MessageTraceV2 can be piped into it.",
)

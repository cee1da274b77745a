"""Get-MessageTrace, the older cmdlet: rows newest first, by number of the page."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.exchange_trace_models import TraceV1
from mailwake.operations.models import Answer
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.trace_pages import found, period

_REACH = timedelta(days=10)


def handle(context: Context, question: TraceV1) -> Answer:
    """One page. Raises OperationError for criteria that cannot be meant so."""
    since, until = period(context, question.start_date, question.end_date, _REACH)
    rows = found(context, question.search(), since, until, question.page * question.page_size)
    first = (question.page - 1) * question.page_size
    return Answer(islice(rows, first, first + question.page_size))


OPERATION = Operation(
    name="get-message-trace",
    summary="Find messages as Get-MessageTrace does: newest first, by number of the page.",
    input=TraceV1,
    output=TraceRow,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    cmdlet="Get-MessageTrace",
    details="Without dates it looks at the last 48 hours. Get-MessageTraceV2 keeps its place when mail arrives.",
)

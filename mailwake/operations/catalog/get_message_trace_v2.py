"""Get-MessageTraceV2: rows newest first; the next page begins behind the last row of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.exchange_trace_models import TraceV2
from mailwake.operations.models import Answer
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.trace_pages import after, command, found, moment, page, period

MORE = "There are more results, use the following command to get more. "
"""How the warning of an answer that goes on begins; programs look for it."""


def handle(context: Context, question: TraceV2) -> Answer:
    """One page. Raises OperationError for criteria that cannot be meant so."""
    since, until = period(context, question.start_date, question.end_date)
    rows = found(context, question.search(), since, until, question.result_size)
    if question.starting_recipient_address:
        rows = after(rows, until, question.starting_recipient_address)
    taken, more = page(rows, question.result_size)
    answer = Answer(taken)
    if more:
        last = taken[-1]
        values: list[tuple[str, str | int | Sequence[str]]] = [
            ("StartDate", moment(since)),
            ("EndDate", moment(last.received or until)),
            ("StartingRecipientAddress", last.recipient_address or ""),
            ("ResultSize", question.result_size),
            ("SenderAddress", question.sender_address),
            ("RecipientAddress", question.recipient_address),
            ("MessageId", question.message_id),
            ("MessageTraceId", question.message_trace_id),
            ("Status", question.status),
            ("Subject", question.subject),
            ("SubjectFilterType", question.subject_filter_type if question.subject else ""),
            ("FromIP", question.from_ip),
            ("ToIP", question.to_ip),
        ]
        answer.warnings.append(MORE + command("Get-MessageTraceV2", values))
    return answer


OPERATION = Operation(
    name="get-message-trace-v2",
    summary="Find messages as Get-MessageTraceV2 does: newest first, page by page.",
    input=TraceV2,
    output=TraceRow,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    cmdlet="Get-MessageTraceV2",
    details=(
        "Without dates it looks at the last 48 hours. To go on, give the last row's Received as EndDate and its"
        " RecipientAddress as StartingRecipientAddress; when there is more, a warning has the command for it."
    ),
)

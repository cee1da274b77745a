"""Get-HistoricalSearch: reports that were ordered."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.historical_jobs import KIND, as_shown, find
from mailwake.operations.historical_models import HistoricalSearch
from mailwake.operations.job_access import queue
from mailwake.operations.models import Input


class Question(Input):
    """Which of them."""

    job_id: str = Field("", description="Id of one; all when left out.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[HistoricalSearch]:
    """Searches, newest first. Raises OperationError for an id not known."""
    if question.job_id:
        return iter([as_shown(find(context, question.job_id))])
    mine = "" if context.caller.scope.everything else context.caller.name
    return map(as_shown, queue(context).list(kinds=(KIND,), caller=mine))


OPERATION = Operation(
    name="get-historical-search",
    summary="List the reports on messages that were ordered, and how far they are.",
    input=Question,
    output=HistoricalSearch,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    store=False,
    command=("report", "list"),
    cmdlet="Get-HistoricalSearch",
)

"""Stop-HistoricalSearch: a report that was ordered and not begun is not made."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.historical_jobs import as_shown, find
from mailwake.operations.historical_models import HistoricalSearch
from mailwake.operations.job_access import queue
from mailwake.operations.models import Input


class Order(Input):
    """Which search."""

    job_id: str = Field(min_length=1, description="Its id.", json_schema_extra=position(1))


def handle(context: Context, order: Order) -> Iterator[HistoricalSearch]:
    """Cancel it. Raises OperationError for one that has begun or ended."""
    job = find(context, order.job_id)
    if not queue(context).cancel(job.guid, context.micros):
        now = find(context, order.job_id).state
        raise OperationError(
            "search-begun",
            tell("the search {name!r} cannot be stopped: its status is {now}", name=job.name, now=now),
            tell("only searches that are NotStarted can"),
            status=409,
        )
    context.changed(job.guid, {"Status": job.state}, {"Status": "Cancelled"})
    yield as_shown(find(context, order.job_id))


OPERATION = Operation(
    name="stop-historical-search",
    summary="Cancel a report on messages that has not been begun.",
    input=Order,
    output=HistoricalSearch,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    changes=True,
    store=False,
    command=("report", "cancel"),
    cmdlet="Stop-HistoricalSearch",
)

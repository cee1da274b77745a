"""Keeping a query of the message trace under a name."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import TimeSpan, position
from mailwake.operations.saved_queries import LONGEST_NAME, SavedQuery, as_shown, criteria_of, seconds_of
from mailwake.operations.trace_models import TraceCriteria


class Order(TraceCriteria):
    """The name, and the criteria of the trace."""

    name: str = Field(
        min_length=1, max_length=LONGEST_NAME, description="What to call it.", json_schema_extra=position(1)
    )
    span: TimeSpan | None = Field(None, description="Length of a range that ends whenever the query is run.")


def handle(context: Context, order: Order) -> list[SavedQuery]:
    """Keep it. Raises OperationError, DirectoryError."""
    criteria, seconds = criteria_of(order), seconds_of(order, order.span)
    name = context.caller.name
    record = context.settings.queries.create(name, order.name.strip(), criteria, seconds, context.micros)
    context.changed(record.guid, {}, {"Name": record.name, **record.criteria})
    return [as_shown(record, name)]


OPERATION = Operation(
    name="new-saved-query",
    summary="Keep a query of the message trace under a name.",
    input=Order,
    output=SavedQuery,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    changes=True,
    command=("query", "add"),
    store=False,
)

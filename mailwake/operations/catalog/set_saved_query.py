"""Changing a query of the message trace that is kept under a name."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import TimeSpan, position
from mailwake.operations.saved_queries import LONGEST_NAME, SavedQuery, as_shown, criteria_of, own, seconds_of
from mailwake.operations.trace_models import TraceCriteria


class Order(TraceCriteria):
    """Which, and what becomes of it. Criteria that are given stand in the place of all those that it has."""

    query_id: str = Field(min_length=1, description="Its id.", json_schema_extra=position(1))
    name: str = Field("", max_length=LONGEST_NAME, description="Another name.")
    span: TimeSpan | None = Field(None, description="Length of a range that ends whenever the query is run.")
    all_messages: bool = Field(False, description="Take all criteria and the range away.")


def handle(context: Context, order: Order) -> list[SavedQuery]:
    """Change it. Raises OperationError, DirectoryError."""
    before = own(context, order.query_id)
    criteria, seconds = criteria_of(order), seconds_of(order, order.span)
    if not (criteria or seconds or order.all_messages):
        criteria, seconds = before.criteria, before.seconds
    record = context.settings.queries.change(before.guid, order.name.strip() or before.name, criteria, seconds)
    names = {**before.criteria, **record.criteria}
    context.changed(
        record.guid,
        {"Name": before.name, **{name: before.criteria.get(name) for name in names}},
        {"Name": record.name, **{name: record.criteria.get(name) for name in names}},
    )
    return [as_shown(record, context.caller.name)]


OPERATION = Operation(
    name="set-saved-query",
    summary="Change a query of the message trace that is kept under a name.",
    input=Order,
    output=SavedQuery,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    changes=True,
    command=("query", "set"),
    store=False,
)

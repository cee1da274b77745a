"""Forgetting a query of the message trace."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.saved_queries import SavedQuery, as_shown, own


class Order(Input):
    """Which."""

    query_id: str = Field(min_length=1, description="Its id.", json_schema_extra=position(1))


def handle(context: Context, order: Order) -> list[SavedQuery]:
    """Forget it. Raises OperationError, DirectoryError."""
    record = context.settings.queries.remove(own(context, order.query_id).guid)
    context.changed(record.guid, {"Name": record.name, **record.criteria}, {})
    return [as_shown(record, context.caller.name)]


OPERATION = Operation(
    name="remove-saved-query",
    summary="Forget a query of the message trace.",
    input=Order,
    output=SavedQuery,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    changes=True,
    command=("query", "remove"),
    store=False,
)

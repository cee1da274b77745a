"""A search of the admin audit log in the background, its result by mail."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations import admin_audit_jobs
from mailwake.operations.audit_criteria import mail_addresses, span
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, WordList, position
from mailwake.operations.models import Input


class Order(Input):
    """Parameters of New-AdminAuditLogSearch."""

    name: str = Field(default="", max_length=64, description="What to call it.", json_schema_extra=position(1))
    start_date: Moment = Field(description="At this time or later.")
    end_date: Moment = Field(description="Before this time.")
    status_mail_recipients: WordList = Field(default=(), description="Addresses that get the result by mail.")
    cmdlets: WordList = Field(default=(), description="Cmdlets or operations; all when left out.")
    parameters: WordList = Field(default=(), description="Entries with one of these parameters; needs cmdlets.")
    object_ids: WordList = Field(default=(), description="What was changed.")
    user_ids: WordList = Field(default=(), description="Who asked.")


def handle(context: Context, given: Order) -> Iterator[AuditLogSearch]:
    """Check the order and put it into the queue. Raises OperationError."""
    low, high = span(given.start_date, given.end_date)
    if given.parameters and not given.cmdlets:
        raise OperationError("cmdlets-missing", tell("Parameters goes with Cmdlets"), tell("name the cmdlets, too"))
    lists = {"cmdlets": given.cmdlets, "parameters": given.parameters}
    lists |= {"users": given.user_ids, "objects": given.object_ids}
    shown = {
        "StartDate": given.start_date.isoformat(),
        "EndDate": given.end_date.isoformat(),
        "Operations": ", ".join(given.cmdlets),
        "Parameters": ", ".join(given.parameters),
        "ObjectIds": ", ".join(given.object_ids),
        "UserIds": ", ".join(given.user_ids),
    }
    yield admin_audit_jobs.order(
        context,
        {"start": low, "end": high, **{name: list(values) for name, values in lists.items()}},
        name=given.name or f"Admin audit log search {context.now():%Y-%m-%d %H:%M}",
        recipients=mail_addresses(given.status_mail_recipients),
        shown=shown,
    )


OPERATION = Operation(
    name="new-admin-audit-log-search",
    summary="Order a search of the admin audit log whose result, SearchResult.xml, comes by mail or is kept.",
    input=Order,
    output=AuditLogSearch,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "order-admin"),
    cmdlet="New-AdminAuditLogSearch",
    details="Listed, mailed and kept as searches of the mailbox audit log are: `mailwake audit orders`, `result`.",
)

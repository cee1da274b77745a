"""Remove audit records that are older than their mailboxes keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from mailwake.operations.audit_log import audit_log
from mailwake.operations.audit_quota import warnings_of
from mailwake.operations.audit_retention import retain
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import ByteSize, TimeSpan, position
from mailwake.operations.models import Input, Output


class Order(Input):
    """Which mailboxes."""

    identity: str = Field("", description="One mailbox; all when left out.", json_schema_extra=position(1))


class Done(Output):
    """What was done to the records of one mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = ("mailbox", "audit_log_age_limit", "removed", "records")
    mailbox: str = Field(description="The mailbox.")
    audit_log_age_limit: TimeSpan = Field(description="How long its records are kept.")
    removed: int = Field(description="Records that were removed.")
    records: int = Field(description="Records that are left.")
    size: ByteSize = Field(description="Their size.")


def handle(context: Context, given: Order) -> Iterator[Done]:
    """Apply each mailbox's AuditLogAgeLimit; mailboxes without records are not mentioned."""
    directory = context.settings
    boxes = iter([context.mailbox(given.identity)]) if given.identity else directory.mailboxes.all(context.caller.scope)
    parity = directory.organization.current().settings.parity
    # what is removed from the store cannot be taken back, as changes of the directory can
    found = retain(audit_log(context), boxes, context.micros, capped=parity, dry=context.what_if)
    for removal in found:
        removed = removal.expired + removal.excess
        if removed:
            before = {"AuditRecords": removal.left + removed}
            context.changed(removal.box.identity, before, {"AuditRecords": removal.left})
        context.warnings += warnings_of(removal.box, removal.left, removal.size)
        yield Done(
            mailbox=removal.box.identity,
            audit_log_age_limit=removal.box.age_limit,
            removed=removed,
            records=removal.left,
            size=removal.size,
        )


OPERATION = Operation(
    name="start-managed-folder-assistant",
    summary="Remove audit records that are older than their mailboxes' AuditLogAgeLimit.",
    input=Order,
    output=Done,
    handler=handle,
    roles=("Audit Logs", "Retention Management"),
    scope=Scope.FILTERED,
    changes=True,
    command=("audit", "retain"),
    cmdlet="Start-ManagedFolderAssistant",
    details="A change of AuditLogAgeLimit acts on the records that there are, here and whenever the server does this by"
    " itself. Holds and retention policies do not keep audit records longer.",
)

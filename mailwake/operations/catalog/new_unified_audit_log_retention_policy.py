"""A new retention policy of the unified audit log."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.audit.unified_retention import RetentionPolicy
from mailwake.operations.audit_criteria import record_types
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import WordList, position
from mailwake.operations.models import Input
from mailwake.operations.retention_policies import MOST_PRIORITY, ROLES, Duration, UnifiedRetentionPolicy, keep


class Order(Input):
    """Parameters of New-UnifiedAuditLogRetentionPolicy; at least one of the criteria."""

    name: str = Field(min_length=1, max_length=64, description="What to call it.", json_schema_extra=position(1))
    priority: int = Field(ge=1, le=MOST_PRIORITY, description="The lowest number goes first.")
    retention_duration: Duration = Field(description="How far back records that it fits are given.")
    description: str = Field("", max_length=1024, description="What it is for.")
    record_types: WordList = Field((), description="Kinds of record: ExchangeItem, ExchangeAdmin, or their numbers.")
    operations: WordList = Field((), description="What was done: actions, cmdlets.")
    user_ids: WordList = Field((), description="Who acted.")


def handle(context: Context, order: Order) -> Iterator[UnifiedRetentionPolicy]:
    """Make it. Raises OperationError."""
    made = RetentionPolicy(
        order.name.strip(),
        order.priority,
        order.retention_duration,
        order.description,
        record_types(order.record_types),
        order.operations,
        order.user_ids,
    )
    keep(context, None, made)
    yield UnifiedRetentionPolicy.of(made)


OPERATION = Operation(
    name="new-unified-audit-log-retention-policy",
    summary="Say how far back the unified audit log gives some records.",
    input=Order,
    output=UnifiedRetentionPolicy,
    handler=handle,
    roles=ROLES,
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "add-policy"),
    cmdlet="New-UnifiedAuditLogRetentionPolicy",
    details="Where several fit a record, the one of the lowest priority counts; where none does, the search reaches as"
    " far back as there are records. Mailbox audit records are kept as long as AuditLogAgeLimit says, no longer.",
)

"""Change a retention policy of the unified audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.audit_criteria import record_types
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import WordList, position
from mailwake.operations.models import Input
from mailwake.operations.retention_policies import MOST_PRIORITY, ROLES, Duration, UnifiedRetentionPolicy, keep, named


class Order(Input):
    """Which, and what becomes of it; what is not given stays."""

    identity: str = Field(min_length=1, description="Its name.", json_schema_extra=position(1))
    priority: int | None = Field(None, ge=1, le=MOST_PRIORITY, description="The lowest number goes first.")
    retention_duration: Duration | None = Field(None, description="How far back records that it fits are given.")
    description: str | None = Field(None, max_length=1024, description="What it is for.")
    record_types: WordList | None = Field(None, description="Kinds of record, in the place of those that it has.")
    operations: WordList | None = Field(None, description="What was done, in the place of what it has.")
    user_ids: WordList | None = Field(None, description="Who acted, in the place of those that it has.")


def handle(context: Context, order: Order) -> Iterator[UnifiedRetentionPolicy]:
    """Change it. Raises OperationError."""
    before = named(context, order.identity)
    after = replace(
        before,
        priority=before.priority if order.priority is None else order.priority,
        duration=order.retention_duration or before.duration,
        description=before.description if order.description is None else order.description,
        record_types=before.record_types if order.record_types is None else record_types(order.record_types),
        operations=before.operations if order.operations is None else order.operations,
        user_ids=before.user_ids if order.user_ids is None else order.user_ids,
    )
    if after == before:
        raise OperationError(
            "nothing-to-change", tell("nothing is given that it does not have"), tell("name a new value")
        )
    keep(context, before, after)
    yield UnifiedRetentionPolicy.of(after)


OPERATION = Operation(
    name="set-unified-audit-log-retention-policy",
    summary="Change how far back the unified audit log gives some records.",
    input=Order,
    output=UnifiedRetentionPolicy,
    handler=handle,
    roles=ROLES,
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "set-policy"),
    cmdlet="Set-UnifiedAuditLogRetentionPolicy",
)

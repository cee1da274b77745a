"""Remove a retention policy of the unified audit log."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.retention_policies import ROLES, UnifiedRetentionPolicy, keep, named


class Order(Input):
    """Which."""

    identity: str = Field(min_length=1, description="Its name.", json_schema_extra=position(1))


def handle(context: Context, order: Order) -> Iterator[UnifiedRetentionPolicy]:
    """Remove it. Raises OperationError for a name not known."""
    gone = named(context, order.identity)
    keep(context, gone, None)
    yield UnifiedRetentionPolicy.of(gone)


OPERATION = Operation(
    name="remove-unified-audit-log-retention-policy",
    summary="Let the unified audit log give records again that a policy left out.",
    input=Order,
    output=UnifiedRetentionPolicy,
    handler=handle,
    roles=ROLES,
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "remove-policy"),
    cmdlet="Remove-UnifiedAuditLogRetentionPolicy",
)

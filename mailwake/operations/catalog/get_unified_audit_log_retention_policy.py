"""The retention policies of the unified audit log."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.audit_criteria import record_types
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.retention_policies import READERS, UnifiedRetentionPolicy, named, policies


class Question(Input):
    """Which policies; different criteria narrow."""

    identity: str = Field("", description="The name of one.", json_schema_extra=position(1))
    priority: int | None = Field(None, description="Of this priority.")
    operation: str = Field("", description="That names this operation.")
    record_type: str = Field("", description="That names this kind of record.")
    retention_duration: str = Field("", description="Of this duration.")
    user_id: str = Field("", description="That names this account.")


def handle(context: Context, question: Question) -> Iterator[UnifiedRetentionPolicy]:
    """List them, the one that goes first at the beginning. Raises OperationError for a name not known."""
    found = [named(context, question.identity)] if question.identity else policies(context)
    kinds = record_types([question.record_type] if question.record_type else ())
    for policy in found:
        fits = (
            question.priority in (None, policy.priority)
            and (not kinds or set(kinds) <= set(policy.record_types))
            and (not question.retention_duration or question.retention_duration.lower() == policy.duration.lower())
            and (not question.operation or question.operation.lower() in map(str.lower, policy.operations))
            and (not question.user_id or question.user_id.lower() in map(str.lower, policy.user_ids))
        )
        if fits:
            yield UnifiedRetentionPolicy.of(policy)


OPERATION = Operation(
    name="get-unified-audit-log-retention-policy",
    summary="Show how far back the unified audit log gives which records.",
    input=Question,
    output=UnifiedRetentionPolicy,
    handler=handle,
    roles=READERS,
    scope=Scope.ORGANIZATION,
    store=False,
    command=("audit", "policies"),
    cmdlet="Get-UnifiedAuditLogRetentionPolicy",
)

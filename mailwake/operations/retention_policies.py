"""Retention policies of the unified audit log, as the operations on them share them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from mailwake.audit.record import type_name
from mailwake.audit.unified_retention import MOST, RetentionPolicy
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import OperationError
from mailwake.operations.models import Output

ROLES = ("Retention Management", "Organization Configuration")
READERS = (*ROLES, "View-Only Configuration", "Audit Logs", "View-Only Audit Logs")
MOST_PRIORITY = 10_000
Duration = Literal[
    "ThreeMonths",
    "SixMonths",
    "NineMonths",
    "TwelveMonths",
    "ThreeYears",
    "FiveYears",
    "SevenYears",
    "TenYears",
]


class UnifiedRetentionPolicy(Output):
    """A retention policy of the unified audit log."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("name", "priority", "retention_duration", "record_types", "operations", "user_ids"),
    )
    name: str = Field(description="Its name.")
    priority: int = Field(description="The policy of the lowest number that fits a record counts.")
    retention_duration: str = Field(description="How far back records that it fits are given.")
    record_types: tuple[str, ...] = Field(description="Kinds of record that it fits; all when empty.")
    operations: tuple[str, ...] = Field(description="What was done; anything when empty.")
    user_ids: tuple[str, ...] = Field(description="Who acted; anybody when empty.")
    description: str | None = Field(description="What it is for.")

    @classmethod
    def of(cls, policy: RetentionPolicy) -> UnifiedRetentionPolicy:
        """Of a policy."""
        return cls(
            name=policy.name,
            priority=policy.priority,
            retention_duration=policy.duration,
            record_types=tuple(type_name(number) for number in policy.record_types),
            operations=policy.operations,
            user_ids=policy.user_ids,
            description=policy.description or None,
        )


def policies(context: Context) -> tuple[RetentionPolicy, ...]:
    """All, the one that goes first at the beginning."""
    found = context.settings.organization.current().settings.unified_retention
    return tuple(sorted(found, key=lambda one: (one.priority, one.name.lower())))


def named(context: Context, identity: str) -> RetentionPolicy:
    """One of them. Raises OperationError."""
    for policy in policies(context):
        if policy.name.lower() == identity.strip().lower():
            return policy
    raise OperationError(
        "policy-not-found",
        tell("there is no retention policy {name!r}", name=identity),
        tell("List them: Get-UnifiedAuditLogRetentionPolicy"),
        status=404,
    )


def keep(context: Context, before: RetentionPolicy | None, after: RetentionPolicy | None) -> None:
    """Put one in the place of another, add or remove it. Raises OperationError for what cannot be beside the others."""
    others = [policy for policy in policies(context) if before is None or policy.name != before.name]
    if after is not None:
        _check(after, others)
    whole = (*others, after) if after is not None else tuple(others)
    context.settings.organization.change(context.micros, unified_retention=whole)
    old, new = (UnifiedRetentionPolicy.of(one).record() if one else {} for one in (before, after))
    told = after or before
    context.changed(told.name if told else "", old, new)


def _check(policy: RetentionPolicy, others: list[RetentionPolicy]) -> None:
    if len(others) >= MOST:
        raise OperationError(
            "too-many-policies",
            tell("there are {count} retention policies already", count=MOST),
            tell("remove one first"),
        )
    if not (policy.record_types or policy.operations or policy.user_ids):
        raise OperationError(
            "policy-of-everything",
            tell("the policy fits every record"),
            tell("name RecordTypes, Operations or UserIds"),
        )
    for other in others:
        if other.name.lower() == policy.name.lower():
            raise OperationError(
                "policy-exists",
                tell("there is a retention policy {name!r} already", name=policy.name),
                tell("choose another name, or change that one"),
                status=409,
            )
        if other.priority == policy.priority:
            raise OperationError(
                "priority-taken",
                tell(
                    "the retention policy {name!r} has the priority {priority} already",
                    name=other.name,
                    priority=policy.priority,
                ),
                tell("give another number: one policy counts for a record"),
            )

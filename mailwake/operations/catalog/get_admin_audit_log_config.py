"""What is kept of administrators' doings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Input, Output


class Question(Input):
    """Nothing to say: there is one admin audit log."""


class AdminAuditLogConfig(Output):
    """How the admin audit log and the unified audit log are kept. Nothing of it can be changed."""

    table_columns: ClassVar[tuple[str, ...]] = ("unified_audit_log_ingestion_enabled", "admin_audit_log_enabled")
    name: str = Field(default="Admin Audit Log Settings", description="Always this.")
    unified_audit_log_ingestion_enabled: bool = Field(
        default=True, description="Always true: acts and changes are found by the unified search at once."
    )
    admin_audit_log_enabled: bool = Field(default=True, description="Always true: it cannot be switched off.")
    admin_audit_log_cmdlets: tuple[str, ...] = Field(default=("*",), description="All cmdlets and operations.")
    admin_audit_log_parameters: tuple[str, ...] = Field(default=("*",), description="With all their parameters.")
    admin_audit_log_excluded_cmdlets: tuple[str, ...] = Field(default=(), description="None is left out.")
    admin_audit_log_age_limit: str | None = Field(default=None, description="None: entries are kept for good.")
    test_cmdlet_logging_enabled: bool = Field(default=True, description="Always true: questions are entries, too.")
    log_level: str = Field(default="Verbose", description="Always Verbose: values before and after are kept.")


def handle(context: Context, question: Question) -> Iterator[AdminAuditLogConfig]:
    """Show it."""
    yield AdminAuditLogConfig()


OPERATION = Operation(
    name="get-admin-audit-log-config",
    summary="Show how the admin audit log is kept.",
    input=Question,
    output=AdminAuditLogConfig,
    handler=handle,
    roles=("View-Only Configuration", "Organization Configuration", "Audit Logs", "View-Only Audit Logs"),
    scope=Scope.ORGANIZATION,
    command=("audit", "admin-config"),
    cmdlet="Get-AdminAuditLogConfig",
    store=False,
    details="Whether acts in mailboxes are recorded is AuditDisabled of the organization.",
)

"""What Exchange has for switching the audit logs on and off; here they are on."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.catalog.get_admin_audit_log_config import AdminAuditLogConfig
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.models import Input


class Order(Input):
    """What is to be on."""

    unified_audit_log_ingestion_enabled: bool | None = Field(None, description="True: it is, always.")
    admin_audit_log_enabled: bool | None = Field(None, description="True: it is, always.")


def handle(context: Context, order: Order) -> Iterator[AdminAuditLogConfig]:
    """Confirm that the logs are on: scripts that set up a tenant ask for it. Raises OperationError otherwise."""
    asked = (order.unified_audit_log_ingestion_enabled, order.admin_audit_log_enabled)
    if False in asked:
        raise OperationError(
            "always-audited",
            tell("neither the unified audit log nor the admin audit log can be switched off"),
            tell("Set-OrganizationConfig -AuditDisabled $true ends the recording of acts in mailboxes, and is told"),
        )
    if asked == (None, None):
        raise OperationError("nothing-to-change", tell("no setting is given"), tell("name a setting and its new value"))
    context.warn(tell("The unified audit log and the admin audit log are always on: nothing was changed."))
    yield AdminAuditLogConfig()


OPERATION = Operation(
    name="set-admin-audit-log-config",
    summary="Ask for the audit logs to be on, as they always are.",
    input=Order,
    output=AdminAuditLogConfig,
    handler=handle,
    roles=("Organization Configuration", "Audit Logs"),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("audit", "set-admin-config"),
    cmdlet="Set-AdminAuditLogConfig",
    store=False,
    details="Scripts that set up an Exchange tenant call it; there is nothing to switch off here.",
)

"""Leave somebody out of auditing, or take them in again."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.bypass_models import BypassAssociation
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Order(Input):
    """Whom."""

    identity: str = Field(
        min_length=1, description="A mailbox, or an account without one.", json_schema_extra=position(1)
    )
    audit_bypass_enabled: bool = Field(description="True: nothing that this account does is recorded from now on.")
    force: bool = Field(
        False, description="Take an account that the directory does not know: a master user, a service."
    )


def handle(context: Context, order: Order) -> Iterator[BypassAssociation]:
    """Set it."""
    before, after = context.settings.bypasses.set(
        order.identity, order.audit_bypass_enabled, context.micros, context.caller.scope, unknown=order.force
    )
    name = "AuditBypassEnabled"
    context.changed(after.identity, {name: before.enabled}, {name: after.enabled})
    if after.enabled and context.settings.organization.current().settings.audit_disabled:
        context.warn(
            tell("Auditing is off for the whole organization (AuditDisabled); the association is ignored till then.")
        )
    yield BypassAssociation.of(after)


OPERATION = Operation(
    name="set-mailbox-audit-bypass-association",
    summary="Leave an account out of auditing, or take it in again.",
    input=Order,
    output=BypassAssociation,
    handler=handle,
    roles=("Audit Logs",),
    scope=Scope.FILTERED,
    changes=True,
    command=("bypass", "set"),
    cmdlet="Set-MailboxAuditBypassAssociation",
    store=False,
    details="It is tied to who acts, not to the mailbox: as owner, as delegate in others' mailboxes, as administrator.",
)

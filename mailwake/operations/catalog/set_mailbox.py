"""Change what is audited in a mailbox, and what the directory knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.settings import OrganizationSettings
from mailwake.directory.records import MailboxRecord
from mailwake.events.told import tell
from mailwake.operations.audit_sets import changed
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import ByteSize, ListChange, TimeSpan, position
from mailwake.operations.mailbox_models import Mailbox
from mailwake.operations.models import Input

TYPES = {
    "Regular": MailboxType.USER,
    "Shared": MailboxType.SHARED,
    "Room": MailboxType.ROOM,
    "Equipment": MailboxType.EQUIPMENT,
}
_LISTS = {LogonType.ADMIN: "audit_admin", LogonType.DELEGATE: "audit_delegate", LogonType.OWNER: "audit_owner"}
_SIMPLE = {
    "audit_log_age_limit": "age_limit",
    "display_name": "display_name",
    "licence": "licence",
    "geo_location": "geo",
    "litigation_hold_enabled": "litigation_hold",
    "retention_policy": "retention_policy",
    "recoverable_items_quota": "quota",
    "recoverable_items_warning_quota": "warning_quota",
}


class Order(Input):
    """Which mailbox, and what to change; what is not given stays."""

    identity: str = Field(
        min_length=1, description="Name, alias, address, UPN, GUID or login.", json_schema_extra=position(1)
    )
    audit_enabled: bool | None = Field(None, description="True by hand opens its records to searches under parity.")
    audit_log_age_limit: TimeSpan | None = Field(None, description="Days to keep its records, or dd.hh:mm:ss.")
    audit_admin: ListChange | None = Field(None, description="Actions of administrators to record; None for no action.")
    audit_delegate: ListChange | None = Field(None, description="Actions of delegates to record; None for no action.")
    audit_owner: ListChange | None = Field(None, description="Actions of the owner to record; None for no action.")
    default_audit_set: tuple[LogonType, ...] = Field((), description="Logon types that get their default set back.")
    group_mailbox: bool = Field(False, description="The mailbox is a group mailbox.")
    type: Literal["Regular", "Shared", "Room", "Equipment"] | None = Field(
        None, description="Make it one of this type."
    )
    display_name: str | None = Field(None, description="The name that people see.")
    licence: Literal["Premium", "Standard"] | None = Field(None, description="Counts under Exchange parity only.")
    geo_location: str | None = Field(None, description="Where it lies.")
    litigation_hold_enabled: bool | None = Field(None, description="Put it on hold, or not.")
    retention_policy: str | None = Field(None, description="Retention policy that it is under; empty for none.")
    recoverable_items_quota: ByteSize | None = Field(None, description="Quota of its Recoverable Items.")
    recoverable_items_warning_quota: ByteSize | None = Field(None, description="When to warn of it.")


def handle(context: Context, order: Order) -> Iterator[Mailbox]:
    """Change it. Raises OperationError for values that are not allowed."""
    if not order.model_fields_set - {"identity", "group_mailbox"}:
        raise OperationError("nothing-to-change", tell("no setting is given"), tell("name a setting and its new value"))
    organization = context.settings.organization.current().settings
    box = context.mailbox(order.identity, group=order.group_mailbox)
    values: dict[str, Any] = {
        name: getattr(order, field) for field, name in _SIMPLE.items() if getattr(order, field) is not None
    }
    _check_group(box, order)
    if order.type is not None:
        values["type"] = TYPES[order.type]
    values |= _sets(box, organization, order)
    if order.audit_enabled is not None:
        values |= _switch(context, organization, order.audit_enabled)
    before = Mailbox.of(box, organization)
    after = Mailbox.of(context.settings.mailboxes.change(box.id, context.micros, **values), organization)
    context.changed(box.identity, before.record(), after.record())
    yield after


def _check_group(box: MailboxRecord, order: Order) -> None:
    """The set of a group mailbox is fixed: it can neither be changed nor restored."""
    if box.type is not MailboxType.GROUP:
        return
    given = [name for name in (*_LISTS.values(), "default_audit_set") if name in order.model_fields_set]
    if given or order.type is not None:
        what = tell("type") if not given else type(order).model_fields[given[0]].alias
        raise OperationError(
            "group-mailbox-fixed",
            tell(
                "{mailbox} is a group mailbox: its {what} cannot be changed, what is audited in it is fixed",
                mailbox=box.identity,
                what=what,
            ),
            tell("leave it out; AuditLogAgeLimit is what can be set"),
        )


def _sets(box: MailboxRecord, organization: OrganizationSettings, order: Order) -> dict[str, Any]:
    changes: dict[LogonType, ListChange] = {}
    for kind, field in _LISTS.items():
        if field in order.model_fields_set:
            changes[kind] = getattr(order, field) or ListChange.model_validate(())
    if not changes and not order.default_audit_set:
        return {}
    managed, custom = changed(box, organization, changes, order.default_audit_set)
    return {"managed": managed, "custom": custom}


def _switch(context: Context, organization: OrganizationSettings, enabled: bool) -> dict[str, Any]:
    """AuditEnabled: with auditing off for the organization, turning it on is ignored."""
    if organization.audit_disabled and enabled:
        context.warn(tell("AuditEnabled True is ignored: auditing is off for the whole organization (AuditDisabled)."))
        return {}
    if not enabled and not organization.audit_disabled:
        context.warn(
            tell(
                "AuditEnabled False does not stop auditing, which is on by default; to leave somebody out, set a bypass"
                " association."
            )
        )
    return {"audit_enabled": enabled, "audit_enabled_by_hand": enabled}


OPERATION = Operation(
    name="set-mailbox",
    summary="Change what is audited in a mailbox, and how long it is kept.",
    input=Order,
    output=Mailbox,
    handler=handle,
    roles=("Audit Logs",),
    scope=Scope.MAILBOX,
    changes=True,
    command=("mailbox", "set"),
    cmdlet="Set-Mailbox",
    store=False,
    details=(
        "A list replaces the actions of that logon type; add and remove change it. Either way the set is your own from"
        " then on and no longer follows new default actions, until default-audit-set gives it back."
    ),
)

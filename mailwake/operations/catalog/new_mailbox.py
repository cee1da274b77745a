"""Declare a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.audit.model import MailboxType
from mailwake.directory.records import MailboxDraft
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import CallerScope, Operation, OperationError, Scope
from mailwake.operations.fields import WordList, position
from mailwake.operations.mailbox_models import Mailbox
from mailwake.operations.models import Input


class Order(Input):
    """The new mailbox."""

    name: str = Field(min_length=1, description="Its name, unique.", json_schema_extra=position(1))
    primary_smtp_address: str = Field("", description="Its address.")
    alias: str = Field("", description="Alias; by default the local part of the address.")
    display_name: str = Field("", description="The name that people see.")
    user_principal_name: str = Field("", description="The sign-in name; by default the address.")
    email_addresses: WordList = Field((), description="Further addresses.")
    login_names: WordList = Field((), description="Further names that mail servers' logs have for it.")
    shared: bool = Field(False, description="A shared mailbox.")
    room: bool = Field(False, description="A room mailbox.")
    equipment: bool = Field(False, description="An equipment mailbox.")
    group_mailbox: bool = Field(False, description="A group mailbox.")
    licence: Literal["Premium", "Standard"] | None = Field(None, description="Counts under Exchange parity only.")
    geo_location: str | None = Field(None, description="Where it lies.")


_KINDS = {
    "shared": MailboxType.SHARED,
    "room": MailboxType.ROOM,
    "equipment": MailboxType.EQUIPMENT,
    "group_mailbox": MailboxType.GROUP,
}


def handle(context: Context, order: Order) -> Iterator[Mailbox]:
    """Make it. Raises OperationError for two types at once, and where a name is taken."""
    kinds = [kind for field, kind in _KINDS.items() if getattr(order, field)]
    if len(kinds) > 1:
        raise OperationError(
            "two-types", tell("a mailbox has one type"), tell("give one of Shared, Room, Equipment, GroupMailbox")
        )
    address = order.primary_smtp_address or (order.name if "@" in order.name else "")
    _check_scope(context.caller.scope, address, order)
    draft = MailboxDraft(
        name=order.name,
        alias=order.alias,
        display_name=order.display_name,
        primary_address=address,
        addresses=order.email_addresses,
        upn=order.user_principal_name,
        logins=order.login_names,
        type=kinds[0] if kinds else MailboxType.USER,
        licence=order.licence,
        geo=order.geo_location,
    )
    made = context.settings.mailboxes.create(draft, context.micros, context.caller.scope)
    item = Mailbox.of(made, context.settings.organization.current().settings)
    context.changed(made.identity, {}, item.record())
    yield item


def _check_scope(scope: CallerScope, address: str, order: Order) -> None:
    """Every address of it must lie in a domain of the scope. Raises OperationError."""
    further = (order.user_principal_name, *order.email_addresses, *order.login_names, order.name, order.alias)
    for one in (address, *(name for name in further if "@" in name)):
        if not scope.everything and one.lower().rpartition("@")[2] not in scope.domains:
            raise OperationError(
                "out-of-scope",
                tell("the new mailbox would lie outside your scope"),
                tell("give it addresses in your domains alone"),
            )


OPERATION = Operation(
    name="new-mailbox",
    summary="Declare a mailbox; it is audited at once.",
    input=Order,
    output=Mailbox,
    handler=handle,
    roles=("Mail Recipient Creation",),
    scope=Scope.FILTERED,
    changes=True,
    command=("mailbox", "add"),
    cmdlet="New-Mailbox",
    store=False,
    details="Mailboxes in logs appear by themselves; declare one to give it more names, or a type, before that.",
)

"""Give a right on a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.permission_models import MailboxPermission, report

Right = Literal[
    "FullAccess", "SendOnBehalf", "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem", "ExternalAccount"
]


class Order(Input):
    """The mailbox, the account and the rights."""

    identity: str = Field(min_length=1, description="The mailbox.", json_schema_extra=position(1))
    user: str = Field(min_length=1, description="The account; one without a mailbox will do.")
    access_rights: tuple[Right, ...] = Field(("FullAccess",), min_length=1, description="The rights.")
    deny: bool = Field(False, description="Deny them instead of giving them.")


def handle(context: Context, order: Order) -> Iterator[MailboxPermission]:
    """Give them."""
    box = context.mailbox(order.identity)
    made = context.settings.permissions.add(
        box.id, order.user, order.access_rights, deny=order.deny, reach=context.caller.scope
    )
    report(context, box.identity, (), made)
    for record in made:
        yield MailboxPermission.of(record)


OPERATION = Operation(
    name="add-mailbox-permission",
    summary="Give somebody a right on a mailbox.",
    input=Order,
    output=MailboxPermission,
    handler=handle,
    roles=("Mail Recipients",),
    scope=Scope.MAILBOX,
    changes=True,
    command=("permission", "add"),
    cmdlet="Add-MailboxPermission",
    store=False,
)

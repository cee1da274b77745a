"""Let somebody send as a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.permission_models import RecipientPermission, report

Right = Literal["SendAs"]


class Order(Input):
    """The mailbox, the account and the rights."""

    identity: str = Field(min_length=1, description="The mailbox.", json_schema_extra=position(1))
    trustee: str = Field(min_length=1, description="The account; one without a mailbox will do.")
    access_rights: tuple[Right, ...] = Field(("SendAs",), min_length=1, description="The rights.")


def handle(context: Context, order: Order) -> Iterator[RecipientPermission]:
    """Give them."""
    box = context.mailbox(order.identity)
    made = context.settings.permissions.add(box.id, order.trustee, order.access_rights, reach=context.caller.scope)
    report(context, box.identity, (), made)
    for record in made:
        yield RecipientPermission.of(record)


OPERATION = Operation(
    name="add-recipient-permission",
    summary="Let somebody send as a mailbox.",
    input=Order,
    output=RecipientPermission,
    handler=handle,
    roles=("Mail Recipients",),
    scope=Scope.MAILBOX,
    changes=True,
    command=("send-as", "add"),
    cmdlet="Add-RecipientPermission",
    store=False,
)

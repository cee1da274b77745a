"""No longer let somebody send as a mailbox."""

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
    """Take away them."""
    box = context.mailbox(order.identity)
    gone = context.settings.permissions.remove(box.id, order.trustee, order.access_rights, reach=context.caller.scope)
    report(context, box.identity, gone, ())
    for record in gone:
        yield RecipientPermission.of(record)


OPERATION = Operation(
    name="remove-recipient-permission",
    summary="No longer let somebody send as a mailbox.",
    input=Order,
    output=RecipientPermission,
    handler=handle,
    roles=("Mail Recipients",),
    scope=Scope.MAILBOX,
    changes=True,
    command=("send-as", "remove"),
    cmdlet="Remove-RecipientPermission",
    store=False,
)

"""Remove a mailbox from the directory."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.mailbox_models import Mailbox
from mailwake.operations.models import Input


class Order(Input):
    """Which mailbox."""

    identity: str = Field(
        min_length=1, description="Name, alias, address, UPN, GUID or login.", json_schema_extra=position(1)
    )
    group_mailbox: bool = Field(False, description="The mailbox is a group mailbox.")


def handle(context: Context, order: Order) -> Iterator[Mailbox]:
    """Remove it; what is left of it is shown."""
    box = context.mailbox(order.identity, group=order.group_mailbox)
    gone = Mailbox.of(box, context.settings.organization.current().settings)
    context.settings.mailboxes.remove(box.id, context.micros)
    context.changed(box.identity, gone.record(), {})
    yield gone


OPERATION = Operation(
    name="remove-mailbox",
    summary="Remove a mailbox from the directory.",
    input=Order,
    output=Mailbox,
    handler=handle,
    roles=("Mail Recipient Creation",),
    scope=Scope.MAILBOX,
    changes=True,
    command=("mailbox", "remove"),
    cmdlet="Remove-Mailbox",
    store=False,
    details="Records of what was done in it stay until their time is over. It appears anew if a log speaks of it.",
)

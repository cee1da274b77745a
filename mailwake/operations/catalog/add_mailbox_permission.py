"""Give a right on a mailbox."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.permission_operations import MAILBOX, MailboxRights, changing


class Order(MailboxRights):
    """The mailbox, the account and the rights."""

    deny: bool = Field(False, description="Deny them instead of giving them.")


OPERATION = changing("add", MAILBOX, Order, "Give somebody a right on a mailbox.")

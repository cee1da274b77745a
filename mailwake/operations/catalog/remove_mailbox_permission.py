"""Take a right on a mailbox away."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.permission_operations import MAILBOX, MailboxRights, changing


class Order(MailboxRights):
    """The mailbox, the account and the rights."""

    deny: bool = Field(False, description="Rights that are denied.")


OPERATION = changing("remove", MAILBOX, Order, "Take somebody's right on a mailbox away.")

"""No longer let somebody send as a mailbox."""

from __future__ import annotations

from mailwake.operations.permission_operations import RECIPIENT, RecipientRights, changing


class Order(RecipientRights):
    """The mailbox, the account and the rights."""


OPERATION = changing("remove", RECIPIENT, Order, "No longer let somebody send as a mailbox.")

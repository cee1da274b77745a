"""Making a token worthless."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.account_models import Token
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Order(Input):
    """Which."""

    account: str = Field(min_length=1, description="Account that it acts for.", json_schema_extra=position(1))
    name: str = Field(min_length=1, description="Its name.", json_schema_extra=position(2))


def handle(context: Context, order: Order) -> list[Token]:
    """Remove it."""
    record = context.settings.accounts.remove_token(order.account, order.name)
    context.changed(record.account, {"Token": record.name}, {})
    return [Token.of(record)]


OPERATION = Operation(
    name="remove-api-token",
    summary="Make a token worthless.",
    input=Order,
    output=Token,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("user", "revoke"),
    store=False,
)

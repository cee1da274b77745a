"""A token for a program."""

from __future__ import annotations

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.account_models import Token
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, WordList, position
from mailwake.operations.models import Input
from mailwake.operations.when import to_micros


class Order(Input):
    """Whose, and what for."""

    account: str = Field(min_length=1, description="Account that it acts for.", json_schema_extra=position(1))
    name: str = Field(min_length=1, description="What it is for.", json_schema_extra=position(2))
    expires: Moment | None = Field(None, description="From when on it counts no more; never when left out.")
    role_groups: WordList = Field((), description="Only these of the account's role groups; all when left out.")


def handle(context: Context, order: Order) -> list[Token]:
    """Make it; the secret is shown this once."""
    expires = to_micros(order.expires) if order.expires else None
    if expires is not None and expires <= context.micros:
        raise OperationError("expired", tell("the token would have expired already"), tell("Give a time to come."))
    record, secret = context.settings.accounts.create_token(
        order.account, order.name, context.micros, expires=expires, role_groups=order.role_groups
    )
    context.changed(record.account, {}, {"Token": record.name, "RoleGroups": record.role_groups})
    return [Token.of(record, secret)]


OPERATION = Operation(
    name="new-api-token",
    summary="Make a token for a program that acts for an account; the token is shown this once.",
    input=Order,
    output=Token,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("user", "token"),
    store=False,
)

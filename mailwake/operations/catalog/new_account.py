"""An account for somebody who is to sign in."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.account_models import Account
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import SECRET, WordList, position
from mailwake.operations.models import Input


class Order(Input):
    """Whose."""

    name: str = Field(min_length=1, description="Name to sign in with.", json_schema_extra=position(1))
    display_name: str = Field("", description="The name that people see.")
    email: str = Field("", description="Email address.")
    password: str = Field(
        "", description="Password; without one they come through the identity provider.", json_schema_extra=SECRET
    )
    role_groups: WordList = Field((), description="Role groups that it becomes a member of.")


def handle(context: Context, order: Order) -> list[Account]:
    """Make it."""
    directory = context.settings
    record = directory.accounts.create(
        order.name, context.micros, email=order.email, display_name=order.display_name, password=order.password
    )
    groups = tuple(directory.people.add_member(group, record.name).name for group in order.role_groups)
    context.changed(record.name, {}, {"Account": record.name, "RoleGroups": groups})
    return [Account.of(record, groups)]


OPERATION = Operation(
    name="new-account",
    summary="Make an account for somebody who is to sign in.",
    input=Order,
    output=Account,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("user", "add"),
    store=False,
)

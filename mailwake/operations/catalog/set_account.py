"""Changing an account: its password, and whether it may sign in."""

from __future__ import annotations

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.account_models import Account
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Refused, Scope, roles_of
from mailwake.operations.fields import SECRET, position
from mailwake.operations.models import Input

MANAGING = "Role Management"


class Order(Input):
    """Which account, and what to change."""

    identity: str = Field(min_length=1, description="Its name.", json_schema_extra=position(1))
    password: str | None = Field(
        None, description="New password; empty: none, they come by the identity provider.", json_schema_extra=SECRET
    )
    enabled: bool | None = Field(None, description="False: may not sign in, and its tokens do not count.")


def handle(context: Context, order: Order) -> list[Account]:
    """Change it."""
    directory = context.settings
    before = directory.accounts.find(order.identity)
    if order.enabled is False and before.name == context.caller.name:
        raise OperationError(
            "own-account", tell("you cannot shut yourself out"), tell("Ask another administrator to do it."), status=409
        )
    _check_roles(context, before.name)
    if order.password is not None:
        directory.accounts.set_password(before.name, order.password)
    if order.enabled is not None:
        directory.accounts.set_active(before.name, order.enabled)
    after = directory.accounts.find(before.name)
    changed = {"Password": "changed"} if order.password is not None else {}
    context.changed(after.name, {"Enabled": before.active}, {"Enabled": after.active, **changed})
    groups = tuple(group.name for group in directory.people.role_groups_of(after.name))
    return [Account.of(after, groups)]


def _check_roles(context: Context, account: str) -> None:
    """Who resets passwords gains nothing by it: not those of accounts that may do more. Raises Refused."""
    mine = roles_of(context.caller)
    if MANAGING in mine:
        return
    theirs = {role for group in context.settings.people.role_groups_of(account) for role in group.roles}
    if theirs - mine:
        raise Refused(
            tell(
                "{account} may do what you may not, so that changing it needs the management role {managing}",
                account=account,
                managing=MANAGING,
            ),
            tell("ask somebody with that role; you lack: {roles}", roles=", ".join(sorted(theirs - mine))),
        )


OPERATION = Operation(
    name="set-account",
    summary="Change an account's password, or whether it may sign in.",
    input=Order,
    output=Account,
    handler=handle,
    roles=(MANAGING, "Reset Password"),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("user", "set"),
    store=False,
    details="Who has the role Reset Password alone changes only accounts that may do no more than they themselves.",
)

"""Accounts of people who sign in."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.account_models import Account
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Question(Input):
    """Which account."""

    identity: str = Field("", description="Its name; all if it is left out.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[Account]:
    """Show them."""
    directory = context.settings
    accounts = directory.accounts
    for record in [accounts.find(question.identity)] if question.identity else accounts.all():
        groups = directory.people.role_groups_of(record.name)
        yield Account.of(record, tuple(group.name for group in groups))


OPERATION = Operation(
    name="get-account",
    summary="Show the accounts of people who sign in, with their role groups.",
    input=Question,
    output=Account,
    handler=handle,
    roles=("Role Management", "Reset Password"),
    scope=Scope.ORGANIZATION,
    command=("user", "list"),
    store=False,
)

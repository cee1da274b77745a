"""Tokens of programs."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.account_models import Token
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Question(Input):
    """Whose."""

    account: str = Field("", description="Account; all if it is left out.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[Token]:
    """Show them."""
    yield from map(Token.of, context.settings.accounts.tokens(question.account))


OPERATION = Operation(
    name="get-api-token",
    summary="Show the tokens of programs: whose they are, what for, and when they were last used.",
    input=Question,
    output=Token,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    command=("user", "tokens"),
    store=False,
)

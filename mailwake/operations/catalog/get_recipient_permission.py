"""Who may send as whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import Field

from mailwake.directory.records import RECIPIENT_RIGHTS
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import ResultSize, position
from mailwake.operations.models import Input
from mailwake.operations.permission_models import RecipientPermission


class Question(Input):
    """Whose permissions on what."""

    identity: str = Field("", description="The mailbox; all if it is left out.", json_schema_extra=position(1))
    trustee: str = Field("", description="Only rights of this account.")
    result_size: ResultSize = Field(None, description="Permissions at most, or Unlimited.")


def handle(context: Context, question: Question) -> Iterator[RecipientPermission]:
    """Show them."""
    number = context.mailbox(question.identity).id if question.identity else None
    permissions = context.settings.permissions
    found = permissions.all(number, RECIPIENT_RIGHTS, trustee=question.trustee, reach=context.caller.scope)
    for record in islice(found, question.result_size):
        yield RecipientPermission.of(record)


OPERATION = Operation(
    name="get-recipient-permission",
    summary="Show who may send as a mailbox.",
    input=Question,
    output=RecipientPermission,
    handler=handle,
    roles=("View-Only Recipients", "Mail Recipients", "View-Only Configuration"),
    scope=Scope.FILTERED,
    command=("send-as", "list"),
    cmdlet="Get-RecipientPermission",
    store=False,
)

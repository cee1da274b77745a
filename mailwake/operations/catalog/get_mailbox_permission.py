"""Who has which right on whose mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import Field

from mailwake.directory.records import MAILBOX_RIGHTS
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import ResultSize, position
from mailwake.operations.models import Input
from mailwake.operations.permission_models import MailboxPermission


class Question(Input):
    """Whose permissions on what."""

    identity: str = Field("", description="The mailbox; all if it is left out.", json_schema_extra=position(1))
    user: str = Field("", description="Only rights of this account.")
    result_size: ResultSize = Field(None, description="Permissions at most, or Unlimited.")


def handle(context: Context, question: Question) -> Iterator[MailboxPermission]:
    """Show them."""
    number = context.mailbox(question.identity).id if question.identity else None
    permissions = context.settings.permissions
    found = permissions.all(number, MAILBOX_RIGHTS, trustee=question.user, reach=context.caller.scope)
    for record in islice(found, question.result_size):
        yield MailboxPermission.of(record)


OPERATION = Operation(
    name="get-mailbox-permission",
    summary="Show who has which right on a mailbox.",
    input=Question,
    output=MailboxPermission,
    handler=handle,
    roles=("View-Only Recipients", "Mail Recipients", "View-Only Configuration"),
    scope=Scope.FILTERED,
    command=("permission", "list"),
    cmdlet="Get-MailboxPermission",
    store=False,
)

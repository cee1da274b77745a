"""Who is not audited."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import Field

from mailwake.operations.bypass_models import BypassAssociation
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import ResultSize, position
from mailwake.operations.models import Input


class Question(Input):
    """Whose association."""

    identity: str = Field("", description="A mailbox, or an account without one.", json_schema_extra=position(1))
    bypassed_only: bool = Field(False, description="Only those who are not audited.")
    result_size: ResultSize = Field(1000, description="Associations at most, or Unlimited.")


def handle(context: Context, question: Question) -> Iterator[BypassAssociation]:
    """Show them."""
    bypasses = context.settings.bypasses
    if question.identity:
        yield BypassAssociation.of(bypasses.get(question.identity, context.caller.scope))
        return
    found = bypasses.all(context.caller.scope, enabled_only=question.bypassed_only)
    for record in islice(found, question.result_size):
        yield BypassAssociation.of(record)


OPERATION = Operation(
    name="get-mailbox-audit-bypass-association",
    summary="Show who bypasses auditing.",
    input=Question,
    output=BypassAssociation,
    handler=handle,
    roles=("View-Only Configuration", "Compliance Admin", "Journaling", "Audit Logs"),
    scope=Scope.FILTERED,
    command=("bypass", "list"),
    cmdlet="Get-MailboxAuditBypassAssociation",
    store=False,
    details="Review it regularly: nothing that these accounts do is recorded, wherever they do it.",
)

"""The organization's domains."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.domain_models import AcceptedDomain
from mailwake.operations.models import Input


class Question(Input):
    """All of them."""


def handle(context: Context, question: Question) -> Iterator[AcceptedDomain]:
    """Show those that the caller's scope reaches."""
    scope = context.caller.scope
    for record in context.settings.organization.domains():
        if scope.everything or record.name in scope.domains:
            yield AcceptedDomain.of(record)


OPERATION = Operation(
    name="get-accepted-domain",
    summary="Show the organization's domains.",
    input=Question,
    output=AcceptedDomain,
    handler=handle,
    roles=("View-Only Configuration", "Remote and Accepted Domains", "View-Only Recipients"),
    scope=Scope.FILTERED,
    command=("domain", "list"),
    cmdlet="Get-AcceptedDomain",
    store=False,
)

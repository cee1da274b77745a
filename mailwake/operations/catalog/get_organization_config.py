"""The organization's settings of auditing."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Input
from mailwake.operations.organization_models import OrganizationConfig


class Question(Input):
    """Nothing to say: there is one organization."""


def handle(context: Context, question: Question) -> Iterator[OrganizationConfig]:
    """Show them."""
    yield OrganizationConfig.of(context.settings.organization.current())


OPERATION = Operation(
    name="get-organization-config",
    summary="Show the organization's settings of auditing.",
    input=Question,
    output=OrganizationConfig,
    handler=handle,
    roles=("View-Only Configuration", "Organization Configuration", "Audit Logs"),
    scope=Scope.ORGANIZATION,
    command=("organization", "show"),
    cmdlet="Get-OrganizationConfig",
    store=False,
    details="AuditDisabled False means that auditing by default is on.",
)

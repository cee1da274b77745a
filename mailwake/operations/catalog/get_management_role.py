"""Management roles: what they allow, and who gives them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pydantic import Field

from mailwake.directory.roles import ROLES, canonical_role
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope, all_operations
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import ManagementRole


class Question(Input):
    """Which role, or which role one needs for a cmdlet."""

    identity: str = Field(
        "", description="Name of a role, or a pattern with *; all if it is left out.", json_schema_extra=position(1)
    )
    cmdlet: str = Field("", description="Only roles that allow this cmdlet or operation.")


def handle(context: Context, question: Question) -> Iterator[ManagementRole]:
    """Show them. Raises OperationError for a cmdlet that there is not."""
    wanted = list(ROLES)
    operations = list(all_operations().values())
    if question.cmdlet:
        text = question.cmdlet.lower()
        fitting = [one for one in operations if text in (one.cmdlet.lower(), one.name)]
        if not fitting:
            raise OperationError(
                "cmdlet-not-found",
                tell("there is no cmdlet {cmdlet!r}", cmdlet=question.cmdlet),
                tell("list the cmdlets: Get-Command"),
                status=404,
            )
        wanted = [role for role in wanted if any(role in one.roles for one in fitting)]
    if question.identity:
        named = _named(question.identity)
        wanted = [role for role in wanted if role in named]
    groups = context.settings.people.role_groups()
    for role in wanted:
        yield ManagementRole(
            name=role,
            description=ROLES[role],
            role_groups=tuple(group.name for group in groups if role in group.roles),
            cmdlets=tuple(sorted(one.cmdlet or one.name for one in operations if role in one.roles)),
        )


def _named(identity: str) -> list[str]:
    """The roles that a name or a pattern with `*` means. Raises DirectoryError for a name that is none."""
    if "*" in identity:
        return [role for role in ROLES if fnmatchcase(role.lower(), identity.lower().replace("[", "[[]"))]
    return [canonical_role(identity)]


OPERATION = Operation(
    name="get-management-role",
    summary="Show management roles: what they allow, and which role groups give them.",
    input=Question,
    output=ManagementRole,
    handler=handle,
    roles=(),
    scope=Scope.OWN,
    command=("role", "list"),
    cmdlet="Get-ManagementRole",
    store=False,
    details="With --cmdlet it tells which role one needs.",
)

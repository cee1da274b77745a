"""Role groups: who may do what."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroup


class Question(Input):
    """Which role group."""

    identity: str = Field("", description="Name of a role group; all if it is left out.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[RoleGroup]:
    """Show them."""
    people = context.settings.people
    groups = [people.role_group(question.identity)] if question.identity else people.role_groups()
    yield from map(RoleGroup.of, groups)


OPERATION = Operation(
    name="get-role-group",
    summary="Show role groups, with their roles and members.",
    input=Question,
    output=RoleGroup,
    handler=handle,
    roles=("Role Management", "View-Only Configuration"),
    scope=Scope.ORGANIZATION,
    command=("role-group", "list"),
    also=(("role-group", "show"),),
    cmdlet="Get-RoleGroup",
    store=False,
)

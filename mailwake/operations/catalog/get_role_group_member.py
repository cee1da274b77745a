"""Who is in a role group."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroupMember, members_of


class Question(Input):
    """Which role group."""

    identity: str = Field(min_length=1, description="Name of the role group.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[RoleGroupMember]:
    """Show them."""
    yield from members_of(context.settings.people.role_group(question.identity))


OPERATION = Operation(
    name="get-role-group-member",
    summary="Show who is in a role group.",
    input=Question,
    output=RoleGroupMember,
    handler=handle,
    roles=("Role Management", "View-Only Configuration"),
    scope=Scope.ORGANIZATION,
    command=("role-group", "members"),
    cmdlet="Get-RoleGroupMember",
    store=False,
)

"""Remove a role group of one's own."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.removing import removal
from mailwake.operations.role_models import RoleGroup


class Order(Input):
    """Which role group."""

    identity: str = Field(min_length=1, description="Name of the role group.", json_schema_extra=position(1))


OPERATION = removal(
    "role-group",
    "Remove a role group that is not built in.",
    Order,
    RoleGroup,
    lambda directory, name: directory.people.remove_role_group(name),
    role="Role Management",
    command="role-group",
    cmdlet="Remove-RoleGroup",
)

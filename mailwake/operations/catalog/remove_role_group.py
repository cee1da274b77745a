"""Remove a role group of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroup


class Order(Input):
    """Which role group."""

    identity: str = Field(min_length=1, description="Name of the role group.", json_schema_extra=position(1))


def handle(context: Context, order: Order) -> Iterator[RoleGroup]:
    """Remove it."""
    gone = RoleGroup.of(context.settings.people.remove_role_group(order.identity))
    context.changed(gone.name, gone.record(), {})
    yield gone


OPERATION = Operation(
    name="remove-role-group",
    summary="Remove a role group that is not built in.",
    input=Order,
    output=RoleGroup,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("role-group", "remove"),
    cmdlet="Remove-RoleGroup",
    store=False,
)

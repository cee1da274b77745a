"""Take somebody into a role group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroup, members_of


class Order(Input):
    """Whom, and the role group."""

    identity: str = Field(min_length=1, description="Name of the role group.", json_schema_extra=position(1))
    member: str = Field(min_length=1, description="Account name or address, or a group of the identity provider.")
    kind: Literal["account", "group"] = Field(
        "account", description="group: everybody whom the identity provider puts in that group or role."
    )


def handle(context: Context, order: Order) -> Iterator[RoleGroup]:
    """Take them in."""
    people = context.settings.people
    before = [one.record() for one in members_of(people.role_group(order.identity))]
    after = people.add_member(order.identity, order.member, order.kind)
    now = [one.record() for one in members_of(after)]
    context.changed(after.name, {"Members": _names(before)}, {"Members": _names(now)})
    yield RoleGroup.of(after)


def _names(members: list[dict[str, str]]) -> list[str]:
    return [f"{one['Kind']}:{one['Name']}" for one in members]


OPERATION = Operation(
    name="add-role-group-member",
    summary="Take somebody into a role group.",
    input=Order,
    output=RoleGroup,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("role-group", "add-member"),
    cmdlet="Add-RoleGroupMember",
    store=False,
)

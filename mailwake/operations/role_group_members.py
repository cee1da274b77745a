"""Taking somebody into a role group, and out of it: what the two orders share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.directory.records import RoleGroupRecord
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroup, members_of


class MemberOrder(Input):
    """Whom, and the role group."""

    identity: str = Field(min_length=1, description="Name of the role group.", json_schema_extra=position(1))
    member: str = Field(min_length=1, description="Account name or address, or a group of the identity provider.")
    kind: Literal["account", "group"] = Field(
        "account", description="group: everybody whom the identity provider puts in that group or role."
    )


def member_operation(word: Literal["add", "remove"], summary: str, order: type[MemberOrder]) -> Operation[MemberOrder]:
    """The operation that takes somebody in, or out; its answer is the role group as it is then."""

    def handle(context: Context, given: MemberOrder) -> Iterator[RoleGroup]:
        people = context.settings.people
        before = _names(people.role_group(given.identity))
        change = people.add_member if word == "add" else people.remove_member
        after = change(given.identity, given.member, given.kind)
        context.changed(after.name, {"Members": before}, {"Members": _names(after)})
        yield RoleGroup.of(after)

    return Operation(
        name=f"{word}-role-group-member",
        summary=summary,
        input=order,
        output=RoleGroup,
        handler=handle,
        roles=("Role Management",),
        scope=Scope.ORGANIZATION,
        changes=True,
        command=("role-group", f"{word}-member"),
        cmdlet=f"{word.capitalize()}-RoleGroupMember",
        store=False,
    )


def _names(group: RoleGroupRecord) -> list[str]:
    return [f"{one.kind}:{one.name}" for one in members_of(group)]

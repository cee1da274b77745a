"""Make a role group of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.directory.records import ScopeRecord
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import WordList, position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleGroup


class Order(Input):
    """The new role group."""

    name: str = Field(min_length=1, max_length=120, description="Its name.", json_schema_extra=position(1))
    roles: WordList = Field(min_length=1, description="Management roles that it gives.")
    description: str = Field("", description="What it is for.")
    scope_domains: WordList = Field((), description="Only over mailboxes in these domains.")
    scope_mailboxes: WordList = Field((), description="Only over these mailboxes, by address.")


def handle(context: Context, order: Order) -> Iterator[RoleGroup]:
    """Make it."""
    scope = None
    if order.scope_domains or order.scope_mailboxes:
        scope = ScopeRecord(
            f"Scope of {order.name}",
            tuple(domain.lower().lstrip("@") for domain in order.scope_domains),
            tuple(address.lower() for address in order.scope_mailboxes),
        )
    made = RoleGroup.of(context.settings.people.create_role_group(order.name, order.roles, order.description, scope))
    context.changed(made.name, {}, made.record())
    yield made


OPERATION = Operation(
    name="new-role-group",
    summary="Make a role group, for the whole organization or a part of it.",
    input=Order,
    output=RoleGroup,
    handler=handle,
    roles=("Role Management",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("role-group", "add"),
    cmdlet="New-RoleGroup",
    store=False,
    details="With domains or mailboxes its members see these only: a help desk for one customer.",
)

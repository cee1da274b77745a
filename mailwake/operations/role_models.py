"""Role groups, their members and management roles as Exchange shows them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from mailwake.directory.records import RoleGroupRecord
from mailwake.operations.models import Output


class RoleGroup(Output):
    """A role group."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "roles", "members", "scope")
    name: str = Field(description="Its name.")
    description: str = Field(description="What it is for.")
    roles: tuple[str, ...] = Field(description="Management roles that it gives.")
    members: tuple[str, ...] = Field(description="Who is in it; groups of the identity provider as group:NAME.")
    scope: str = Field(description="Management scope; empty for the whole organization.")
    scope_domains: tuple[str, ...] = Field(description="Domains of the scope.")
    scope_mailboxes: tuple[str, ...] = Field(description="Mailboxes of the scope.")
    built_in: bool = Field(description="Comes with the product.")

    @classmethod
    def of(cls, record: RoleGroupRecord) -> RoleGroup:
        """Of a record."""
        scope = record.scope
        return cls(
            name=record.name,
            description=record.description,
            roles=record.roles,
            members=tuple(name if kind == "account" else f"{kind}:{name}" for kind, name in record.members),
            scope=scope.name if scope else "",
            scope_domains=scope.domains if scope else (),
            scope_mailboxes=scope.mailboxes if scope else (),
            built_in=record.builtin,
        )


class RoleGroupMember(Output):
    """Somebody in a role group."""

    name: str = Field(description="Account, or group of the identity provider.")
    kind: str = Field(description="account or group.")
    role_group: str = Field(description="The role group.")


class ManagementRole(Output):
    """A management role."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "description", "role_groups")
    name: str = Field(description="Its name.")
    description: str = Field(description="What it allows.")
    role_groups: tuple[str, ...] = Field(description="Role groups that give it.")
    cmdlets: tuple[str, ...] = Field(description="Cmdlets that it allows.")


class RoleAssignment(Output):
    """A management role as a role group gives it."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("name", "role", "role_assignee_name", "role_assignee_type", "assignment_method", "effective_user_name"),
    )
    name: str = Field(description="ROLE-ROLE GROUP.")
    role: str = Field(description="The role.")
    role_assignee: str = Field(description="The role group that gives it.")
    role_assignee_name: str = Field(description="The same.")
    role_assignee_type: str = Field(default="RoleGroup", description="Always RoleGroup: nobody else gives roles.")
    assignment_method: str = Field(description="Direct for the group itself, RoleGroup for one of its members.")
    effective_user_name: str = Field(description="The member; All Group Members for the group itself.")
    role_assignment_delegation_type: str = Field(default="Regular", description="Always Regular.")
    recipient_write_scope: str = Field(description="Organization, or CustomRecipientScope.")
    custom_recipient_write_scope: str | None = Field(description="Name of the group's scope.")
    enabled: bool = Field(default=True, description="Always true.")
    identity: str = Field(description="The name.")

    @classmethod
    def of(cls, role: str, group: RoleGroupRecord, member: str = "") -> RoleAssignment:
        """A role of a group, or of one of its members."""
        name = assignment_name(role, group)
        return cls(
            name=name,
            role=role,
            role_assignee=group.name,
            role_assignee_name=group.name,
            assignment_method="RoleGroup" if member else "Direct",
            effective_user_name=member or "All Group Members",
            recipient_write_scope="CustomRecipientScope" if group.scope else "Organization",
            custom_recipient_write_scope=group.scope.name if group.scope else None,
            identity=name,
        )


def assignment_name(role: str, group: RoleGroupRecord) -> str:
    """What Exchange calls the assignment of a role to a role group."""
    return f"{role}-{group.name}"


def members_of(record: RoleGroupRecord) -> list[RoleGroupMember]:
    """The members of a role group."""
    return [RoleGroupMember(name=name, kind=kind, role_group=record.name) for kind, name in record.members]

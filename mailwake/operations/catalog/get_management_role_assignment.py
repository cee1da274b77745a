"""Who may do what: which role group gives which management role, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from mailwake.directory.records import RoleGroupRecord
from mailwake.directory.roles import canonical_role
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.role_models import RoleAssignment, assignment_name


class Question(Input):
    """Which assignments: each criterion narrows."""

    identity: str = Field(
        "", description="Name of an assignment, ROLE-ROLE GROUP, or a pattern with *.", json_schema_extra=position(1)
    )
    role: str = Field("", description="Only of this role.")
    role_assignee: str = Field("", description="Only of this role group, or of those that this account is in.")
    role_assignee_type: Literal["", "RoleGroup", "User"] = Field(
        "", description="RoleGroup: all of them; User: none, since roles are given to groups."
    )
    get_effective_users: bool = Field(False, description="One line for each member, instead of one for the group.")


def handle(context: Context, question: Question) -> Iterator[RoleAssignment]:
    """Show them. Raises DirectoryError for a role that there is not."""
    role = canonical_role(question.role) if question.role else ""
    groups = context.settings.people.role_groups()
    effective = question.get_effective_users
    wanted = question.role_assignee.strip().casefold()
    if wanted:
        named = [group for group in groups if group.name.casefold() == wanted]
        groups = named or [group for group in groups if wanted in map(str.casefold, _members(group))]
        effective = effective or not named
    if question.role_assignee_type == "User":
        groups = []
    for group in groups:
        for given in group.roles:
            if (role and given != role) or not _fits(assignment_name(given, group), question.identity):
                continue
            for member in _users(group, wanted) if effective else [""]:
                yield RoleAssignment.of(given, group, member)


def _fits(name: str, pattern: str) -> bool:
    return not pattern or fnmatchcase(name.casefold(), pattern.casefold().replace("[", "[[]"))


def _members(group: RoleGroupRecord) -> Iterable[str]:
    return (name if kind == "account" else f"{kind}:{name}" for kind, name in group.members)


def _users(group: RoleGroupRecord, wanted: str) -> list[str]:
    """The members: of a role group that was asked for by its member, that one."""
    members = list(_members(group))
    return [one for one in members if one.casefold() == wanted] or members


OPERATION = Operation(
    name="get-management-role-assignment",
    summary="Show which role groups give which management roles, and to whom.",
    input=Question,
    output=RoleAssignment,
    handler=handle,
    roles=("Role Management", "View-Only Configuration"),
    scope=Scope.ORGANIZATION,
    command=("role", "assignments"),
    cmdlet="Get-ManagementRoleAssignment",
    store=False,
    details="With --role-assignee an account: all that it may do. Groups of an identity provider are named group:NAME;"
    " who is in them is the provider's to say.",
)

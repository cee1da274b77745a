"""Role groups, their members and scopes; what an account may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailwake.directory import names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import ManagementScope, RoleGroup, RoleGroupMember
from mailwake.directory.records import RoleGroupRecord, ScopeRecord
from mailwake.directory.roles import ROLE_GROUPS, canonical_role
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

ACCOUNT, GROUP = "account", "group"


class People:
    """The role groups of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def role_groups(self) -> list[RoleGroupRecord]:
        """All role groups by name, the built-in ones included."""
        rows = RoleGroup.objects.using(self._directory.alias).select_related("scope")
        own = {row.name: row for row in rows}
        members: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in RoleGroupMember.objects.using(self._directory.alias).order_by("kind", "name"):
            members[row.role_group].append((row.kind, row.name))
        found = []
        for name in sorted(set(own) | set(ROLE_GROUPS)):
            known = own.get(name)
            description, roles = ROLE_GROUPS.get(name, ("", ()))
            if known is not None and name not in ROLE_GROUPS:
                description, roles = known.description, tuple(known.roles)
            scope = _scope(known.scope) if known is not None and known.scope is not None else None
            found.append(
                RoleGroupRecord(name, description, roles, name in ROLE_GROUPS, scope, tuple(members.get(name, ())))
            )
        return found

    def role_group(self, name: str) -> RoleGroupRecord:
        """One by its name, in any case. Raises DirectoryError."""
        wanted = names.key(name)
        groups = self.role_groups()
        for group in groups:
            if group.name.lower() == wanted:
                return group
        raise DirectoryError(
            "role-group-not-found",
            tell("there is no role group {name!r}", name=name),
            tell("role groups are: {names}", names=", ".join(group.name for group in groups)),
            status=404,
        )

    def role_groups_of(self, account: str, provider_groups: Iterable[str] = ()) -> list[RoleGroupRecord]:
        """The role groups of an account, also through groups and roles that the identity provider names."""
        me = {(ACCOUNT, names.key(account))} | {(GROUP, names.key(group)) for group in provider_groups}
        return [group for group in self.role_groups() if me & set(group.members)]

    def create_role_group(
        self, name: str, roles: Iterable[str], description: str = "", scope: ScopeRecord | None = None
    ) -> RoleGroupRecord:
        """Make a role group. Raises DirectoryError for an unknown role or a name that is taken."""
        chosen = tuple(canonical_role(role) for role in roles)
        label = " ".join(name.split())
        with self._directory.writing():
            if any(group.name.lower() == label.lower() for group in self.role_groups()):
                raise DirectoryError(
                    "role-group-exists",
                    tell("there is a role group {label!r} already", label=label),
                    tell("choose another name"),
                    status=409,
                )
            kept = self._keep_scope(scope) if scope is not None else None
            RoleGroup.objects.using(self._directory.alias).create(
                name=label, description=description, roles=sorted(set(chosen)), scope=kept
            )
        return self.role_group(label)

    def remove_role_group(self, name: str) -> RoleGroupRecord:
        """Remove a role group of one's own, with its memberships. Raises DirectoryError."""
        with self._directory.writing():
            group = self.role_group(name)
            if group.builtin:
                raise DirectoryError(
                    "role-group-built-in",
                    tell("{group} is built in", group=group.name),
                    tell("take its members out instead"),
                    status=409,
                )
            RoleGroupMember.objects.using(self._directory.alias).filter(role_group=group.name).delete()
            RoleGroup.objects.using(self._directory.alias).filter(name=group.name).delete()
        return group

    def add_member(self, group_name: str, member: str, kind: str = ACCOUNT) -> RoleGroupRecord:
        """Take somebody in. Raises DirectoryError when they are in already."""
        key = _member_key(member)
        with self._directory.writing():
            group = self.role_group(group_name)
            _, new = RoleGroupMember.objects.using(self._directory.alias).get_or_create(
                role_group=group.name, kind=kind, name=key
            )
            if not new:
                raise DirectoryError(
                    "already-a-member",
                    tell("{member!r} is a member of {group} already", member=member, group=group.name),
                    tell("nothing needs to be done"),
                    status=409,
                )
        return self.role_group(group.name)

    def remove_member(self, group_name: str, member: str, kind: str = ACCOUNT) -> RoleGroupRecord:
        """Take somebody out. Raises DirectoryError when they are not in."""
        key = _member_key(member)
        with self._directory.writing():
            group = self.role_group(group_name)
            rows = RoleGroupMember.objects.using(self._directory.alias)
            gone, _ = rows.filter(role_group=group.name, kind=kind, name=key).delete()
            if not gone:
                raise DirectoryError(
                    "not-a-member",
                    tell("{member!r} is no member of {group}", member=member, group=group.name),
                    tell("list the members of the role group"),
                    status=404,
                )
        return self.role_group(group.name)

    def _keep_scope(self, scope: ScopeRecord) -> ManagementScope:
        values = {"domains": list(scope.domains), "mailboxes": list(scope.mailboxes)}
        row, _ = ManagementScope.objects.using(self._directory.alias).update_or_create(name=scope.name, defaults=values)
        return row


def canonical_groups(people: People, wanted: Iterable[str]) -> list[str]:
    """The spelling of role groups. Raises DirectoryError."""
    return sorted({people.role_group(name).name for name in wanted})


def _member_key(member: str) -> str:
    key = names.key(member)
    if not key:
        raise DirectoryError(
            "no-member", tell("the member's name is empty"), tell("give an account name or an address")
        )
    return key


def _scope(row: ManagementScope) -> ScopeRecord:
    return ScopeRecord(row.name, tuple(row.domains), tuple(row.mailboxes))

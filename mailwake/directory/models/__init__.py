"""The directory's tables. Times are microseconds UTC unless a name says otherwise."""

from __future__ import annotations

from mailwake.directory.models.log import AdminAuditEntry
from mailwake.directory.models.mailbox import Aside, Bypass, Mailbox, MailboxName, NameKind, Permission
from mailwake.directory.models.organization import AcceptedDomain, Organization, SettingVersion
from mailwake.directory.models.people import Account, ApiToken, ManagementScope, RoleGroup, RoleGroupMember
from mailwake.directory.models.queries import SavedQuery

__all__ = [
    "AcceptedDomain",
    "Account",
    "AdminAuditEntry",
    "ApiToken",
    "Aside",
    "Bypass",
    "Mailbox",
    "MailboxName",
    "ManagementScope",
    "NameKind",
    "Organization",
    "Permission",
    "RoleGroup",
    "RoleGroupMember",
    "SavedQuery",
    "SettingVersion",
]

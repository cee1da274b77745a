"""What the directory gives out: plain values, without a tie to the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.settings import OrganizationSettings

PREMIUM, STANDARD = "Premium", "Standard"
GIGABYTE = 1 << 30
MAILBOX_RIGHTS = (
    *("FullAccess", "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem", "ExternalAccount"),
    "SendOnBehalf",
)
RECIPIENT_RIGHTS = ("SendAs",)
"""What Add-MailboxPermission and Add-RecipientPermission can give; SendOnBehalf is ours among the former."""


class Reach(Protocol):
    """The part of the organization that somebody may see (`operations.contract.CallerScope` is one)."""

    @property
    def everything(self) -> bool:
        """All of it."""

    @property
    def domains(self) -> tuple[str, ...]:
        """Domains of primary addresses, lower case."""

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """Primary addresses, lower case."""


@dataclass(frozen=True)
class OrganizationRecord:
    """The organization as it is now."""

    settings: OrganizationSettings
    search_reach_days: int | None = None
    """Days that an audit log search reaches back; None for no limit. Under parity 90 unless set otherwise."""
    deciding_since: int = 0


@dataclass(frozen=True)
class MailboxRecord:
    """A mailbox as it is now. Times are microseconds UTC, sizes bytes."""

    id: int
    guid: str
    name: str
    alias: str = ""
    display_name: str = ""
    primary_address: str = ""
    addresses: tuple[str, ...] = ()
    """All of them, the primary one first."""
    upn: str = ""
    logins: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    """Distinguished names that an import brought."""
    aside: frozenset[str] = frozenset()
    """Names that are others' in logs: see `models.Aside`."""
    type: MailboxType = MailboxType.USER
    licence: str = PREMIUM
    geo: str = ""
    litigation_hold: bool = False
    retention_policy: str = ""
    quota: int | None = None
    warning_quota: int | None = None
    created: int = 0
    discovered: bool = False
    audit_enabled: bool = True
    audit_enabled_by_hand: bool = False
    age_limit: timedelta = timedelta(days=90)
    managed: frozenset[LogonType] = frozenset(LogonType)
    custom: dict[LogonType, frozenset[str]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What to call it by: its primary address, or its name."""
        return self.primary_address or self.name

    @property
    def held(self) -> bool:
        """On hold or under a retention policy, which raises its quota."""
        return self.litigation_hold or bool(self.retention_policy)

    @property
    def recoverable_items_quota(self) -> int:
        """RecoverableItemsQuota: as set, else 30 GB, or 100 GB when held."""
        return self.quota if self.quota is not None else (100 if self.held else 30) * GIGABYTE

    @property
    def recoverable_items_warning_quota(self) -> int:
        """RecoverableItemsWarningQuota: as set, else 20 GB, or 90 GB when held."""
        return self.warning_quota if self.warning_quota is not None else (90 if self.held else 20) * GIGABYTE


@dataclass(frozen=True)
class MailboxDraft:
    """A mailbox to be made, or what an import says of one. None: not said."""

    name: str = ""
    alias: str = ""
    display_name: str = ""
    primary_address: str = ""
    addresses: tuple[str, ...] = ()
    all_addresses: bool = False
    """`addresses` are all that it has, so that others are former ones; else they come on top."""
    upn: str = ""
    logins: tuple[str, ...] = ()
    """Further names, login names and addresses; they come on top of those that it has."""
    dns: tuple[str, ...] = ()
    guid: str = ""
    type: MailboxType | None = None
    licence: str | None = None
    geo: str | None = None
    litigation_hold: bool | None = None
    retention_policy: str | None = None
    quota: int | None = None
    warning_quota: int | None = None
    audit_enabled: bool | None = None
    age_limit: timedelta | None = None
    managed: frozenset[LogonType] | None = None
    custom: dict[LogonType, frozenset[str]] = field(default_factory=dict)
    created: int | None = None
    """When it was made, microseconds UTC."""
    permissions: tuple[tuple[str, str], ...] = ()
    """Trustee and right."""


@dataclass(frozen=True)
class BypassRecord:
    """A bypass association."""

    guid: str
    name: str
    """Name of the mailbox, or of the account that has none."""
    identity: str
    enabled: bool
    has_mailbox: bool


@dataclass(frozen=True)
class PermissionRecord:
    """A right on a mailbox."""

    mailbox: str
    """Its primary address or name."""
    trustee: str
    right: str
    deny: bool
    inherited: bool


@dataclass(frozen=True)
class DomainRecord:
    """An accepted domain."""

    name: str
    domain_type: str
    default: bool
    declared: bool
    """False: only seen in the name of a mailbox."""


@dataclass(frozen=True)
class ScopeRecord:
    """A management scope."""

    name: str
    domains: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleGroupRecord:
    """A role group."""

    name: str
    description: str
    roles: tuple[str, ...]
    builtin: bool
    scope: ScopeRecord | None = None
    """None: the whole organization."""
    members: tuple[tuple[str, str], ...] = ()
    """Kind (`account`, or `group` of the identity provider) and name."""


@dataclass(frozen=True)
class QueryRecord:
    """A query of the message trace that is kept. Times µs UTC."""

    guid: str
    owner: str
    name: str
    """"" for one that is kept because it ran lately."""
    criteria: dict[str, Any]
    """By their names outside."""
    seconds: int
    """Length of a range that ends now; 0: as `criteria` say."""
    created: int
    used: int = 0


@dataclass(frozen=True)
class AuditEntry:
    """A row of the admin audit log."""

    run_date: int
    caller: str
    operation: str
    origin: str = ""
    face: str = ""
    cmdlet: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    object_modified: str = ""
    changes: bool = False
    succeeded: bool = True
    error: str = ""
    modified_properties: tuple[tuple[str, str, str], ...] = ()
    server: str = ""
    id: int = 0

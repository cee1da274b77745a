"""Audit settings as the policy sees them: plain values in force at one moment.

They come from the directory, which keeps every change with the time from which it holds, so that the decision on an
observation is a function of its own time and reading a log late changes nothing
(docs/decisions/0015-settings-hold-from-a-time.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.unified_retention import RetentionPolicy

ALL_TYPES = frozenset(LogonType)


@dataclass(frozen=True, slots=True)
class OrganizationSettings:
    """Organization-wide."""

    audit_disabled: bool = False
    """AuditDisabled: nothing at all is recorded."""
    matrix: str = "current"
    """Which release of the action matrix: `current` or `2021` (the seed's)."""
    parity: bool = False
    """Exchange parity: the licence gate applies, and throttling."""
    trash_folders: tuple[str, ...] = ("Trash", "Deleted Items", "Deleted Messages", "Deleted")
    """Folders that mean Deleted Items, when the server does not say (special use, RFC 6154)."""
    shared_prefixes: tuple[str, ...] = ("shared/", "user/", "Other Users/", "shared.", "user.")
    """Namespace prefixes under which others' mailboxes appear: `shared/alice@example.com/INBOX`."""
    public_prefixes: tuple[str, ...] = ("Public/", "Public.", "Public Folders/")
    """Namespace prefixes of folders that are everybody's (Dovecot: `type = public`): `Public/Announcements`."""
    lazy_expunge: bool = False
    """Expunged mail is kept (Dovecot lazy_expunge): an expunge is a SoftDelete."""
    unified_retention: tuple[RetentionPolicy, ...] = ()
    """How far back the unified search gives which records."""


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """Of one mailbox."""

    name: str
    """Primary address or login name; for messages."""
    type: MailboxType = MailboxType.USER
    audit_enabled: bool = True
    audit_enabled_by_hand: bool = False
    """Somebody set AuditEnabled True explicitly (see A30)."""
    managed: frozenset[LogonType] = ALL_TYPES
    """DefaultAuditSet: logon types whose set is the vendor's."""
    custom: dict[LogonType, frozenset[str]] = field(default_factory=dict)
    """Sets of the logon types that are not managed."""
    premium: bool = True
    """Has the premium licence; counts under parity only."""
    geo: str = ""
    known: bool = True
    """False for a mailbox that the directory has never heard of: the defaults apply."""


@dataclass(frozen=True, slots=True)
class ActorSettings:
    """Of one account that acts."""

    name: str
    bypass: bool = False
    """AuditBypassEnabled: nothing that this account does is recorded."""
    geo: str = ""
    premium: bool = True


class Settings(Protocol):
    """Settings at any time; times are microseconds UTC, names as the logs have them, in any case."""

    def organization(self, ts: int) -> OrganizationSettings:
        """What held for the organization at ts."""

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        """What held for the mailbox; defaults with known=False when there is none of that name."""

    def actor(self, name: str, ts: int) -> ActorSettings:
        """What held for the account; defaults when it is not known."""

    def same_account(self, one: str, other: str) -> bool:
        """Whether two names are of one account or mailbox (login name, alias, any address)."""

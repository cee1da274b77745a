"""What was done in a mailbox, by whom: the observation, and what the policy said of it.

An observation is a pure function of facts: `audit.observe` makes it of what the logs say. A decision is a pure function
of an observation and the settings in force at its time (`audit.settings`): `audit.policy` makes it. Names are those of
Exchange (Search-MailboxAuditLog, Office 365 Management API schema). Times are microseconds UTC, sizes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LogonType(StrEnum):
    """Who acts, in the words of the mailbox audit log."""

    OWNER = "Owner"
    """The account that belongs to the mailbox."""
    DELEGATE = "Delegate"
    """Another account with permission on the mailbox; an administrator with FullAccess, too."""
    ADMIN = "Admin"
    """Administrative access: a master user, doveadm, a content search."""


class MailboxType(StrEnum):
    """RecipientTypeDetails of a mailbox."""

    USER = "UserMailbox"
    SHARED = "SharedMailbox"
    GROUP = "GroupMailbox"
    ROOM = "RoomMailbox"
    EQUIPMENT = "EquipmentMailbox"
    PUBLIC_FOLDER = "PublicFolderMailbox"
    DISCOVERY = "DiscoveryMailbox"


PUBLIC_FOLDERS = "Public Folders"
"""What the mailbox is called in which the folders are that belong to nobody."""


def type_of_unknown(name: str) -> MailboxType:
    """What a mailbox is that nobody declared, by what it is called."""
    return MailboxType.PUBLIC_FOLDER if name.casefold() == PUBLIC_FOLDERS.casefold() else MailboxType.USER


@dataclass(frozen=True, slots=True)
class Item:
    """A message or other item that an action concerned. "" and 0 mean not known."""

    folder: str = ""
    """Where it lay before the action, path as the server names it (`INBOX`, `Projects/2026`)."""
    uid: int = 0
    """IMAP UID in `folder` (RFC 9051 2.3.1.1)."""
    dest_uid: int = 0
    """UID in the destination folder of a move or copy, when the server says it."""
    message_id: str = ""
    """As logged, angle brackets kept when the log has them."""
    subject: str | None = None
    sender: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """One act on one mailbox."""

    id: str
    """32 hex digits, the same whichever feed told of it, in whatever order and how often."""
    ts: int
    action: str
    """Exchange's word: MailItemsAccessed, MoveToDeletedItems, UpdateFolderPermissions ..."""
    actor: str
    """The authenticated identity as the server names it (login name or address); "" when the log does not say."""
    mailbox: str
    """The mailbox acted upon, as the server names it (login name or address)."""
    logon_type: LogonType
    result: str = "Succeeded"
    """Succeeded, PartiallySucceeded or Failed."""
    folder: str = ""
    """Folder acted in; the source of a move or copy."""
    dest_mailbox: str = ""
    """Other mailbox that a move or copy went to."""
    dest_folder: str = ""
    items: tuple[Item, ...] = ()
    client_ip: str = ""
    client: str = ""
    """ClientInfoString: `Client=IMAP`, with `;Name=...` when the client said who it is."""
    session: str = ""
    host: str = ""
    """OriginatingServer."""
    access: str = ""
    """Of MailItemsAccessed: Bind or Sync."""
    on_behalf_of: str = ""
    """Of SendAs and SendOnBehalf: the address that the message claims to be from."""
    properties: tuple[tuple[str, str], ...] = ()
    """OperationProperties: what else is known, names and values (rights given, rule script, flags)."""
    keys: tuple[str, ...] = ()
    """Keys under which the facts behind it are filed."""


class State(StrEnum):
    """What became of an observation."""

    RECORDED = "recorded"
    MERGED = "merged"
    """Part of another record (FolderBind of a day, binds of two minutes)."""
    DUPLICATE = "duplicate"
    """The same access again within the hour."""
    THROTTLED = "throttled"
    NOT_RECORDED = "not recorded"
    """The policy does not ask for it; `rule` says which part of it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an observation becomes a record, and why."""

    recorded: bool
    rule: str
    """The rule that decided, by its name in `audit.policy.rules` (organization-off, bypass, mailbox-type, cross-geo,
    managed-set, custom-set, group-set, licence, not-in-set ...)."""
    reason: str
    """The same in a sentence for people, naming the values that decided."""

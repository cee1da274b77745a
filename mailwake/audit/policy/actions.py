"""The actions of the mailbox audit log, in the order of Exchange's enumeration.

Get-Mailbox lists the values of AuditAdmin, AuditDelegate and AuditOwner in this order, not by the alphabet.
"""

from __future__ import annotations

from collections.abc import Iterable

ACTIONS: tuple[str, ...] = (
    *("Update", "Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete", "FolderBind", "SendAs"),
    *("SendOnBehalf", "MessageBind", "Create", "MailboxLogin", "UpdateFolderPermissions", "AddFolderPermissions"),
    *("ModifyFolderPermissions", "RemoveFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation"),
    *("RecordDelete", "ApplyRecord", "MailItemsAccessed", "Default", "UpdateComplianceTag", "Send"),
    "SearchQueryInitiated",
)
"""Every value that AuditAdmin, AuditDelegate and AuditOwner know, in the order of the enumeration."""

NEVER_LOGGED: dict[str, str] = {
    "AddFolderPermissions": "it is part of UpdateFolderPermissions",
    "ModifyFolderPermissions": "it is part of UpdateFolderPermissions",
    "RemoveFolderPermissions": "it is part of UpdateFolderPermissions",
    "Default": "it is a placeholder that stands for no action",
}
"""Values that are accepted and do nothing, with the reason."""

EVERYDAY_NAMES: dict[str, str] = {
    "Update": "Updated message",
    "Copy": "Copied messages to another folder",
    "Move": "Moved messages to another folder",
    "MoveToDeletedItems": "Moved messages to Deleted Items folder",
    "SoftDelete": "Deleted messages from Deleted Items folder",
    "HardDelete": "Purged messages from the mailbox",
    "FolderBind": "Accessed mailbox folder",
    "SendAs": "Sent message using Send As permissions",
    "SendOnBehalf": "Sent message using Send On Behalf permissions",
    "MessageBind": "Accessed message",
    "Create": "Created mailbox item",
    "MailboxLogin": "User signed in to mailbox",
    "UpdateFolderPermissions": "Modified folder permission",
    "AddFolderPermissions": "Added permissions to folder",
    "ModifyFolderPermissions": "Modified permissions of folder",
    "RemoveFolderPermissions": "Removed permissions from folder",
    "UpdateInboxRules": "Updated inbox rules",
    "UpdateCalendarDelegation": "Added or removed user with delegate access to calendar folder",
    "RecordDelete": "Deleted message labeled as a record",
    "ApplyRecord": "Labeled message as a record",
    "MailItemsAccessed": "Accessed mailbox items",
    "UpdateComplianceTag": "Applied another retention label",
    "Send": "Sent message",
    "SearchQueryInitiated": "Searched items in a mailbox",
}
"""What people call the actions."""

_PLACE = {action: place for place, action in enumerate(ACTIONS)}
_BY_FOLDED = {action.casefold(): action for action in ACTIONS}


def in_order(actions: Iterable[str]) -> list[str]:
    """The actions in the order of the enumeration; unknown ones last, by name."""
    return sorted(actions, key=lambda action: (_PLACE.get(action, len(ACTIONS)), action))


def spelled(text: str) -> str | None:
    """The action of that name in its own spelling, whatever the case; None when there is none."""
    return _BY_FOLDED.get(text.strip().casefold())

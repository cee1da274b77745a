"""A record as Search-MailboxAuditLog prints it: every property, in the order of the cmdlet's output and its CSV export.

Times are shown as they are asked for; lists are joined by a comma, as Exchange does in the `...List` properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from mailwake.audit import raw_record
from mailwake.audit.folders import leaf, shown
from mailwake.audit.model import Item
from mailwake.audit.record import AuditRecord, Identities, Origin

PROPERTIES: tuple[str, ...] = (
    *("Operation", "OperationResult", "LogonType", "ExternalAccess", "DestFolderId", "DestFolderPathName", "FolderId"),
    *("FolderPathName", "FolderName", "MemberRights", "MemberSid", "MemberUpn", "ClientInfoString", "ClientIPAddress"),
    *("ClientIP", "ClientMachineName", "ClientProcessName", "ClientVersion", "InternalLogonType", "MailboxOwnerUPN"),
    *("MailboxOwnerSid", "DestMailboxOwnerUPN", "DestMailboxOwnerSid", "DestMailboxGuid", "CrossMailboxOperation"),
    *("LogonUserDisplayName", "LogonUserSid", "SourceItems", "SourceFolders", "SourceItemIdsList"),
    *("SourceItemSubjectsList", "SourceItemAttachmentsList", "SourceItemFolderPathNamesList"),
    *("SourceFolderPathNamesList", "SourceItemInternetMessageIdsList", "ItemId", "ItemSubject", "ItemAttachments"),
    *("ItemInternetMessageId", "DirtyProperties", "OriginatingServer", "SessionId", "OperationProperties"),
    *("AuditOperationsCountInAggregatedRecord", "AggregatedRecordFoldersData", "AppId", "ClientAppId", "ItemIsRecord"),
    *("ItemComplianceLabel", "MailboxGuid", "MailboxResolvedOwnerName", "LastAccessed", "Identity", "IsValid"),
    "ObjectState",
)
"""Property names in their order."""

_NOTHING: dict[str, Any] = dict.fromkeys(PROPERTIES)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MANY = frozenset({"Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete", "RecordDelete"})
"""Actions on several items: what they concern stands in the Source... properties."""


def to_shell(record: AuditRecord, people: Identities, zone: tzinfo = UTC) -> dict[str, Any]:
    """The record's properties by name; None for those that do not apply or are not known."""
    act = record.observation
    found = _NOTHING.copy()
    found |= {
        "Operation": act.action,
        "OperationResult": act.result,
        "LogonType": str(act.logon_type),
        "ExternalAccess": False,
        "FolderPathName": shown(act.folder),
        "FolderName": leaf(act.folder),
        "ClientInfoString": act.client or None,
        "ClientIPAddress": act.client_ip or None,
        "InternalLogonType": "Owner",
        "CrossMailboxOperation": bool(act.dest_mailbox),
        "OriginatingServer": act.host or None,
        "SessionId": act.session or None,
        "LastAccessed": when(act.ts, zone),
        "Identity": record.guid,
        "IsValid": True,
        "ObjectState": "New",
    }
    found.update(_who(record, people))
    found.update(_items(record))
    found.update(_destination(record, people))
    found.update(_operation(record))
    if record.origin is Origin.IMPORTED:
        found |= _imported(record, found)
    return found


def when(ts: int, zone: tzinfo = UTC) -> str:
    """A time with its zone's offset, ISO 8601, microseconds kept when there are any."""
    at = _EPOCH + timedelta(microseconds=ts)
    return (at if zone is UTC else at.astimezone(zone)).isoformat()


def _who(record: AuditRecord, people: Identities) -> dict[str, Any]:
    act = record.observation
    box, actor = people.identity(act.mailbox), people.identity(act.actor)
    return {
        "MailboxOwnerUPN": box.upn or None,
        "MailboxOwnerSid": box.sid or None,
        "MailboxGuid": box.guid or None,
        "MailboxResolvedOwnerName": box.display_name or None,
        "LogonUserDisplayName": actor.display_name or None,
        "LogonUserSid": actor.sid or None,
    }


def item_id(item: Item, folder: str = "") -> str:
    """Id of an item: folder and UID as the mailbox server has them, or its Message-ID; "" when neither is known."""
    where = item.folder or folder
    return f"{where};UID={item.uid}" if item.uid else item.message_id


def _items(record: AuditRecord) -> dict[str, Any]:
    act = record.observation
    items = act.items
    if not items:
        return {}
    if act.action == "MailItemsAccessed":
        folders: dict[str, int] = {}
        for item in items:
            place = shown(item.folder or act.folder) or ""
            folders[place] = folders.get(place, 0) + 1
        return {
            "AuditOperationsCountInAggregatedRecord": record.count,
            "AggregatedRecordFoldersData": _joined([f"{folder}: {count}" for folder, count in folders.items()]),
            "SourceItemInternetMessageIdsList": _joined([item.message_id for item in items]),
        }
    if act.action not in _MANY and len(items) == 1:
        item = items[0]
        return {
            "ItemId": item_id(item, act.folder) or None,
            "ItemSubject": item.subject,
            "ItemInternetMessageId": item.message_id or None,
        }
    places = [shown(item.folder or act.folder) or "" for item in items]
    return {
        "SourceItems": [item_id(item, act.folder) for item in items],
        "SourceFolders": list(dict.fromkeys(places)),
        "SourceItemIdsList": _joined([item_id(item, act.folder) for item in items]),
        "SourceItemSubjectsList": _joined([item.subject or "" for item in items]),
        "SourceItemFolderPathNamesList": _joined(places),
        "SourceFolderPathNamesList": _joined(dict.fromkeys(places)),
        "SourceItemInternetMessageIdsList": _joined([item.message_id for item in items]),
    }


def _joined(texts: Iterable[str]) -> str | None:
    return ", ".join([text for text in texts if text]) or None


def _destination(record: AuditRecord, people: Identities) -> dict[str, Any]:
    act = record.observation
    found: dict[str, Any] = {"DestFolderPathName": shown(act.dest_folder)}
    if act.dest_mailbox:
        there = people.identity(act.dest_mailbox)
        found |= {
            "DestMailboxOwnerUPN": there.upn or None,
            "DestMailboxOwnerSid": there.sid or None,
            "DestMailboxGuid": there.guid or None,
        }
    return found


def _operation(record: AuditRecord) -> dict[str, Any]:
    act = record.observation
    properties = operation_properties(record)
    known = dict(act.properties)
    return {
        "OperationProperties": _joined([f"{name}:{value}" for name, value in properties.items()]),
        "MemberRights": known.get("MemberRights"),
        "MemberUpn": known.get("MemberUpn"),
        "DirtyProperties": known.get("DirtyProperties"),
    }


_NOT_SHOWN = frozenset({"MemberRights", "MemberUpn", "DirtyProperties"})
"""What has a property of its own."""


def operation_properties(record: AuditRecord) -> dict[str, str]:
    """OperationProperties: how mail was accessed, whether throttling set in, and what else the server said."""
    act = record.observation
    found: dict[str, str] = {}
    if act.action == "MailItemsAccessed":
        found = {"MailAccessType": act.access or "Bind", "IsThrottled": str(record.throttled)}
    return found | {name: value for name, value in act.properties if name not in _NOT_SHOWN and name not in found}


def _imported(record: AuditRecord, found: Mapping[str, Any]) -> dict[str, Any]:
    """What an imported record says itself, under the names of Search-MailboxAuditLog."""
    original = raw_record.loads(record.raw)
    same = {name: original[name] for name in PROPERTIES if name in original and name != "LastAccessed"}
    renamed = {"OperationResult": original.get("ResultStatus"), "ClientIPAddress": original.get("ClientIP")}
    return {
        name: value
        for name, value in (renamed | same).items()
        if value not in (None, "") and not (name in ("LogonType", "InternalLogonType") and isinstance(value, int))
    }

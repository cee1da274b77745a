"""A record as the Office 365 Management Activity API gives it: common schema, and the schemas of mailbox records.

Source: Office 365 Management Activity API schema (common and Exchange mailbox schema). CreationTime is UTC and bears
no zone. Members that do not apply or are not known are left out. An imported record is given as it came.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwake.audit import raw_record
from mailwake.audit.folders import shown
from mailwake.audit.model import Item, LogonType
from mailwake.audit.record import (
    EXCHANGE_ADMIN,
    EXCHANGE_ITEM_AGGREGATED,
    EXCHANGE_ITEM_GROUP,
    AuditRecord,
    Identities,
    Organization,
    Origin,
)
from mailwake.audit.record_shell import operation_properties

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOGON_TYPES = {LogonType.OWNER: 0, LogonType.ADMIN: 1, LogonType.DELEGATE: 2}
"""Numbers of LogonType."""
_REGULAR, _ADMIN = 0, 2
"""UserType."""


def to_api(record: AuditRecord, people: Identities, organization: Organization) -> dict[str, Any]:
    """The record as a JSON object."""
    if record.origin is Origin.IMPORTED:
        return imported(record)
    found = _common(record, people, organization)
    if record.record_type == EXCHANGE_ADMIN:
        return _present(found | _admin(record))
    found |= _mailbox(record, people, organization)
    if record.record_type == EXCHANGE_ITEM_AGGREGATED:
        found |= _aggregated(record)
    elif record.record_type == EXCHANGE_ITEM_GROUP:
        found |= _grouped(record, people)
    else:
        found |= _single(record, people)
    return _present(found)


def imported(record: AuditRecord) -> dict[str, Any]:
    """An imported record with all its members; of a table's row that holds one, the record in it."""
    original = raw_record.loads(record.raw)
    inner = original.get("AuditData")
    if isinstance(inner, str) and inner.strip():
        return raw_record.loads(inner) or original
    return original


def creation_time(ts: int) -> str:
    """A time as CreationTime, UTC, seconds."""
    return (_EPOCH + timedelta(microseconds=ts)).strftime("%Y-%m-%dT%H:%M:%S")


def _present(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _common(record: AuditRecord, people: Identities, organization: Organization) -> dict[str, Any]:
    act = record.observation
    actor = people.identity(act.actor)
    succeeded = act.result
    if record.record_type == EXCHANGE_ADMIN:
        succeeded = str(act.result == "Succeeded")
    return {
        "CreationTime": creation_time(act.ts),
        "Id": record.guid,
        "Operation": act.action,
        "OrganizationId": organization.guid,
        "RecordType": record.record_type,
        "ResultStatus": succeeded,
        "UserKey": actor.guid or act.actor or "Not Available",
        "UserType": _ADMIN if act.logon_type is LogonType.ADMIN else _REGULAR,
        "Version": 1,
        "Workload": "Exchange",
        "ClientIP": act.client_ip,
        "UserId": actor.upn or act.actor or "Not Available",
    }


def _admin(record: AuditRecord) -> dict[str, Any]:
    act = record.observation
    return {
        "ObjectId": act.mailbox,
        "ExternalAccess": False,
        "OriginatingServer": act.host,
        "Parameters": [{"Name": name, "Value": value} for name, value in act.properties],
        **raw_record.loads(record.raw),
    }


def _mailbox(record: AuditRecord, people: Identities, organization: Organization) -> dict[str, Any]:
    act = record.observation
    box, actor = people.identity(act.mailbox), people.identity(act.actor)
    properties = [{"Name": name, "Value": value} for name, value in operation_properties(record).items()]
    return {
        "ClientIPAddress": act.client_ip,
        "ClientInfoString": act.client,
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": LOGON_TYPES[act.logon_type],
        "LogonUserSid": actor.sid,
        "LogonUserDisplayName": actor.display_name,
        "MailboxGuid": box.guid,
        "MailboxOwnerSid": box.sid,
        "MailboxOwnerUPN": box.upn,
        "OperationProperties": properties or None,
        "OrganizationName": organization.name,
        "OriginatingServer": act.host,
        "SessionId": act.session,
    }


def folder_of(path: str) -> dict[str, Any] | None:
    """ExchangeFolder of a path; None for no folder. The Id is made of the path, as servers here have no other."""
    if not path:
        return None
    return {"Id": _opaque(path), "Path": shown(path)}


def _opaque(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _item(item: Item, folder: str) -> dict[str, Any]:
    """ExchangeItem."""
    where = item.folder or folder
    return _present(
        {
            "Id": _opaque(f"{where};{item.uid}" if item.uid else item.message_id or where),
            "InternetMessageId": item.message_id,
            "Subject": item.subject,
            "ParentFolder": folder_of(where),
            "SizeInBytes": item.size or None,
        }
    )


def _aggregated(record: AuditRecord) -> dict[str, Any]:
    act = record.observation
    folders: dict[str, list[dict[str, Any]]] = {}
    for item in act.items:
        entry = {"InternetMessageId": item.message_id, "Subject": item.subject, "SizeInBytes": item.size or None}
        if not item.message_id:
            entry["Id"] = _opaque(f"{item.folder or act.folder};{item.uid}")
        folders.setdefault(item.folder or act.folder, []).append(_present(entry))
    if not act.items and act.folder:
        folders[act.folder] = []
    shown_folders = [(folder_of(path) or {}) | {"FolderItems": items} for path, items in folders.items()]
    return {"Folders": shown_folders or None, "OperationCount": record.count}


def _grouped(record: AuditRecord, people: Identities) -> dict[str, Any]:
    act = record.observation
    found: dict[str, Any] = {
        "AffectedItems": [_item(item, act.folder) for item in act.items],
        "CrossMailboxOperation": bool(act.dest_mailbox),
        "Folder": folder_of(act.folder),
        "DestFolder": folder_of(act.dest_folder),
    }
    if act.dest_mailbox:
        there = people.identity(act.dest_mailbox)
        found |= {
            "DestMailboxId": there.guid,
            "DestMailboxOwnerUPN": there.upn,
            "DestMailboxOwnerSid": there.sid,
        }
    return found


def _single(record: AuditRecord, people: Identities) -> dict[str, Any]:
    act = record.observation
    found: dict[str, Any] = {}
    if act.items:
        found["Item"] = _item(act.items[0], act.folder)
    elif act.folder:
        found["Item"] = {"Id": _opaque(act.folder), "ParentFolder": _folder_with_member(record)}
    if act.on_behalf_of:
        who = people.identity(act.on_behalf_of)
        word = "SendAsUser" if act.action == "SendAs" else "SendOnBehalfOfUser"
        found |= {f"{word}Smtp": act.on_behalf_of, f"{word}MailboxGuid": who.guid}
    dirty = dict(act.properties).get("DirtyProperties")
    if dirty:
        found["ModifiedProperties"] = [name.strip() for name in dirty.split(",")]
    return found


def _folder_with_member(record: AuditRecord) -> dict[str, Any]:
    """ExchangeFolder with the permission that was changed on it."""
    known = dict(record.observation.properties)
    rights = {name: known[name] for name in ("MemberRights", "MemberUpn", "MemberSid") if name in known}
    return (folder_of(record.observation.folder) or {}) | rights

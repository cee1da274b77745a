"""SearchResult.xml: records of a mailbox audit log search, or of an administrator audit log search, as XML 1.0.

One `Event` for each record, data as attributes, items as children (Exchange: "Export mailbox audit logs", "Search the
administrator audit log"). Written piece by piece, so a result of any size fits. What XML 1.0 cannot hold (control
characters) is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from xml.sax.saxutils import quoteattr

from mailwake.audit.folders import shown
from mailwake.audit.record import AuditRecord, Identities, Origin
from mailwake.audit.record_shell import item_id, to_shell

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<SearchResults>\n'
_TAIL = "</SearchResults>\n"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    ("MailboxGuid", "MailboxGuid"),
    ("Owner", "MailboxResolvedOwnerName"),
    ("LastAccessed", "LastAccessed"),
    ("Operation", "Operation"),
    ("OperationResult", "OperationResult"),
    ("LogonType", "LogonType"),
    ("FolderId", "FolderId"),
    ("FolderPathName", "FolderPathName"),
    ("DestFolderId", "DestFolderId"),
    ("DestFolderPathName", "DestFolderPathName"),
    ("ClientInfoString", "ClientInfoString"),
    ("ClientIPAddress", "ClientIPAddress"),
    ("InternalLogonType", "InternalLogonType"),
    ("MailboxOwnerUPN", "MailboxOwnerUPN"),
    ("MailboxOwnerSid", "MailboxOwnerSid"),
    ("CrossMailboxOperation", "CrossMailboxOperation"),
    ("LogonUserDN", "LogonUserDisplayName"),
    ("LogonUserSid", "LogonUserSid"),
)
"""Attribute of `Event`, and the property of Search-MailboxAuditLog that it shows."""


def mailbox_result(records: Iterable[AuditRecord], people: Identities, zone: tzinfo = UTC) -> Iterator[str]:
    """SearchResult.xml of a mailbox audit log search, in pieces."""
    yield _HEAD
    for record in records:
        yield _event(record, people, zone)
    yield _TAIL


def admin_result(records: Iterable[AuditRecord], zone: tzinfo = UTC) -> Iterator[str]:
    """SearchResult.xml of an administrator audit log search, in pieces."""
    yield _HEAD
    for record in records:
        yield _admin_event(record, zone)
    yield _TAIL


def local_time(ts: int, zone: tzinfo) -> str:
    """A time as LastAccessed has it: local with offset, six digits of fraction."""
    return (_EPOCH + timedelta(microseconds=ts)).astimezone(zone).isoformat(timespec="microseconds")


def _attributes(pairs: Iterable[tuple[str, object]]) -> str:
    """Attributes with values that are known."""
    found = []
    for name, value in pairs:
        if value is None or value == "":
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found.append(f"{name}={quoteattr(_clean(text))}")
    return " ".join(found)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _event(record: AuditRecord, people: Identities, zone: tzinfo) -> str:
    act = record.observation
    known = to_shell(record, people, zone)
    known["LastAccessed"] = local_time(act.ts, zone)
    if dict(act.properties).get("ExternalAccess", "").lower() == "true" and record.origin is Origin.IMPORTED:
        known["LogonType"] = "External"
    head = _attributes((name, known[source]) for name, source in _ATTRIBUTES)
    if not act.items:
        return f"  <Event {head} />\n"
    lines = [f"  <Event {head}>", "    <SourceItems>"]
    for item in act.items:
        folder = item.folder or act.folder
        path = shown(folder) or known["FolderPathName"]
        attributes = _attributes(
            [
                ("Id", item_id(item, act.folder)),
                ("Subject", item.subject),
                ("InternetMessageId", item.message_id),
                ("FolderPathName", path),
            ]
        )
        lines.append(f"      <Item {attributes} />")
    return "\n".join([*lines, "    </SourceItems>", "  </Event>", ""])


def _admin_event(record: AuditRecord, zone: tzinfo) -> str:
    act = record.observation
    head = _attributes(
        [
            ("Caller", act.actor),
            ("Cmdlet", act.action),
            ("ObjectModified", act.mailbox),
            ("RunDate", local_time(act.ts, zone)),
            ("Succeeded", act.result == "Succeeded"),
            ("Error", dict(act.properties).get("Error", "None")),
            ("OriginatingServer", act.host),
        ]
    )
    parameters = [(name, value) for name, value in act.properties if name != "Error"]
    modified = _modified(record)
    if not parameters and not modified:
        return f"  <Event {head} />\n"
    lines = [f"  <Event {head}>"]
    if parameters:
        told = [f"      <Parameter {_attributes([('Name', name), ('Value', value)])} />" for name, value in parameters]
        lines += ["    <CmdletParameters>", *told, "    </CmdletParameters>"]
    if modified:
        told = [f"      <Property {_attributes((name, one.get(name)) for name in _MODIFIED)} />" for one in modified]
        lines += ["    <ModifiedProperties>", *told, "    </ModifiedProperties>"]
    return "\n".join([*lines, "  </Event>", ""])


_MODIFIED = ("Name", "OldValue", "NewValue")


def _modified(record: AuditRecord) -> list[dict[str, str]]:
    """What a change of a setting made of what, as the record of it keeps that."""
    kept = json.loads(record.raw).get("ModifiedProperties") if record.raw else None
    return [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []

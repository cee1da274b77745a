"""What imported records say, field by field (Office 365 Management Activity API schema; Search-MailboxAuditLog).

Values of a shape that the schema does not have are passed over: the record itself is kept whole in any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from mailwake.audit.model import Item, LogonType
from mailwake.audit.record import EXCHANGE_ITEM, MAILBOX_TYPES, RECORD_TYPES, record_type

_LOGON = {
    **{"0": LogonType.OWNER, "1": LogonType.ADMIN, "2": LogonType.DELEGATE, "6": LogonType.ADMIN},
    **{"owner": LogonType.OWNER, "admin": LogonType.ADMIN, "delegate": LogonType.DELEGATE},
    **{"delegated": LogonType.DELEGATE, "delegatedadmin": LogonType.ADMIN, "external": LogonType.ADMIN},
}
"""LogonType by number or word; Transport, SystemService and BestAccess are none of the three."""
_RESULTS = {"true": "Succeeded", "false": "Failed", "success": "Succeeded", "failure": "Failed"}
_TYPE_BY_NAME = {name.casefold(): number for number, name in RECORD_TYPES.items()}
_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?\Z|([\d.]+):\d+\Z")


@dataclass(slots=True)
class Known:
    """Fields in the terms of an observation."""

    action: str = ""
    actor: str = ""
    mailbox: str = ""
    logon_type: LogonType | None = None
    record_type: int = EXCHANGE_ITEM
    result: str = ""
    folder: str = ""
    dest_folder: str = ""
    dest_mailbox: str = ""
    items: tuple[Item, ...] = ()
    client_ip: str = ""
    client: str = ""
    session: str = ""
    host: str = ""
    access: str = ""
    on_behalf_of: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    count: int = 1
    throttled: bool = False


def from_unified(record: dict[str, Any]) -> Known:
    """A record of the unified audit log, or a row of its export without one."""
    kind = _number(record.get("RecordType"))
    properties = dict(_pairs(record.get("OperationProperties")))
    if record.get("ExternalAccess") is not None:
        properties["ExternalAccess"] = _text(record["ExternalAccess"])
    properties |= _pairs(record.get("Parameters"))
    items = _items(record)
    mailbox = _text(record.get("MailboxOwnerUPN"))
    if not mailbox and kind in MAILBOX_TYPES:
        mailbox = _text(record.get("MailboxGuid")) or _text(record.get("UserId"))
    return Known(
        action=_text(record.get("Operation") or record.get("Operations")),
        actor=_text(record.get("UserId") or record.get("UserIds")),
        mailbox=mailbox,
        logon_type=_LOGON.get(_text(record.get("LogonType")).casefold()),
        record_type=kind,
        result=_result(_text(record.get("ResultStatus"))),
        folder=_path(record.get("Folder")) or _path(_inside(record.get("Item"), "ParentFolder")),
        dest_folder=_path(record.get("DestFolder")),
        dest_mailbox=_text(record.get("DestMailboxOwnerUPN")),
        items=items,
        client_ip=ip(_text(record.get("ClientIP") or record.get("ClientIPAddress") or record.get("ActorIpAddress"))),
        client=_text(record.get("ClientInfoString") or record.get("UserAgent")),
        session=_text(record.get("SessionId") or _inside(record.get("AppAccessContext"), "AADSessionId")),
        host=_text(record.get("OriginatingServer")).strip(),
        access=properties.get("MailAccessType", ""),
        on_behalf_of=_text(record.get("SendAsUserSmtp") or record.get("SendOnBehalfOfUserSmtp")),
        properties=tuple(properties.items()),
        count=_count(record.get("OperationCount"), len(items)),
        throttled=properties.get("IsThrottled", "").casefold() == "true",
    )


def from_mailbox_log(record: dict[str, Any]) -> Known:
    """A record of the mailbox audit log: an Event of SearchResult.xml, or a row of Search-MailboxAuditLog."""
    kind = _LOGON.get(_text(record.get("LogonType")).casefold())
    owner = _text(record.get("MailboxOwnerUPN") or record.get("MailboxResolvedOwnerName") or record.get("Owner"))
    actor = _text(record.get("LogonUserDisplayName") or record.get("LogonUserDN") or record.get("LogonUserSid"))
    properties = dict(_colons(_text(record.get("OperationProperties"))))
    external = _text(record.get("ExternalAccess")) or str(_text(record.get("LogonType")).casefold() == "external")
    properties["ExternalAccess"] = external
    action = _text(record.get("Operation"))
    items = _mailbox_items(record)
    return Known(
        action=action,
        actor=owner if kind is LogonType.OWNER and not actor else actor,
        mailbox=owner or _text(record.get("MailboxGuid")),
        logon_type=kind,
        record_type=record_type(action),
        result=_result(_text(record.get("OperationResult"))),
        folder=_text(record.get("FolderPathName")),
        dest_folder=_text(record.get("DestFolderPathName")),
        dest_mailbox=_text(record.get("DestMailboxOwnerUPN")),
        items=items,
        client_ip=ip(_text(record.get("ClientIPAddress") or record.get("ClientIP"))),
        client=_text(record.get("ClientInfoString")),
        session=_text(record.get("SessionId")),
        host=_text(record.get("OriginatingServer")).strip(),
        access=properties.get("MailAccessType", ""),
        properties=tuple(properties.items()),
        count=_count(record.get("AuditOperationsCountInAggregatedRecord"), len(items)),
        throttled=properties.get("IsThrottled", "").casefold() == "true",
    )


def ip(text: str) -> str:
    """A client's address without port, brackets and the prefix of a mapped one; "" for what is no address."""
    text = text.strip()
    match = _PORT.match(text)
    if match is not None:
        text = match[1] or match[2]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


# -- parts ------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    return ""


def _result(text: str) -> str:
    return _RESULTS.get(text.casefold(), text or "Succeeded")


def _number(value: Any) -> int:
    """RecordType as a number: it is a word in the columns of some exports. 0, which is none of Microsoft's, when it is
    neither, or more than two bytes hold."""
    if isinstance(value, int):
        number = int(value)  # true is one, too
    else:
        text = _text(value).strip()
        number = int(text) if text.isdecimal() and len(text) < 10 else _TYPE_BY_NAME.get(text.casefold(), 0)
    return number if 0 < number < 1 << 16 else 0


def _count(value: Any, items: int) -> int:
    text = _text(value).strip()
    return int(text) if text.isdecimal() and 0 < len(text) < 10 else max(items, 1)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _inside(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _path(folder: Any) -> str:
    return _text(_inside(folder, "Path") or _inside(folder, "Name"))


def _pairs(value: Any) -> list[tuple[str, str]]:
    """Name and value of a list of such objects."""
    return [(_text(one.get("Name")), _text(one.get("Value"))) for one in _dicts(value) if one.get("Name")]


def _colons(text: str) -> list[tuple[str, str]]:
    """`MailAccessType:Bind, IsThrottled:True`."""
    parts = (part.partition(":") for part in re.split(r"[,;]\s*", text) if ":" in part)
    return [(name.strip(), value.strip()) for name, _, value in parts]


def _items(record: dict[str, Any]) -> tuple[Item, ...]:
    found = [_item(one) for one in _dicts(record.get("AffectedItems"))]
    single = record.get("Item")
    if isinstance(single, dict):
        found.append(_item(single))
    for folder in _dicts(record.get("Folders")):
        found += (_item(one, _path(folder)) for one in _dicts(folder.get("FolderItems")))
    return tuple(item for item in found if item != Item())


def _item(one: dict[str, Any], folder: str = "") -> Item:
    subject = one.get("Subject")
    size = one.get("SizeInBytes")
    return Item(
        folder=folder or _path(one.get("ParentFolder")),
        message_id=_text(one.get("InternetMessageId")),
        subject=subject if isinstance(subject, str) else None,
        size=size if isinstance(size, int) and 0 <= size < 1 << 62 else 0,
    )


def _mailbox_items(record: dict[str, Any]) -> tuple[Item, ...]:
    source = record.get("SourceItems")
    found = [_source_item(one) for one in _dicts(source)]
    if isinstance(source, dict):
        found += [_source_item(one) for one in _dicts(source.get("Item"))]
    if not found:
        found = _listed(record)
    subject, message_id = record.get("ItemSubject"), _text(record.get("ItemInternetMessageId"))
    if not found and (subject or message_id):
        found = [Item(folder=_text(record.get("FolderPathName")), message_id=message_id, subject=_text(subject))]
    return tuple(found)


def _source_item(one: dict[str, Any]) -> Item:
    subject = one.get("Subject") or one.get("SourceItemSubject")
    folder = _text(one.get("FolderPathName") or one.get("SourceItemFolderPathName"))
    message_id = _text(one.get("InternetMessageId") or one.get("SourceItemInternetMessageId"))
    return Item(folder=folder, message_id=message_id, subject=subject if isinstance(subject, str) else None)


def _listed(record: dict[str, Any]) -> list[Item]:
    """Items of the `...List` columns; subjects may hold commas, so they are taken apart only when their number fits."""
    ids = _split(record.get("SourceItemInternetMessageIdsList"))
    folders = _split(record.get("SourceItemFolderPathNamesList"))
    text = _text(record.get("SourceItemSubjectsList"))
    subjects = _split(text)
    count = max(len(ids), len(folders), 1 if text else 0)
    if len(subjects) != count:
        subjects = [text] if count == 1 else []
    return [
        Item(
            folder=folders[place] if place < len(folders) else _text(record.get("FolderPathName")),
            message_id=ids[place] if place < len(ids) else "",
            subject=subjects[place] if place < len(subjects) else None,
        )
        for place in range(count)
    ]


def _split(value: Any) -> list[str]:
    return [part.strip() for part in _text(value).split(",") if part.strip()]

"""Records as they are printed: every property in its order, the schemas of the activity API, well-formed XML."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone
from xml.etree import ElementTree

import pytest
from policy.acts import START

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.record import (
    AuditRecord,
    Identity,
    Organization,
    Origin,
    record_type,
    type_name,
    unknown,
)
from mailwake.audit.record_api import to_api
from mailwake.audit.record_shell import PROPERTIES, to_shell
from mailwake.audit.record_xml import admin_result, mailbox_result

OURS = Organization("example.org", "8c1f5c1e-6a55-4d7e-8f0a-9f4f5b1a2c3d")
ZONE = timezone(timedelta(hours=1))


class People:
    """Rosa is known, with a SID; others are not."""

    def identity(self, name: str) -> Identity:
        if name == "rosa":
            return Identity(name, "0f6c6a52-6f0e-4c6e-9a1c-0d8b6f1f2a10", "rosa@example.org", "Rosa Ek", "S-1-5-21-1")
        return unknown(name)


def record(action: str, *items: Item, **more: object) -> AuditRecord:
    values: dict[str, object] = {"folder": "INBOX", "client_ip": "203.0.113.7", "client": "Client=IMAP", "host": "mx1"}
    act = Observation("1" * 32, START, action, "ola@example.org", "rosa", LogonType.DELEGATE, **(values | more))  # type: ignore[arg-type]
    return AuditRecord("1" * 32, replace(act, items=items), "managed-set", record_type=record_type(action))


ITEM = Item(folder="INBOX", uid=7, message_id="<a1@example.org>", subject='Offer "17" & <more>', size=3476)
OTHER = Item(folder="INBOX/Sub", uid=8, message_id="<a2@example.org>", subject="Rest")


def test_every_property_in_its_order() -> None:
    assert list(to_shell(record("HardDelete", ITEM), People())) == list(PROPERTIES)
    assert PROPERTIES[0] == "Operation" and PROPERTIES[-4:] == ("LastAccessed", "Identity", "IsValid", "ObjectState")


def test_single_and_several_items() -> None:
    one = to_shell(record("Update", ITEM), People())
    assert (one["ItemSubject"], one["ItemInternetMessageId"], one["SourceItems"]) == (
        ITEM.subject,
        ITEM.message_id,
        None,
    )
    many = to_shell(record("HardDelete", ITEM, OTHER), People())
    assert many["SourceItemFolderPathNamesList"] == "\\Inbox, \\Inbox\\Sub"
    assert many["SourceItemInternetMessageIdsList"] == "<a1@example.org>, <a2@example.org>"
    assert many["ItemId"] is None and len(many["SourceItems"]) == 2
    assert (many["MailboxOwnerUPN"], many["MailboxOwnerSid"], many["LogonUserDisplayName"]) == (
        *("rosa@example.org", "S-1-5-21-1", "ola@example.org"),
    )


def test_access_is_aggregated() -> None:
    merged = replace(record("MailItemsAccessed", ITEM, OTHER, access="Bind"), count=2, throttled=True)
    shell = to_shell(merged, People())
    assert shell["OperationProperties"] == "MailAccessType:Bind, IsThrottled:True"
    assert shell["AggregatedRecordFoldersData"] == "\\Inbox: 1, \\Inbox\\Sub: 1"
    api = to_api(merged, People(), OURS)
    assert (api["RecordType"], api["OperationCount"], api["LogonType"]) == (50, 2, 2)
    assert [(one["Path"], [item["InternetMessageId"] for item in one["FolderItems"]]) for one in api["Folders"]] == [
        ("\\Inbox", ["<a1@example.org>"]),
        ("\\Inbox\\Sub", ["<a2@example.org>"]),
    ]
    assert {"Name": "IsThrottled", "Value": "True"} in api["OperationProperties"]


COMMON = {
    "CreationTime",
    "Id",
    "Operation",
    "OrganizationId",
    "RecordType",
    "UserType",
    "UserKey",
    "Workload",
    "UserId",
}


@pytest.mark.parametrize(
    ("action", "kind", "member"),
    [("MoveToDeletedItems", 3, "AffectedItems"), ("Update", 2, "Item"), ("SendAs", 2, "SendAsUserSmtp")],
)
def test_schemas_of_the_activity_api(action: str, kind: int, member: str) -> None:
    more: dict[str, object] = {"on_behalf_of": "rosa"} if action == "SendAs" else {"dest_folder": "Trash"}
    api = to_api(record(action, ITEM, **more), People(), OURS)
    assert set(api) >= COMMON
    assert (api["RecordType"], api["CreationTime"], api["Version"]) == (kind, "2026-10-14T17:46:40", 1)
    assert {"LogonType", "InternalLogonType", "ExternalAccess", "MailboxOwnerUPN", member} <= set(api)
    assert all(value not in (None, "") for value in api.values())
    assert json.loads(json.dumps(api)) == api
    if kind == 3:
        assert (api["Folder"]["Path"], api["DestFolder"]["Path"]) == ("\\Inbox", "\\Trash")
        assert api["CrossMailboxOperation"] is False


def test_search_result_is_well_formed() -> None:
    rough = replace(ITEM, subject="a\x00b\x1f\ud800é")
    text = "".join(mailbox_result([record("HardDelete", ITEM, rough), record("FolderBind")], People(), ZONE))
    root = ElementTree.fromstring(text.encode())
    assert (root.tag, [event.tag for event in root]) == ("SearchResults", ["Event", "Event"])
    event = root[0]
    assert event.get("LastAccessed") == "2026-10-14T18:46:40.000000+01:00"
    assert event.get("CrossMailboxOperation") == "false"
    assert [item.get("Subject") for item in event.iter("Item")] == [ITEM.subject, "abé"]
    assert {item.get("FolderPathName") for item in event.iter("Item")} == {"\\Inbox"}


def test_search_result_of_administrators() -> None:
    admin = record("Set-Mailbox", properties=(("AuditOwner", "+Move;-Update"),), result="Succeeded")
    root = ElementTree.fromstring("".join(admin_result([admin], ZONE)))
    assert (root[0].get("Cmdlet"), root[0].get("Caller"), root[0].get("Succeeded")) == (
        *("Set-Mailbox", "ola@example.org", "true"),
    )
    assert root[0][0][0].attrib == {"Name": "AuditOwner", "Value": "+Move;-Update"}


def test_ids_are_always_the_same() -> None:
    assert record("Update").guid == "11111111-1111-1111-1111-111111111111"
    assert unknown("Ola@example.org").guid == unknown("ola@EXAMPLE.org").guid != unknown("eva").guid
    assert type_name(50) == "ExchangeItemAggregated" and type_name(4711) == "4711"


def test_an_imported_record_is_given_as_it_came() -> None:
    raw = '{"Id":"x","Operation":"HardDelete","Unheard":{"of":[1]}}'
    found = replace(record("HardDelete"), origin=Origin.IMPORTED, raw=raw)
    assert to_api(found, People(), OURS) == json.loads(raw)

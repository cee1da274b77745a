"""Exports of audit records, from the file to the record: every form, duplicates, damage."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailwake.audit.imported import doubles, id_of, record_of
from mailwake.audit.imported_fields import ip
from mailwake.audit.model import LogonType
from mailwake.audit.record import AuditRecord, Origin
from mailwake.ingest.facts import FactReader

MOVE: dict[str, Any] = {
    "CreationTime": "2026-11-20T08:20:11",
    "Id": "1c0a2b6e-5f7d-4a8f-8d33-3e9d1b2c4f50",
    "Operation": "MoveToDeletedItems",
    "OrganizationId": "8c1f5c1e-6a55-4d7e-8f0a-9f4f5b1a2c3d",
    "RecordType": 3,
    "ResultStatus": "Succeeded",
    "UserId": "ola@example.org",
    "Workload": "Exchange",
    "ClientIP": "203.0.113.7:50123",
    "LogonType": 2,
    "MailboxOwnerUPN": "rosa@example.org",
    "AffectedItems": [
        {"Id": "RgAAAA77", "InternetMessageId": "<a1@example.org>", "Subject": 'Offer, "17"'},
    ],
    "Folder": {"Id": "LgAAAA01", "Path": "\\Inbox"},
    "DestFolder": {"Id": "LgAAAA09", "Path": "\\Deleted Items"},
    "Unheard": {"of": [1, 2, {"x": None}]},
}
ACCESS: dict[str, Any] = {
    **{"CreationTime": "2026-11-20T08:14:03", "Id": "6f2f4a3e-0c57-4a0e-9c55-2f6a3d0f7b11", "RecordType": 50},
    **{"Operation": "MailItemsAccessed", "UserId": "ola@example.org", "LogonType": 2, "OperationCount": 2},
    **{"MailboxOwnerUPN": "rosa@example.org", "Workload": "Exchange", "OrganizationId": "8c1f5c1e"},
    "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "True"}],
    "Folders": [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": f"<a{n}@example.org>"} for n in (1, 2)]}],
}


def read(path: Path) -> tuple[list[AuditRecord], FactReader]:
    reader = FactReader(path, zone="Europe/Berlin")
    facts = [fact for batch in reader for fact in batch.facts]
    return [record_of(fact) for fact in facts if fact.kind == "audited"], reader


def purview(*records: Any) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits"]
    )
    for one in records:
        told = one if isinstance(one, dict) else MOVE
        text = json.dumps(one) if isinstance(one, dict) else one
        rows.writerow(
            [told["Id"], "11/20/2026 8:20:11 AM", told["RecordType"], told["Operation"], told["UserId"], text, ""]
        )
    return out.getvalue()


def powershell(*records: dict[str, Any]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(["PSComputerName", "RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex"])
    for number, one in enumerate(records, 1):
        kind, user = "ExchangeItemGroup", one["UserId"]
        rows.writerow(["x", kind, "11/20/2026 8:20:11 AM", user, one["Operation"], json.dumps(one), number])
    return "#TYPE Selected.System.Management.Automation.PSCustomObject\n" + out.getvalue()


def spelled(*columns: str, text: Callable[[dict[str, Any]], str] = json.dumps, before: str = "") -> str:
    """A table with columns of one's own; the last one has the record."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(columns)
    for one in (MOVE, ACCESS):
        rows.writerow([*("x" * len(columns[:-1])), text(one)])
    return before + out.getvalue()


def twice(one: Any) -> str:
    """JSON within JSON."""
    return json.dumps(json.dumps(one))


FORMS = {
    "lower.csv": spelled("creationdate", "userids", "operations", "auditdata"),
    "blanks.csv": spelled("Creation Date", "User", "Activity", "Audit Data"),
    "graph.csv": spelled("id", "createdDateTime", "operation", "userPrincipalName", "auditData"),
    "twice.csv": spelled("CreationDate", "AuditData", text=twice),
    "indented.csv": spelled("CreationDate", "AuditData", text=lambda one: "\n" + json.dumps(one, indent=2)),
    "excel.csv": spelled("CreationDate", "AuditData", before="sep=,\r\n"),
    "texts.json": json.dumps([json.dumps(MOVE), json.dumps(ACCESS)]),
    "lists.json": json.dumps([[MOVE], [ACCESS]]),
    "objects.json": json.dumps(
        [{"CreationDate": "/Date(1795162811000)/", "AuditData": twice(r)} for r in (MOVE, ACCESS)]
    ),
    "shipped.json": "\n".join(json.dumps({"event": {"original": json.dumps(r)}}) for r in (MOVE, ACCESS)),
    "purview.csv": purview(MOVE, ACCESS),
    "powershell.csv": powershell(MOVE, ACCESS),
    "list.json": json.dumps([MOVE, ACCESS]),
    "pretty.json": json.dumps([MOVE, ACCESS], indent=2),
    "lines.json": json.dumps(MOVE) + "\n" + json.dumps(ACCESS) + "\n",
    "page.json": json.dumps({"value": [{"id": "1", "auditData": MOVE}, {"id": "2", "auditData": ACCESS}]}),
    "reordered.json": json.dumps([dict(reversed(MOVE.items())), ACCESS]),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_form_gives_the_same_records(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_text(FORMS[name], encoding=encoding)
    records, _ = read(path)
    (tmp_path / "plain.json").write_text(FORMS["list.json"])
    plain, _ = read(tmp_path / "plain.json")
    assert [record.id for record in records] == [record.id for record in plain]
    assert [json.loads(record.raw) for record in records] == [MOVE, ACCESS], "all fields are kept"
    assert [id_of(record) for record in records] == [MOVE["Id"], ACCESS["Id"]]
    moved, accessed = (record.observation for record in records)
    assert (moved.actor, moved.mailbox, moved.logon_type) == ("ola@example.org", "rosa@example.org", LogonType.DELEGATE)
    assert (moved.folder, moved.dest_folder, moved.client_ip) == ("\\Inbox", "\\Deleted Items", "203.0.113.7")
    assert [(item.message_id, item.subject) for item in moved.items] == [("<a1@example.org>", 'Offer, "17"')]
    assert [item.message_id for item in accessed.items] == ["<a1@example.org>", "<a2@example.org>"]
    assert (records[1].count, records[1].throttled, accessed.access) == (2, True, "Bind")
    assert {record.origin for record in records} == {Origin.IMPORTED}
    assert {record.rule for record in records} == {"imported"}


def test_a_record_of_the_same_id_that_says_something_else_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(purview(MOVE, MOVE, {**MOVE, "ResultStatus": "Failed"}))
    records, _ = read(path)
    assert len(records) == 3
    assert len({record.id for record in records}) == 2
    distinct = {record.id: record for record in records}.values()
    assert doubles(distinct) == [MOVE["Id"]]
    assert {id_of(record) for record in distinct} == {MOVE["Id"]}


def test_rows_without_audit_data_say_what_their_columns_say(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(purview(""))
    (record,), _ = read(path)
    assert (id_of(record), record.observation.action, record.record_type) == (MOVE["Id"], "MoveToDeletedItems", 3)
    assert record.observation.ts == 1_795_162_811_000_000


@pytest.mark.parametrize("date", ["/Date(1795162811000)/", {"value": "/Date(1795162811000)/", "DateTime": "Friday"}])
def test_dates_of_windows_powershell(tmp_path: Path, date: Any) -> None:
    row = {
        "RecordType": 3,
        "CreationDate": date,
        "UserIds": "u",
        "Operations": "Move",
        "Identity": "q",
        "AuditData": "",
    }
    path = tmp_path / "export.json"
    path.write_text(json.dumps([row]))
    (record,), _ = read(path)
    assert (record.observation.ts, id_of(record)) == (1_795_162_811_000_000, "q")


def test_a_table_that_is_no_unicode(tmp_path: Path) -> None:
    """Windows PowerShell writes what the computer's language has, unless it is told otherwise."""
    told = {**MOVE, "AffectedItems": [{"Subject": "Grüße – 5 €"}]}
    path = tmp_path / "export.csv"
    path.write_text(spelled("CreationDate", "AuditData", text=lambda _: json.dumps(told, ensure_ascii=False)), "cp1252")
    records, _ = read(path)
    assert [item.subject for item in records[0].observation.items] == ["Grüße – 5 €"]


def test_damaged_rows_are_named_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(purview(MOVE, json.dumps(MOVE)[:50], ACCESS, "{}}"))
    records, reader = read(path)
    assert len(records) == 2
    assert reader.account.unknown_count == 2
    notes = [note for note in reader.account.notes if "not understood" in note]
    assert ["record 2 " in notes[0], "record 4 " in notes[1]] == [True, True]


XML = """<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand -->
<SearchResults>
  <Event MailboxGuid="0f6c6a52-6f0e-4c6e-9a1c-0d8b6f1f2a10" Owner="Rosa Ek" LastAccessed="2026-11-20T09:14:03.25+01:00"
         Operation="HardDelete" OperationResult="Succeeded" LogonType="Delegate" FolderPathName="\\Deletions"
         ClientIPAddress="203.0.113.7" MailboxOwnerUPN="rosa@example.org" LogonUserDN="Ola &lt;Berg&#62;">
    <SourceItems>
      <Item Id="A1" Subject="Offer > 17" FolderPathName="\\Deletions" />
      <Item Id="A2" Subject="Rest &amp; more" FolderPathName="\\Deletions" />
    </SourceItems>
  </Event>
  <Event MailboxGuid="g" Owner="Team" LastAccessed="2026-11-20T09:15:00Z" Operation="FolderBind" LogonType="External" />
</SearchResults>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("joined", [False, True])
def test_search_result_xml(tmp_path: Path, encoding: str, joined: bool) -> None:
    path = tmp_path / "SearchResult.xml"
    path.write_text(" ".join(XML.split()) if joined else XML, encoding=encoding)
    (purged, opened), reader = read(path)
    act = purged.observation
    assert (act.action, act.actor, act.mailbox) == ("HardDelete", "Ola <Berg>", "rosa@example.org")
    assert act.ts == 1_795_162_443_250_000
    assert [item.subject for item in act.items] == ["Offer > 17", "Rest & more"]
    assert (opened.observation.mailbox, dict(opened.observation.properties)["ExternalAccess"]) == ("Team", "True")
    assert json.loads(purged.raw)["SourceItems"][1] == {
        **{"Id": "A2", "Subject": "Rest & more", "FolderPathName": "\\Deletions"}
    }
    assert reader.account.unknown_count == 0


def test_xml_that_is_not_well_formed(tmp_path: Path) -> None:
    text = XML.replace("<Item Id", "<ItemId").partition('      <ItemId="A2"')[0]
    path = tmp_path / "SearchResult.xml"
    path.write_text(text)
    (record,), _ = read(path)
    assert json.loads(record.raw)["SourceItems"] == [
        {"Id": "A1", "Subject": "Offer > 17", "FolderPathName": "\\Deletions"}
    ]
    assert [item.subject for item in record.observation.items] == ["Offer > 17"]


def test_csv_of_search_mailbox_audit_log(tmp_path: Path) -> None:
    columns = ["Operation", "OperationResult", "LogonType", "FolderPathName", "ClientIPAddress", "MailboxOwnerUPN"]
    columns += ["LogonUserDisplayName", "SourceItemSubjectsList", "SourceItemInternetMessageIdsList", "MailboxGuid"]
    columns += ["OperationProperties", "LastAccessed", "Identity"]
    cells = ["HardDelete", "Succeeded", "Delegate", "\\Inbox", "[2001:db8::7]:443", "rosa@example.org", "Ola Berg"]
    cells += ["One, Two", "<a1@example.org>, <a2@example.org>", "guid", "MailAccessType:Bind, IsThrottled:False"]
    cells += ["20.11.2026 09:14:03", "RgAAAA1"]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([columns, cells])
    path = tmp_path / "log.csv"
    path.write_text(out.getvalue())
    (record,), _ = read(path)
    act = record.observation
    assert (act.client_ip, act.access, id_of(record)) == ("2001:db8::7", "Bind", "RgAAAA1")
    assert [(item.subject, item.message_id) for item in act.items] == [
        *(("One", "<a1@example.org>"), ("Two", "<a2@example.org>"))
    ]
    assert act.ts == 1_795_162_443_000_000, "the zone that was given"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:50123", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("<null>", ""),
        ("", ""),
    ],
)
def test_addresses(text: str, found: str) -> None:
    assert ip(text) == found


@pytest.mark.parametrize("kind", ["NothingYetHeardOf", "", -7, 70_000, 10**30, "٣", None, True, ["3"], "123456789"])
def test_any_record_type_can_be_kept(kind: Any, tmp_path: Path) -> None:
    from mailwake.operations.audit_rows import stored_of
    from mailwake.store.audit import table

    file = tmp_path / "audit.json"
    file.write_text(json.dumps([MOVE | {"RecordType": kind}]))
    (record,), _ = read(file)
    assert table([stored_of(record)], 1).num_rows == 1
    assert json.loads(record.raw)["RecordType"] == (float(kind) if kind == 10**30 else kind)

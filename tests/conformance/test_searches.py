"""Searches over audit records: criteria, scopes, sessions, and the way between messages and what became of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from audited_estate import DAY, OLA, ROSA, TEAM, Estate, at, fetched, item, purge, select, submitted

from mailwake.operations.contract import Caller, CallerScope, OperationError

SHARED = "shared/rosa@example.org/INBOX"


def test_a_summary_gives_the_last_access_of_others(estate: Estate) -> None:
    estate.read(
        purge(at("08:00"), ROSA, "s1", 1),
        fetched(at("08:05"), OLA, "s5", 5, SHARED),
        fetched(at("09:05"), OLA, "s6", 6, SHARED),
        fetched(at("09:30"), OLA, "s7", 7, "shared/team@example.org/INBOX"),
        purge(at("10:00"), OLA, "s8", 1),
    )
    found = estate.run("search-mailbox-audit-log")
    assert [(one["MailboxOwnerUPN"], one["LastAccessed"][11:16]) for one in found] == [(TEAM, "09:30"), (ROSA, "09:05")]
    assert all(one["Operation"] is None for one in found)
    found = estate.run("search-mailbox-audit-log", Mailboxes=f"{ROSA},{OLA}")
    assert [one["MailboxOwnerUPN"] for one in found] == [ROSA]


def test_criteria_narrow(estate: Estate) -> None:
    estate.read(
        purge(at("08:00"), ROSA, "s1", 1),
        item(at("08:01"), ROSA, "s1", "flag_change", "INBOX", 8),
        fetched(at("08:05"), OLA, "s5", 5, SHARED),
    )
    assert estate.actions(Operations="harddelete,Update") == ["Owner HardDelete", "Owner Update"]
    assert estate.actions(LogonTypes="Delegate") == ["Delegate MailItemsAccessed"]
    assert estate.actions(StartDate=at("08:01"), EndDate=at("08:05")) == ["Owner Update"]
    assert estate.actions(ResultSize=1) == ["Delegate MailItemsAccessed"]
    assert estate.actions(ExternalAccess=True) == []
    assert estate.actions(HasAttachments=True) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"Identity": ROSA, "Mailboxes": OLA}, "Identity or Mailboxes"),
        ({"Mailboxes": OLA, "ShowDetails": True}, "ShowDetails is not for Mailboxes"),
        ({"Identity": ROSA, "LogonTypes": "Owner"}, "needs ShowDetails"),
        ({"Identity": "ghost"}, "there is no mailbox 'ghost'"),
    ],
)
def test_searches_that_cannot_be_meant_so(estate: Estate, given: dict[str, Any], told: str) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    with pytest.raises(OperationError, match=told):
        estate.run("search-mailbox-audit-log", **given)


def test_a_limited_scope_sees_its_mailboxes_only(estate: Estate) -> None:
    estate.read(*(purge(at("08:00"), box, f"s-{box}", 1) for box in (ROSA, "eve@elsewhere.example")))
    roles = frozenset({"View-Only Audit Logs"})
    estate.caller = Caller("helper", roles=roles, scope=CallerScope(everything=False, domains=("elsewhere.example",)))
    assert [one["UserIds"] for one in estate.unified()] == ["eve@elsewhere.example"]
    with pytest.raises(OperationError, match=r"there is no mailbox 'rosa@example\.org'"):
        estate.search(ROSA)
    estate.caller = Caller("nobody")
    with pytest.raises(OperationError, match="management role Audit Logs"):
        estate.search(ROSA)


def test_a_session_gives_block_after_block(estate: Estate) -> None:
    estate.read(*(purge(at(f"08:{n:02}"), ROSA, "s1", n) for n in range(1, 8)))

    def block(**given: Any) -> list[tuple[str, int, int]]:
        question = {"StartDate": DAY, "EndDate": at("00:00", 21), "ResultSize": 3, "SessionId": "case", **given}
        found = estate.run("search-unified-audit-log", **question)
        return [(one["CreationDate"][14:16], one["ResultIndex"], one["ResultCount"]) for one in found]

    assert block() == [("07", 1, 7), ("06", 2, 7), ("05", 3, 7)]
    estate.read(purge(at("08:59"), ROSA, "s9", 59))
    assert block() == [("04", 4, 7), ("03", 5, 7), ("02", 6, 7)], "what is new does not shift the blocks"
    assert block() == [("01", 7, 7)]
    assert block() == []
    assert block(SessionId="another")[0] == ("59", 1, 8)
    assert block(Operations="Update") == [], "other criteria begin anew"


def test_changes_of_settings_are_in_the_unified_log(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner={"Add": ["Move"], "Remove": ["Update"]})
    found = estate.unified(RecordType="ExchangeAdmin", Operations="Set-Mailbox")
    assert [one["RecordType"] for one in found] == ["ExchangeAdmin"]
    data = json.loads(found[0]["AuditData"])
    assert data["ObjectId"] == ROSA and {"Name": "AuditOwner", "Value": "+Move;-Update"} in data["Parameters"]
    assert "AuditOwner" in {one["Name"] for one in data["ModifiedProperties"]}
    assert estate.unified(RecordType="1", ObjectIds="*@example.org", Operations="set-mailbox")
    assert estate.unified(RecordType="1", ObjectIds="nobody@example.org") == []


def test_words_instead_of_numbers(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    plain, formatted = (json.loads(estate.unified(Formatted=how)[0]["AuditData"]) for how in (False, True))
    assert (plain["LogonType"], plain["RecordType"], plain["UserType"]) == (0, 3, 0)
    assert (formatted["LogonType"], formatted["RecordType"], formatted["UserType"]) == (
        *("Owner", "ExchangeItemGroup", "Regular"),
    )


def test_free_text_and_clients(estate: Estate) -> None:
    estate.read(
        item(at("08:01"), ROSA, "s1", "expunge", "Trash", 1, "Quarterly figures"),
        fetched(at("08:05"), OLA, "s5", 5, SHARED),
    )
    assert [one["Operations"] for one in estate.unified(FreeText="QUARTERLY")] == ["HardDelete"]
    assert [one["Operations"] for one in estate.unified(IPAddresses="192.0.2.7")] == ["MailItemsAccessed"]
    assert estate.unified(UserIds="ola@EXAMPLE.org")[0]["Operations"] == "MailItemsAccessed"


def test_imported_records_that_differ_under_one_id_are_told(estate: Estate) -> None:
    one = {"CreationTime": "2026-11-20T08:00:00", "Id": "7f0c0a51-0000-4000-8000-000000000001", "RecordType": 2}
    one |= {"Operation": "Update", "UserId": OLA, "MailboxOwnerUPN": ROSA, "LogonType": 2}
    estate.file("one.json", json.dumps([one, {**one, "ResultStatus": "Failed"}]))
    estate.file("again.json", json.dumps([dict(reversed(one.items()))], indent=1))
    found = estate.unified()
    assert [json.loads(each["AuditData"])["Id"] for each in found] == [one["Id"]] * 2
    assert {each["Identity"] for each in found} == {one["Id"]}
    assert any(str(one["Id"]) in text for text in estate.warnings)
    assert [each["Identity"] for each in estate.search()] == [one["Id"]] * 2


def test_report_of_access_by_others(estate: Estate) -> None:
    estate.read(
        *(fetched(at(f"0{n}:05"), OLA, f"s{n}", n, SHARED) for n in range(1, 4)),
        *submitted(at("09:07"), OLA, ROSA, "4A1B2C3D4F"),
        purge(at("08:00"), ROSA, "s9", 1),
    )
    (line,) = estate.run("non-owner-mailbox-access-report", StartDate=DAY, EndDate=at("00:00", 21))
    assert (line["Mailbox"], line["AccessedBy"], line["Records"]) == (ROSA, OLA, 4)
    assert line["Operations"] == ["SendAs", "MailItemsAccessed"]
    assert (line["First"][11:16], line["Last"][11:16]) == ("01:05", "09:07")


def test_from_a_message_to_its_fate_and_back(estate: Estate) -> None:
    delivered = (
        f"{at('08:00').isoformat()} mx1 postfix/smtpd[31]: 5B1B2C3D4E: client=mx.example.net[198.51.100.1]",
        f"{at('08:00').isoformat()} mx1 postfix/cleanup[32]: 5B1B2C3D4E: message-id=<m7@example.net>",
        f"{at('08:00').isoformat()} mx1 postfix/qmgr[33]: 5B1B2C3D4E: from=<s@example.net>, size=900, nrcpt=1 (queue"
        " active)",
        f"{at('08:00').isoformat()} mx1 postfix/lmtp[34]: 5B1B2C3D4E: to=<rosa@example.org>, relay=imap1[192.0.2.1]:24,"
        " delay=1, delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (250 2.0.0 <rosa@example.org> abc Saved)",
        f"{at('08:00').isoformat()} mx1 postfix/qmgr[33]: 5B1B2C3D4E: removed",
    )
    estate.read(
        *delivered,
        item(at("08:10"), ROSA, "s1", "flag_change", "INBOX", 7),
        fetched(at("08:11"), OLA, "s2", 7, SHARED),
        item(at("08:20"), ROSA, "s1", "copy from INBOX", "Trash", 7),
        item(at("08:20"), ROSA, "s1", "expunge", "INBOX", 7),
        purge(at("08:30"), ROSA, "s1", 9),
    )
    found = estate.run("message-mailbox-history", Identity="<m7@example.net>")
    assert [(one["Operation"], one["User"]) for one in found] == [
        ("Update", ROSA),
        ("MailItemsAccessed", OLA),
        ("MoveToDeletedItems", ROSA),
    ]
    (row,) = estate.run("message-trace", MessageId=["m7@example.net"])
    assert estate.run("message-mailbox-history", Identity=row["MessageTraceId"]) == found
    back = estate.run("audit-record-messages", Identity=found[2]["RecordId"])
    assert [one["MessageTraceId"] for one in back] == [row["MessageTraceId"]]
    with pytest.raises(OperationError, match="there is no audit record"):
        estate.run("audit-record-messages", Identity="0" * 32)
    with pytest.raises(OperationError, match="no message is known"):
        estate.run("message-mailbox-history", Identity="0" * 32)


def test_coverage_tells_mailboxes_and_hosts(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.mailbox("room@example.org", Room=True)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="HardDelete,Move")
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    found = {one["Mailbox"]: one for one in estate.run("audit-coverage")}
    assert (found[ROSA]["Audited"], found["room@example.org"]["Audited"]) == (True, False)
    assert "not audited" in found["room@example.org"]["Reason"]
    assert (found[ROSA]["Seen"], found[ROSA]["Reason"]) == (["HardDelete"], "customized: Owner")
    assert "UpdateCalendarDelegation" in found[ROSA]["NeverSeen"]
    hosts = {one["Operation"]: one for one in estate.run("audit-host-coverage")}
    assert (hosts["HardDelete"]["Acts"], hosts["HardDelete"]["Remark"]) == (1, "")
    assert "mail_opened" in hosts["MailItemsAccessed"]["Remark"]
    assert "cannot be seen" in hosts["UpdateCalendarDelegation"]["Remark"]


def test_coverage_compares_with_the_servers_of_the_mailbox(estate: Estate) -> None:
    """What another mailbox's server shows says nothing about this one's; what it shows of others does."""
    for box in (ROSA, OLA, TEAM):
        estate.mailbox(box)
    estate.read(purge(at("08:00"), ROSA, "s1", 1), item(at("08:01"), ROSA, "s1", "flag_change", "INBOX", 2))
    other = select(at("09:00"), OLA, "s2"), fetched(at("09:01"), OLA, "s2", 1), purge(at("09:02"), OLA, "s2", 1)
    estate.read(*(line.replace("imap1", "imap2") for line in other))
    found = {one["Mailbox"]: one for one in estate.run("audit-coverage")}
    assert (found[ROSA]["Hosts"], found[OLA]["Hosts"], found[TEAM]["Hosts"]) == (["imap1"], ["imap2"], [])
    assert found[ROSA]["Seen"] == ["Update", "HardDelete"] and "MailItemsAccessed" in found[ROSA]["NeverSeen"]
    assert found[OLA]["Seen"] == ["HardDelete", "MailItemsAccessed"] and "Update" in found[OLA]["NeverSeen"]
    assert found[TEAM]["Seen"] == [] and "no log has told of it" in found[TEAM]["Reason"]
    assert found[ROSA]["Unseeable"] == ["UpdateCalendarDelegation", "ApplyRecord"]
    estate.read(purge(at("10:00"), TEAM, "s3", 1))
    (team,) = estate.run("audit-coverage", Mailboxes=TEAM)
    assert team["Seen"] == ["Update", "HardDelete"], "its server shows the same of everybody"


def test_explanation_of_what_happens_afterwards(estate: Estate) -> None:
    estate.mailbox(ROSA, Licence="Standard")
    steps = estate.run("audit-explain", Identity=ROSA, Actor=OLA, Action="mailitemsaccessed")
    assert [one["Rule"] for one in steps[-3:]] == ["managed-set", "bind", "duplicate"]
    estate.run("set-organization-config", ExchangeParity=True)
    steps = estate.run("audit-explain", Identity=ROSA, Actor=OLA, Action="mailitemsaccessed")
    assert (steps[-1]["Rule"], steps[-1]["Outcome"]) == ("licence", "not recorded")
    steps = estate.run("audit-explain", Identity=ROSA, Action="HardDelete")
    assert [one["Rule"] for one in steps[-2:]] == ["managed-set", "not-searchable"]

"""Mailbox auditing, rule by rule: what becomes of many acts, and of changes of the settings (R23 to R28, R31)."""

from __future__ import annotations

import json
from datetime import timedelta

from audited_estate import OLA, ROSA, Estate, at, command, fetched, purge


def _read_at(estate: Estate, *minutes: float, session: str = "s1", first: int = 1) -> None:
    """Another message is read at each of these minutes after eight."""
    moments = [at("08:00") + timedelta(minutes=minute) for minute in minutes]
    estate.read(*(fetched(moment, ROSA, session, first + number) for number, moment in enumerate(moments)))


def test_AR23_AR27_access_within_two_minutes_is_one_record(estate: Estate) -> None:
    estate.mailbox(ROSA)
    _read_at(estate, 0, 1, 1.9, 2.5, 9)
    found = estate.search()[::-1]
    assert [one["AuditOperationsCountInAggregatedRecord"] for one in found] == [3, 1, 1]
    assert all("MailAccessType:Bind" in one["OperationProperties"] for one in found)
    assert all("IsThrottled:False" in one["OperationProperties"] for one in found)
    data = [json.loads(one["AuditData"]) for one in estate.unified()]
    folders = [folder for one in data for folder in one["Folders"]]
    assert sorted(len(folder["FolderItems"]) for folder in folders) == [1, 1, 3]
    assert sorted(one["OperationCount"] for one in data) == [1, 1, 3]


def test_AR24_a_synchronized_folder_is_one_record(estate: Estate) -> None:
    estate.mailbox(ROSA)
    moment, reasons = at("08:00"), ["imap:cmd_uid_fetch", "imap:fetch_body"]
    fetch = command(moment, ROSA, "s1", "UID FETCH", "1:120 (BODY.PEEK[])", mailbox="INBOX", reason_code=reasons)
    estate.read(fetch, *(fetched(moment, ROSA, "s1", uid) for uid in range(1, 121)))
    (record,) = estate.search()
    assert record["FolderPathName"] == "\\Inbox" and "MailAccessType:Sync" in record["OperationProperties"]


def test_AR25_the_same_access_counts_once_in_an_hour_and_again_in_another_context(estate: Estate) -> None:
    estate.mailbox(ROSA)
    times = [at("08:00"), at("08:20"), at("08:59")]
    estate.read(*(fetched(moment, ROSA, "s1", 1) for moment in times))
    assert len(estate.search()) == 1
    estate.read(fetched(at("09:30"), ROSA, "s1", 1))
    assert len(estate.search()) == 2, "after the hour"
    estate.read(fetched(at("08:10"), ROSA, "s2", 1), fetched(at("08:10"), OLA, "s3", 1, f"shared/{ROSA}/INBOX"))
    other = fetched(at("08:12"), ROSA, "s4", 1).replace('"remote_ip":"192.0.2.7"', '"remote_ip":"198.51.100.9"')
    estate.read(other, fetched(at("08:14"), ROSA, "s1", 1, "Archive"))
    assert len(estate.search()) == 6, "another session, person, address and folder"


def test_AR26_AR27_a_flood_of_access_is_paused_and_other_actions_go_on(estate: Estate) -> None:
    estate.run("set-organization-config", ExchangeParity=True)
    estate.mailbox(ROSA, Licence="Premium")
    day = [at("00:00") + timedelta(minutes=number) for number in range(1010)]
    estate.read(*(fetched(moment, ROSA, f"s{number}", number + 1) for number, moment in enumerate(day)))
    estate.read(purge(at("23:00"), ROSA, "p1", 5000), fetched(at("23:30", 21), ROSA, "late", 6000))
    found = estate.search(ResultSize=5000)
    access = [one for one in found if one["Operation"] == "MailItemsAccessed"]
    throttled = [one for one in access if "IsThrottled:True" in one["OperationProperties"]]
    assert (len(access), len(throttled)) == (1002, 1), "the one that is too many says so; after a day they go on"
    assert [one["Operation"] for one in found if one not in access] == ["HardDelete"]


def test_AR28_searches_are_recorded_when_that_is_switched_on(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.read(command(at("08:00"), ROSA, "s1", "UID SEARCH", "TEXT offer", mailbox="INBOX"))
    assert estate.actions() == []
    estate.now = at("09:00")
    estate.run("set-mailbox", Identity=ROSA, AuditOwner={"Add": ["SearchQueryInitiated"]})
    estate.read(command(at("10:00"), ROSA, "s2", "UID SEARCH", "TEXT offer", mailbox="INBOX"))
    (record,) = estate.search()
    assert record["Operation"] == "SearchQueryInitiated" and "TEXT offer" in record["OperationProperties"]


def test_AR31_every_change_of_the_settings_is_a_record(estate: Estate) -> None:
    estate.mailbox(ROSA)
    orders = {
        "Set-Mailbox": {"Identity": ROSA, "AuditOwner": {"Add": ["Move"], "Remove": ["Update"]}},
        "Set-OrganizationConfig": {"AuditDisabled": False},
        "Set-MailboxAuditBypassAssociation": {"Identity": ROSA, "AuditBypassEnabled": True},
    }
    for cmdlet, given in orders.items():
        estate.run(_operation(cmdlet), **given)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="HardDelete,Move")
    found = [json.loads(one["AuditData"]) for one in estate.unified(RecordType="ExchangeAdmin")]
    told = [(one["Operation"], {(part["Name"], part["Value"]) for part in one["Parameters"]}) for one in found]
    for cmdlet in orders:
        assert cmdlet in {name for name, _ in told}
    lists = [value for name, given in told for key, value in given if (name, key) == ("Set-Mailbox", "AuditOwner")]
    assert sorted(lists) == ["+Move;-Update", "HardDelete;Move"]
    assert all(one["UserId"] for one in found)


def _operation(cmdlet: str) -> str:
    words = cmdlet.replace("-", "")
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in words).strip("-")

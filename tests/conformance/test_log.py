"""Mailbox auditing, requirement by requirement: finding, keeping and measuring records (A7, A30 to A37)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from audited_estate import OLA, ROSA, TEAM, Estate, at, fetched, login, purge, select

from mailwake.operations import rebuild

SHARED = "shared/rosa@example.org/INBOX"


def test_A07_the_audit_log_search_gives_premium_mailboxes(estate: Estate) -> None:
    estate.run("set-organization-config", ExchangeParity=True)
    estate.mailbox(ROSA, Licence="Premium")
    estate.mailbox(OLA, Licence="Standard")
    estate.read(*(purge(at("08:00"), box, f"s-{box}", 1) for box in (ROSA, OLA)))
    assert [one["UserIds"] for one in estate.unified()] == [ROSA]
    assert estate.actions(OLA) == ["Owner HardDelete"], "it is recorded all the same"


def test_A07_without_parity_licences_do_not_count(estate: Estate) -> None:
    estate.mailbox(OLA, Licence="Standard")
    estate.read(purge(at("08:00"), OLA, "s1", 1))
    assert [one["UserIds"] for one in estate.unified()] == [OLA]


def test_A30_ways_to_the_records_without_the_premium_licence(estate: Estate) -> None:
    estate.run("set-organization-config", ExchangeParity=True)
    estate.mailbox(ROSA, Licence="Standard")
    estate.read(purge(at("08:00"), ROSA, "s1", 1), fetched(at("08:05"), OLA, "s5", 5, SHARED))
    assert estate.unified() == []
    estate.now = at("09:00")
    estate.run("set-mailbox", Identity=ROSA, AuditEnabled=False)
    estate.run("set-mailbox", Identity=ROSA, AuditEnabled=True)
    estate.read(purge(at("10:00"), ROSA, "s2", 2))
    assert [one["CreationDate"][11:16] for one in estate.unified()] == ["10:00"], "from then on"
    assert len(estate.search()) == 2
    estate.now = at("12:00")
    (order,) = estate.run(
        *("new-mailbox-audit-log-search",),
        StartDate=at("00:00"),
        EndDate=at("00:00", 21),
        Mailboxes=ROSA,
        ShowDetails=True,
    )
    (export,) = estate.run("export-mailbox-audit-logs", StartDate=at("00:00"), EndDate=at("00:00", 21))
    done = estate.run("run-jobs")
    assert [(one["Identity"], one["Status"], one["Rows"]) for one in done] == [
        (order["Identity"], "Done", 2),
        (export["Identity"], "Done", 0),
    ]
    report = estate.run("non-owner-mailbox-access-report", StartDate=at("00:00"), EndDate=at("00:00", 21))
    assert report == [], "MailItemsAccessed needs the licence (A20)"


def test_A31_records_are_kept_90_days_unless_the_mailbox_says_otherwise(estate: Estate) -> None:
    for box in (ROSA, OLA, TEAM):
        estate.mailbox(box)
    estate.run("set-mailbox", Identity=OLA, AuditLogAgeLimit=10)
    estate.run("set-mailbox", Identity=TEAM, AuditLogAgeLimit="365.00:00:00")
    assert estate.run("get-mailbox", Identity=ROSA)[0]["AuditLogAgeLimit"] == "90.00:00:00"
    estate.read(*(purge(at("08:00"), box, f"s-{box}", 1) for box in (ROSA, OLA, TEAM)))
    counts = []
    for days in (5, 11, 91):
        estate.now = at("09:00") + timedelta(days=days)
        estate.run("start-managed-folder-assistant")
        counts.append([len(estate.search(box)) for box in (ROSA, OLA, TEAM)])
    assert counts == [[1, 1, 1], [1, 0, 1], [0, 0, 1]]


def test_A31_a_change_acts_on_existing_records(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.read(purge(at("08:00"), ROSA, "s1", 1), purge(at("08:00", 24), ROSA, "s2", 2))
    estate.run("set-mailbox", Identity=ROSA, AuditLogAgeLimit=3)
    (done,) = estate.run("start-managed-folder-assistant", Identity=ROSA)
    assert (done["Removed"], done["Records"]) == (1, 1)
    estate.run("set-mailbox", Identity=ROSA, AuditLogAgeLimit="00:00:00")
    estate.run("start-managed-folder-assistant")
    assert estate.search() == []


def test_A31_what_retention_removed_does_not_come_back(estate: Estate) -> None:
    """Neither when everything is made anew, nor when a log is read again with more in it."""
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditLogAgeLimit=3)
    old = [purge(at("08:00"), ROSA, "s1", 1), select(at("23:00", 21), OLA, "s3", SHARED)]
    estate.read(*old, purge(at("08:00", 24), ROSA, "s2", 2))
    estate.now = at("12:00", 25)
    estate.run("start-managed-folder-assistant", Identity=ROSA)
    kept = estate.search()
    assert [one["Operation"] for one in kept] == ["HardDelete"]
    rebuild.run(estate.data)
    assert estate.search() == kept
    estate.read(*old, purge(at("08:01"), ROSA, "s1", 3), purge(at("09:00", 24), ROSA, "s4", 4))
    assert len(estate.search()) == 2, "what is of later comes in"
    counted = {one["Operation"]: one["Acts"] for one in estate.run("audit-host-coverage")}
    assert counted["HardDelete"] == 4, "the acts are counted all the same"


def test_A32_the_audit_log_search_reaches_90_days_back(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditLogAgeLimit=400)
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    estate.now = at("09:00") + timedelta(days=100)
    assert len(estate.unified()) == 1, "without parity it reaches as far as there are records"
    estate.run("set-organization-config", AuditLogSearchReach=90)
    assert estate.unified() == []
    assert any("90 days" in text for text in estate.warnings)
    assert len(estate.search()) == 1, "Search-MailboxAuditLog finds older ones"


def test_A33_an_age_limit_is_not_changed_by_turning_auditing_on(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditLogAgeLimit=120)
    estate.run("set-organization-config", AuditDisabled=True)
    estate.run("set-organization-config", AuditDisabled=False)
    assert estate.run("get-mailbox", Identity=ROSA)[0]["AuditLogAgeLimit"] == "120.00:00:00"


def test_A34_the_age_limit_of_a_group_needs_the_switch(estate: Estate) -> None:
    estate.mailbox(TEAM, GroupMailbox=True)
    with pytest.raises(Exception, match="group mailbox"):
        estate.run("set-mailbox", Identity=TEAM, AuditLogAgeLimit=120)
    (box,) = estate.run("set-mailbox", Identity=TEAM, GroupMailbox=True, AuditLogAgeLimit=120)
    assert box["AuditLogAgeLimit"] == "120.00:00:00"


def test_A35_records_lie_in_the_folder_audits(estate: Estate) -> None:
    estate.read(login(at("08:00"), ROSA, "s1"), *(purge(at(f"08:0{n}"), ROSA, "s1", n) for n in range(1, 6)))
    folders = estate.run("get-mailbox-folder-statistics", Identity=ROSA, FolderScope="RecoverableItems")
    (audits,) = [one for one in folders if one["Name"] == "Audits"]
    assert (audits["FolderPath"], audits["ItemsInFolder"]) == ("/Audits", 5)
    size, _, exact = audits["FolderSize"].partition(" (")
    assert size.endswith(("B", "KB")) and exact.endswith(" bytes)")
    assert int(exact.split()[0].replace(",", "")) > 5 * 200
    with pytest.raises(Exception, match="folder"):
        estate.run("get-mailbox-folder-statistics", Identity=ROSA, FolderScope="Inbox")


def test_A36_records_count_against_the_quota(estate: Estate) -> None:
    estate.mailbox(ROSA)
    (box,) = estate.run("get-mailbox", Identity=ROSA)
    assert (box["RecoverableItemsQuota"][:5], box["RecoverableItemsWarningQuota"][:5]) == ("30 GB", "20 GB")
    (held,) = estate.run("set-mailbox", Identity=ROSA, LitigationHoldEnabled=True)
    assert (held["RecoverableItemsQuota"][:6], held["RecoverableItemsWarningQuota"][:5]) == ("100 GB", "90 GB")
    estate.read(*(purge(at(f"08:0{n}"), ROSA, "s1", n) for n in range(1, 6)))
    estate.run("get-mailbox-folder-statistics", Identity=ROSA, FolderScope="RecoverableItems")
    assert estate.warnings == []
    for quota, told in ((1_000_000, "warning level"), (600, "fill the Recoverable Items quota")):
        estate.run("set-mailbox", Identity=ROSA, RecoverableItemsQuota=quota, RecoverableItemsWarningQuota=500)
        estate.run("get-mailbox-folder-statistics", Identity=ROSA, FolderScope="RecoverableItems")
        assert any(told in text for text in estate.warnings)


def test_A36_three_million_records_at_most(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("audit_quota", "audit_retention"):
        monkeypatch.setattr(f"mailwake.operations.{room}.MOST_RECORDS", 3)
    estate.run("set-organization-config", ExchangeParity=True)
    estate.mailbox(ROSA)
    estate.read(*(purge(at(f"08:0{n}"), ROSA, "s1", n) for n in range(1, 6)))
    (done,) = estate.run("start-managed-folder-assistant")
    assert (done["Removed"], done["Records"]) == (2, 3)
    assert [one["LastAccessed"][14:16] for one in estate.search()] == ["05", "04", "03"], "the oldest go"


def test_A37_holds_do_not_keep_audit_records(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, LitigationHoldEnabled=True, RetentionPolicy="Forever")
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    estate.now = at("09:00") + timedelta(days=91)
    estate.run("start-managed-folder-assistant")
    assert estate.search() == []

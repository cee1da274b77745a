"""Mailbox auditing, requirement by requirement: what is audited, for whom, by which set (A1 to A29, A38)."""

from __future__ import annotations

import json

import pytest
from audited_estate import (
    OLA,
    ROSA,
    TEAM,
    Estate,
    at,
    command,
    fetched,
    item,
    login,
    purge,
    select,
    signed_in,
    submitted,
)
from tables import CURRENT, SEED
from tables import read as table_of

from mailwake.audit.model import LogonType
from mailwake.audit.policy import matrix
from mailwake.audit.policy.actions import in_order

SHARED = "shared/rosa@example.org/INBOX"


def printed(table: str, kind: LogonType, marks: str) -> set[str]:
    """Actions that the table of the documents marks so for a logon type."""
    return {action for action, row in table_of(table).items() if row[kind] in marks}


def test_A01_auditing_is_on_by_default(estate: Estate) -> None:
    estate.read(login(at("08:00"), ROSA, "s1"), purge(at("08:01"), ROSA, "s1", 7))
    assert estate.run("get-organization-config")[0]["AuditDisabled"] is False
    assert estate.actions() == ["Owner HardDelete"]


def test_A02_owners_delegates_and_admins_are_logged_and_found(estate: Estate) -> None:
    estate.read(
        signed_in(at("08:00"), ROSA, "s1"),
        fetched(at("08:01"), ROSA, "s1", 1),
        fetched(at("08:02"), OLA, "s2", 2, SHARED),
        signed_in(at("08:03"), ROSA, "s3", master_user="admin@example.org"),
        fetched(at("08:04"), ROSA, "s3", 3),
    )
    assert estate.actions() == [*("Owner MailItemsAccessed", "Delegate MailItemsAccessed", "Admin MailItemsAccessed")]
    by_admin = estate.search(LogonTypes="Admin")
    assert [one["LogonUserDisplayName"] for one in by_admin] == ["admin@example.org"]


def test_A03_a_new_mailbox_is_audited_at_once(estate: Estate) -> None:
    estate.mailbox(OLA)
    estate.read(purge(at("08:00"), OLA, "s1", 1), purge(at("08:01"), "new@example.org", "s2", 1))
    assert estate.actions(OLA) == ["Owner HardDelete"]
    assert estate.actions("new@example.org") == ["Owner HardDelete"], "one that appears in a log for the first time"


def test_A04_a_predefined_set_for_each_logon_type(estate: Estate) -> None:
    estate.mailbox(ROSA)
    for edition, table in (("current", CURRENT), ("2021", SEED)):
        estate.run("set-organization-config", AuditMatrix=edition)
        (box,) = estate.run("get-mailbox", Identity=ROSA)
        for kind in LogonType:
            assert set(box[f"Audit{kind}"]) == printed(table, kind, "*")


def test_A05_a_released_action_reaches_managed_sets_only(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    added = matrix.Release("current", "2026-11-20", matrix.Row("Move", "PPD"))
    monkeypatch.setattr(matrix, "RELEASES", (*matrix.RELEASES, added))
    caches = (matrix._dates, matrix._edition)
    for cached in caches:
        cached.cache_clear()
    try:
        for box in (ROSA, OLA):
            estate.mailbox(box)
        estate.run("set-mailbox", Identity=OLA, AuditOwner="Update,HardDelete")
        for box in (ROSA, OLA):
            for day in (19, 20):
                moment = at("08:00", day)
                copied = item(moment, box, f"s{day}{box}", "copy from INBOX", "Archive", 20 + day)
                moved = item(moment, box, f"s{day}{box}", "expunge", "INBOX", 20 + day)
                estate.read(copied, moved)
        assert estate.actions(ROSA) == ["Owner Move"], "from the day of the release on"
        assert estate.actions(OLA) == []
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()


def test_A06_one_policy_for_all_mailboxes(estate: Estate) -> None:
    boxes = [f"box{number}@example.org" for number in range(4)]
    estate.read(*(purge(at("08:00"), box, f"s-{box}", 1) for box in boxes))
    sets = {str([estate.run("get-mailbox", Identity=box)[0][f"Audit{kind}"] for kind in LogonType]) for box in boxes}
    assert len(sets) == 1
    assert {tuple(estate.actions(box)) for box in boxes} == {("Owner HardDelete",)}


def test_A08_the_switch_shows_false(estate: Estate) -> None:
    (config,) = estate.run("get-organization-config")
    assert config["AuditDisabled"] is False


def test_A09_the_organization_goes_before_the_mailbox(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditEnabled=False)
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    assert estate.actions() == ["Owner HardDelete"]


def test_A10_bypass_keeps_a_person_out(estate: Estate) -> None:
    for box in (ROSA, OLA):
        estate.mailbox(box)
    estate.run("set-mailbox-audit-bypass-association", Identity=OLA, AuditBypassEnabled=True)
    estate.read(
        *(purge(at("08:00"), box, f"s-{box}", 1) for box in (ROSA, OLA)), fetched(at("08:02"), OLA, "s2", 2, SHARED)
    )
    assert estate.actions(ROSA) == ["Owner HardDelete"]
    assert estate.actions(OLA) == []
    holes = [one for one in estate.run("unrecorded-acts") if one["Rule"] == "bypass"]
    assert [(one["Account"], one["Acts"]) for one in holes] == [(OLA, 2)], "no hole is silent"


def test_A11_turning_it_on_does_not_change_the_mailbox(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditEnabled=False)
    estate.run("set-organization-config", AuditDisabled=True)
    estate.run("set-organization-config", AuditDisabled=False)
    assert estate.run("get-mailbox", Identity=ROSA)[0]["AuditEnabled"] is False


def test_A12_types_of_mailboxes(estate: Estate) -> None:
    kinds = {"user": {}, "shared": {"Shared": True}, "group": {"GroupMailbox": True}, "room": {"Room": True}}
    kinds["equipment"] = {"Equipment": True}
    for name, given in kinds.items():
        estate.mailbox(f"{name}@example.org", **given)
    estate.mailbox("public@example.org")
    with estate.context() as context:
        box = context.directory.mailboxes.find("public@example.org")
        context.directory.mailboxes.change(box.id, context.micros, type="PublicFolderMailbox")
    estate.mailbox("search@example.org")
    with estate.context() as context:
        box = context.directory.mailboxes.find("search@example.org")
        context.directory.mailboxes.change(box.id, context.micros, type="DiscoveryMailbox")
    kinds |= {"public": {}, "search": {}}
    estate.read(*(purge(at("08:00"), f"{name}@example.org", f"s-{name}", 1) for name in kinds))
    audited = {name for name in kinds if estate.actions(f"{name}@example.org")}
    assert audited == {"user", "shared", "group"}


def test_A12_public_folders_of_a_mail_server(estate: Estate) -> None:
    """They are nobody's mailbox: no record says that whoever opens them owns them, and no act there is silent."""
    estate.read(purge(at("08:00"), ROSA, "s1", 1, "Public/News"), purge(at("08:01"), ROSA, "s1", 2))
    assert estate.actions(ROSA) == ["Owner HardDelete"]
    (box,) = estate.run("get-mailbox", PublicFolder=True)
    assert (box["Name"], box["RecipientTypeDetails"]) == ("public folders", "PublicFolderMailbox")
    assert estate.actions("Public Folders") == []
    (hole,) = [one for one in estate.run("unrecorded-acts") if one["Rule"] == "mailbox-type"]
    assert hole["Acts"] == 1
    estate.run("set-organization-config", PublicPrefixes={"Replace": ["#news/"]})
    steps = estate.run("audit-explain", Identity="Public Folders", Actor=ROSA, Action="HardDelete")
    assert steps[-1]["Rule"] == "mailbox-type"


def test_A13_the_owner_is_the_account_of_the_mailbox(estate: Estate) -> None:
    estate.mailbox(ROSA, LoginNames="rosa")
    estate.read(purge(at("08:00"), "rosa", "s1", 1))
    assert estate.actions(ROSA) == ["Owner HardDelete"]


def test_A14_others_are_delegates_administrators_too(estate: Estate) -> None:
    estate.read(
        fetched(at("08:02"), "administrator@example.org", "s2", 2, SHARED),
        *submitted(at("08:07"), OLA, ROSA, "4A1B2C3D4F"),
    )
    assert estate.actions() == ["Delegate MailItemsAccessed", "Delegate SendAs"]


def test_A15_administrative_access_is_admin(estate: Estate) -> None:
    estate.read(
        signed_in(at("08:00"), ROSA, "s1", master_user="admin@example.org"),
        purge(at("08:01"), ROSA, "s1", 4),
    )
    (record,) = estate.search()
    assert (record["LogonType"], record["LogonUserDisplayName"]) == ("Admin", "admin@example.org")


def test_A16_the_matrix_says_what_can_be_logged(estate: Estate) -> None:
    """Every action of the table for every logon type, with the default set and one of all that can be chosen."""
    estate.mailbox(ROSA)
    for edition, table in (("current", CURRENT), ("2021", SEED)):
        estate.run("set-organization-config", AuditMatrix=edition)
        for marks in ("*", "*+"):
            _check_matrix(estate, table, marks)
            chosen = {f"Audit{kind}": sorted(printed(table, kind, "*+") - {"MessageBind"}) for kind in LogonType}
            estate.run("set-mailbox", Identity=ROSA, **chosen)
        estate.run("set-mailbox", Identity=ROSA, DefaultAuditSet=["Admin", "Delegate", "Owner"])


def _check_matrix(estate: Estate, table: str, marks: str) -> None:
    for action in (line.split()[0] for line in table.split("\n") if line):
        for kind in LogonType:
            actor = ROSA if kind is LogonType.OWNER else OLA
            steps = estate.run("audit-explain", Identity=ROSA, Actor=actor, Action=action, LogonType=str(kind))
            recorded = next(one["Recorded"] for one in steps if one["Recorded"] is not None)
            # MessageBind is accepted; without parity nobody lacks the licence for want of which it is logged.
            assert recorded is (action in printed(table, kind, marks) and action != "MessageBind"), (action, kind)


def test_A17_values_that_are_accepted_and_do_nothing(estate: Estate) -> None:
    estate.mailbox(ROSA)
    values = "AddFolderPermissions,ModifyFolderPermissions,RemoveFolderPermissions,MessageBind"
    estate.run("set-mailbox", Identity=ROSA, AuditAdmin=values)
    for action in values.split(","):
        steps = estate.run("audit-explain", Identity=ROSA, Actor=OLA, Action=action, LogonType="Admin")
        assert steps[-1]["Recorded"] is False, action
    estate.run("set-mailbox", Identity=ROSA, AuditOwner=values.removesuffix(",MessageBind"))
    estate.read(command(at("08:00"), ROSA, "s1", "SETACL", "INBOX eve@example.org lr"))
    assert estate.actions() == [], "the three are part of UpdateFolderPermissions, and do not stand for it"
    estate.now = at("09:00")
    estate.run("set-mailbox", Identity=ROSA, AuditOwner={"Add": ["UpdateFolderPermissions"]})
    estate.read(command(at("10:00"), ROSA, "s2", "DELETEACL", "INBOX eve@example.org"))
    assert estate.actions() == ["Owner UpdateFolderPermissions"]


def test_A18_create_is_of_calendar_contacts_notes_and_tasks(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="Create")
    made = [("Calendar", 1), ("Notes", 2), ("INBOX", 3), ("Sent", 4), ("Contacts", 5), ("Tasks", 6), ("Projects", 7)]
    estate.read(
        *(item(at(f"08:0{uid}"), ROSA, "s1", "save", folder, uid) for folder, uid in made),
        f"{at('08:09').isoformat()} imap1 dovecot: imap({ROSA})<77><s1>: Mailbox created: Projects",
    )
    assert [one["FolderPathName"] for one in estate.search()][::-1] == [
        f"\\{name}" for name in ("Calendar", "Notes", "Contacts", "Tasks")
    ]


def test_A19_folders_that_delegates_open_once_in_24_hours(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditDelegate={"Add": ["FolderBind"]}, AuditAdmin={"Add": ["FolderBind"]})
    estate.read(
        *(select(at(f"{hour:02}:00"), OLA, f"s{hour}", SHARED) for hour in (8, 9, 20)),
        select(at("08:00", 21), OLA, "s33", SHARED),
        *(signed_in(at(f"1{n}:00"), ROSA, f"a{n}", master_user="admin@example.org") for n in (0, 1)),
        *(select(at(f"1{n}:01"), ROSA, f"a{n}") for n in (0, 1)),
    )
    assert estate.actions(LogonTypes="Delegate") == ["Delegate FolderBind"] * 2
    assert estate.actions(LogonTypes="Admin") == ["Admin FolderBind"] * 2


def test_A20_access_and_sending_need_the_premium_licence(estate: Estate) -> None:
    estate.run("set-organization-config", ExchangeParity=True)
    for name, licence in ((ROSA, "Premium"), (OLA, "Standard")):
        estate.mailbox(name, Licence=licence)
    for name in (ROSA, OLA):
        estate.read(
            signed_in(at("08:00"), name, f"s-{name}"),
            fetched(at("08:01"), name, f"s-{name}", 1),
            purge(at("08:02"), name, f"s-{name}", 2),
            *submitted(at("08:06"), name, name, f"4A1B2C3D{name[:1].upper().replace('R', 'A').replace('O', 'B')}E"),
        )
    assert estate.actions(ROSA) == ["Owner MailItemsAccessed", "Owner HardDelete", "Owner Send"]
    assert estate.actions(OLA) == ["Owner HardDelete"]


def test_A20_in_a_shared_mailbox_the_licence_of_who_acts_counts(estate: Estate) -> None:
    """It has no account, and so no user, of its own."""
    estate.run("set-organization-config", ExchangeParity=True)
    for name, licence in ((ROSA, "Premium"), (OLA, "Standard")):
        estate.mailbox(name, Licence=licence)
    estate.mailbox(TEAM, Shared=True, Licence="Standard")
    estate.mailbox("ada@example.org", Licence="Standard")
    team = "shared/team@example.org/INBOX"
    estate.read(
        *(fetched(at("08:01"), who, f"s-{who}", number, team) for number, who in enumerate((ROSA, OLA), 1)),
        *(purge(at("08:02"), who, f"s-{who}", 7 + number, team) for number, who in enumerate((ROSA, OLA), 1)),
        fetched(at("08:03"), ROSA, f"s-{ROSA}", 3, "shared/ada@example.org/INBOX"),
    )
    assert sorted((one["LogonUserDisplayName"], one["Operation"]) for one in estate.search(TEAM)) == [
        ("ola", "HardDelete"),
        ("rosa", "HardDelete"),
        ("rosa", "MailItemsAccessed"),
    ]
    assert estate.actions("ada@example.org") == [], "in a person's mailbox it is that person's licence"
    (shown,) = estate.run("get-mailbox", Identity=TEAM)
    assert "MailItemsAccessed" in shown["AuditDelegate"]
    steps = estate.run("audit-explain", Identity=TEAM, Actor=OLA, Action="MailItemsAccessed")
    assert (steps[-1]["Rule"], OLA in steps[-1]["Reason"]) == ("licence", True)


def test_A21_records_and_labels_of_a_service_that_has_them(estate: Estate) -> None:
    """A mail server has no retention labels: that a record is not purged is for the service to see to. Its records of
    it are found, each with its one label; and what no log shows is said."""
    estate.mailbox(ROSA)
    shared = {"CreationTime": "2026-11-20T08:00:00", "RecordType": 2, "UserId": ROSA, "MailboxOwnerUPN": ROSA}
    shared |= {"LogonType": 0, "Workload": "Exchange"}
    item = {"Id": "AAMk1", "Subject": "Contract", "ParentFolder": {"Path": "\\Inbox"}}
    done = (("ApplyRecord", "Contracts"), ("UpdateComplianceTag", "Contracts 10 years"), ("RecordDelete", "Contracts"))
    export = [
        {**shared, "Id": f"7f0c0a5{number}", "Operation": action, "Item": item, "ItemComplianceLabel": label}
        for number, (action, label) in enumerate(done)
    ]
    estate.file("export.json", json.dumps(export))
    found = {one["Operation"]: one for one in estate.search()}
    assert {action: found[action]["ItemComplianceLabel"] for action, _ in done} == dict(done)
    assert [one["Operation"] for one in estate.search(Operations="RecordDelete")] == ["RecordDelete"]
    assert estate.search(Operations="HardDelete") == []
    for action, editions in (("RecordDelete", ("current", "2021")), ("UpdateComplianceTag", ("2021",))):
        for edition in editions:
            assert action in matrix.allowed(edition, LogonType.OWNER) - matrix.default_set(edition, LogonType.OWNER)
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    told = {one["Operation"]: one["Remark"] for one in estate.run("audit-host-coverage", Hosts="imap1")}
    assert all("no retention labels" in told[action] for action, _ in done)
    assert "ApplyRecord" in estate.run("audit-coverage", Mailboxes=ROSA)[0]["Unseeable"]


def test_A22_customized_sets_are_kept(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="HardDelete")
    estate.run("set-organization-config", AuditDisabled=True)
    estate.run("set-organization-config", AuditDisabled=False, AuditMatrix="2021")
    assert estate.run("get-mailbox", Identity=ROSA)[0]["AuditOwner"] == ["HardDelete"]
    estate.read(purge(at("08:00"), ROSA, "s1", 1), item(at("08:02"), ROSA, "s1", "flag_change", "INBOX", 8))
    assert estate.actions() == ["Owner HardDelete"]


def test_A23_group_mailboxes_have_a_fixed_set(estate: Estate) -> None:
    estate.mailbox(TEAM, GroupMailbox=True)
    team = "shared/team@example.org/INBOX"
    estate.read(
        fetched(at("08:01"), OLA, "s1", 1, team),
        item(at("08:02"), OLA, "s1", "flag_change", team, 8),
        command(at("08:03"), OLA, "s1", "SETACL", f"{team} eve@example.org lr"),
    )
    assert estate.actions(TEAM) == ["Delegate Update"]


def test_A24_default_audit_set_shows_what_is_managed(estate: Estate) -> None:
    def managed(**given: object) -> list[str]:
        if given:
            estate.run("set-mailbox", Identity=ROSA, **given)
        return list(estate.run("get-mailbox", Identity=ROSA)[0]["DefaultAuditSet"])

    estate.mailbox(ROSA)
    assert managed() == ["Admin", "Delegate", "Owner"]
    assert managed(AuditOwner="Update") == ["Admin", "Delegate"]
    assert managed(AuditAdmin={"Remove": ["Update"]}) == ["Delegate"]
    assert managed(AuditDelegate="Move") == []
    estate.mailbox(TEAM, GroupMailbox=True)
    (group,) = estate.run("get-mailbox", Identity=TEAM, GroupMailbox=True)
    assert group["DefaultAuditSet"] == ["Admin", "Delegate", "Owner"]


def test_A25_the_lists_show_the_actions_that_are_logged(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="MailboxLogin,Update")
    (box,) = estate.run("get-mailbox", Identity=ROSA)
    assert box["AuditOwner"] == ["Update", "MailboxLogin"], "in the order of the enumeration"


def test_A26_lists_are_replaced_or_changed_by_logon_type(estate: Estate) -> None:
    estate.mailbox(ROSA)

    def owner(change: object) -> list[str]:
        return list(estate.run("set-mailbox", Identity=ROSA, AuditOwner=change)[0]["AuditOwner"])

    assert owner("HardDelete,Update") == ["Update", "HardDelete"]
    assert owner({"Add": ["Move", "MailboxLogin"]}) == ["Update", "Move", "HardDelete", "MailboxLogin"]
    assert owner({"Remove": ["Move"]}) == ["Update", "HardDelete", "MailboxLogin"]
    (box,) = estate.run("get-mailbox", Identity=ROSA)
    assert box["AuditAdmin"] == in_order(matrix.default_set("current", LogonType.ADMIN)), "others stay"
    estate.mailbox(TEAM, GroupMailbox=True)
    with pytest.raises(Exception, match="group mailbox"):
        estate.run("set-mailbox", Identity=TEAM, GroupMailbox=True, AuditOwner="Update")


def test_A27_default_sets_can_be_restored(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner="Move", AuditAdmin="Move", AuditDelegate="Move")
    (box,) = estate.run("set-mailbox", Identity=ROSA, DefaultAuditSet=["Admin", "Owner"])
    assert box["DefaultAuditSet"] == ["Admin", "Owner"]
    assert box["AuditOwner"] == in_order(matrix.default_set("current", LogonType.OWNER))
    assert box["AuditDelegate"] == ["Move"]
    estate.mailbox(TEAM, GroupMailbox=True)
    with pytest.raises(Exception, match="group mailbox"):
        estate.run("set-mailbox", Identity=TEAM, GroupMailbox=True, DefaultAuditSet=["Admin"])


def test_A28_the_switch_stops_everything_from_then_on(estate: Estate) -> None:
    estate.mailbox(ROSA)
    estate.mailbox(OLA)
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    estate.now = at("09:00")
    estate.run("set-organization-config", AuditDisabled=True)
    estate.run("set-mailbox", Identity=ROSA, AuditEnabled=True)
    estate.run("set-mailbox-audit-bypass-association", Identity=OLA, AuditBypassEnabled=True)
    estate.now = at("11:00")
    estate.run("set-organization-config", AuditDisabled=False)
    estate.read(
        *(purge(at(f"{hour}:30"), ROSA, f"s{hour}", int(hour)) for hour in ("08", "10", "12")),
        purge(at("10:40"), OLA, "s40", 40),
    )
    assert [one["LastAccessed"][11:16] for one in estate.search()][::-1] == ["08:00", "08:30", "12:30"]
    rules = {one["Rule"] for one in estate.run("unrecorded-acts")}
    assert rules == {"organization-off"}, "bypass associations are ignored then"


def test_A29_bypass_stops_all_that_a_person_does(estate: Estate) -> None:
    for box in (ROSA, OLA):
        estate.mailbox(box)
    estate.mailbox(TEAM, Shared=True)
    estate.run("set-mailbox-audit-bypass-association", Identity=OLA, AuditBypassEnabled=True)
    estate.read(
        purge(at("08:00"), OLA, "s1", 1),
        fetched(at("08:01"), OLA, "s2", 1, SHARED),
        fetched(at("08:02"), OLA, "s3", 1, "shared/team@example.org/INBOX"),
        signed_in(at("08:03"), ROSA, "s4", master_user=OLA),
        fetched(at("08:04"), ROSA, "s4", 3),
        *submitted(at("08:07"), OLA, ROSA, "4A1B2C3D4F"),
        fetched(at("08:08"), ROSA, "s5", 1, "shared/ola@example.org/INBOX"),
    )
    assert [estate.actions(box) for box in (ROSA, TEAM)] == [[], []]
    assert estate.actions(OLA) == ["Delegate MailItemsAccessed"], "what others do in the mailbox is recorded"
    (shown,) = estate.run("get-mailbox-audit-bypass-association", Identity=OLA)
    assert shown["AuditBypassEnabled"] is True


def test_A38_access_across_geo_locations_leaves_no_record(estate: Estate) -> None:
    estate.mailbox(TEAM, Shared=True, GeoLocation="EUR")
    estate.mailbox(OLA, GeoLocation="APC")
    estate.mailbox(ROSA, GeoLocation="EUR")
    team = "shared/team@example.org/INBOX"
    estate.read(fetched(at("08:01"), OLA, "s1", 1, team), fetched(at("08:02"), ROSA, "s2", 2, team))
    assert [one["LogonUserDisplayName"] for one in estate.search(TEAM)] == ["rosa"]
    assert "cross-geo" in {one["Rule"] for one in estate.run("unrecorded-acts")}

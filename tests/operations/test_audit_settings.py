"""Mailbox auditing, requirements A: what is decided by settings. Tests are named by the requirement's number."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from asking import Desk

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy import matrix as policy
from mailwake.audit.policy.actions import in_order
from mailwake.operations.contract import OperationError

ADMIN, DELEGATE, OWNER = LogonType.ADMIN, LogonType.DELEGATE, LogonType.OWNER
ROSA = "rosa@corp.test"
ALL = ["Admin", "Delegate", "Owner"]


def default(kind: LogonType, matrix: str = "current", **more: Any) -> list[str]:
    return list(in_order(policy.default_set(matrix, kind, **more)))


@pytest.fixture
def rosa(desk: Desk) -> dict[str, Any]:
    """A user mailbox."""
    return desk.one("New-Mailbox", Name="Rosa Ek", PrimarySmtpAddress=ROSA)


@pytest.fixture
def team(desk: Desk) -> dict[str, Any]:
    """A group mailbox."""
    return desk.one("New-Mailbox", Name="Team", PrimarySmtpAddress="team@corp.test", GroupMailbox=True)


def test_A01_A08_auditing_is_on_by_default(desk: Desk) -> None:
    assert desk.one("Get-OrganizationConfig")["AuditDisabled"] is False


def test_A03_a_new_mailbox_is_audited_at_once(desk: Desk, rosa: dict[str, Any]) -> None:
    assert rosa["AuditEnabled"] is True and rosa["DefaultAuditSet"] == ALL
    assert desk.records("HardDelete", ROSA, ROSA, OWNER)
    desk.directory.discover(["seen@corp.test"], desk.micros)
    assert desk.one("Get-Mailbox", Identity="seen")["AuditEnabled"] is True
    assert desk.records("HardDelete", "seen", "seen@corp.test", OWNER)


def test_A04_A25_default_sets_are_shown(desk: Desk, rosa: dict[str, Any]) -> None:
    for kind in LogonType:
        assert rosa[f"Audit{kind}"] == default(kind)
    desk("Set-OrganizationConfig", AuditMatrix="2021")
    seeds = desk.one("Get-Mailbox", Identity=ROSA)
    for kind in LogonType:
        assert seeds[f"Audit{kind}"] == default(kind, "2021")
    assert (len(seeds["AuditAdmin"]), len(seeds["AuditDelegate"]), len(seeds["AuditOwner"])) == (13, 12, 10)
    assert "Send" in seeds["AuditDelegate"] and "Send" not in rosa["AuditDelegate"]


def test_A05_a_released_action_reaches_managed_sets_only(
    desk: Desk, rosa: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("Set-Mailbox", Identity=ROSA, AuditDelegate={"Remove": "Create"})
    desk("Set-Mailbox", Identity=ROSA, Licence="Standard")
    released = policy.Release("current", "", policy.Row("AttachmentAccess", "DDD", policy.PREMIUM))
    monkeypatch.setattr(policy, "RELEASES", (*policy.RELEASES, released))
    policy._edition.cache_clear()
    try:
        assert desk.records("AttachmentAccess", ROSA, ROSA, OWNER)
        assert desk.records("AttachmentAccess", "adm", ROSA, ADMIN)
        assert not desk.records("AttachmentAccess", "kim", ROSA, DELEGATE)
        desk("Set-OrganizationConfig", ExchangeParity=True)
        assert not desk.records("AttachmentAccess", ROSA, ROSA, OWNER), "subject to licence"
    finally:
        monkeypatch.undo()
        policy._edition.cache_clear()


def test_A06_one_policy_for_all(desk: Desk, rosa: dict[str, Any]) -> None:
    shared = desk.one("New-Mailbox", Name="Info", PrimarySmtpAddress="info@corp.test", Shared=True)
    for name in ("AuditAdmin", "AuditDelegate", "AuditOwner", "DefaultAuditSet"):
        assert shared[name] == rosa[name]


def test_A09_A11_the_organization_switch_overrides_the_mailbox(desk: Desk, rosa: dict[str, Any]) -> None:
    off = desk.one("Set-Mailbox", Identity=ROSA, AuditEnabled=False)
    assert off["AuditEnabled"] is False and "does not stop auditing" in desk.warnings[0]
    assert desk.records("HardDelete", ROSA, ROSA, OWNER)
    desk("Set-OrganizationConfig", AuditDisabled=True)
    desk("Set-OrganizationConfig", AuditDisabled=False)
    assert desk.one("Get-Mailbox", Identity=ROSA)["AuditEnabled"] is False


def test_A10_A29_bypass_stops_everything_that_a_person_does(desk: Desk, rosa: dict[str, Any]) -> None:
    desk("New-Mailbox", Name="Info", PrimarySmtpAddress="info@corp.test", Shared=True)
    assert desk.one("Get-MailboxAuditBypassAssociation", Identity=ROSA)["AuditBypassEnabled"] is False
    desk("Set-MailboxAuditBypassAssociation", Identity="Rosa Ek", AuditByPassEnabled=True)
    assert desk.one("Get-MailboxAuditBypassAssociation", Identity=ROSA)["AuditBypassEnabled"] is True
    for mailbox, kind in ((ROSA, OWNER), ("info@corp.test", DELEGATE), ("info@corp.test", ADMIN)):
        assert not desk.records("HardDelete", ROSA, mailbox, kind)
    assert desk.records("HardDelete", "kim", ROSA, DELEGATE), "it is tied to who acts, not to the mailbox"
    (only,) = desk("Get-MailboxAuditBypassAssociation", BypassedOnly=True)
    assert only["Name"] == "Rosa Ek" and only["Guid"] == rosa["Guid"]


def test_A29_an_account_without_a_mailbox_can_bypass(desk: Desk) -> None:
    with pytest.raises(OperationError, match="neither a mailbox nor an account"):
        desk("Set-MailboxAuditBypassAssociation", Identity="master", AuditBypassEnabled=True)
    made = desk.one("Set-MailboxAuditBypassAssociation", Identity="Master", AuditBypassEnabled=True, Force=True)
    assert made["Identity"] == "master" and made["HasMailbox"] is False
    assert not desk.records("HardDelete", "MASTER", ROSA, ADMIN)
    desk("Set-MailboxAuditBypassAssociation", Identity="master", AuditBypassEnabled=False)
    assert desk.records("HardDelete", "master", ROSA, ADMIN)


@pytest.mark.parametrize(("switch", "audited"), [("Shared", True), ("Room", False), ("Equipment", False)])
def test_A12_types_of_mailbox(desk: Desk, switch: str, audited: bool) -> None:
    made = desk.one("New-Mailbox", Name="Some", PrimarySmtpAddress="some@corp.test", **{switch: True})
    assert bool(made["AuditOwner"]) is audited
    assert desk.records("HardDelete", "some", "some@corp.test", OWNER) is audited


def test_A17_values_without_effect_are_taken(desk: Desk, rosa: dict[str, Any]) -> None:
    values = ["AddFolderPermissions", "ModifyFolderPermissions", "RemoveFolderPermissions", "MessageBind"]
    assert desk.one("Set-Mailbox", Identity=ROSA, AuditAdmin=values)["AuditAdmin"] == list(in_order(values))


def test_A22_A33_what_was_customized_before_stays(desk: Desk) -> None:
    table = (
        "Name,PrimarySmtpAddress,AuditEnabled,AuditLogAgeLimit,AuditAdmin,AuditDelegate,AuditOwner\n"
        f"Old,old@corp.test,True,365.00:00:00,{';'.join(default(ADMIN))},HardDelete;Update,None\n"
    )
    desk("directory-import", content=table)
    old = desk.one("Get-Mailbox", Identity="old@corp.test")
    assert old["AuditDelegate"] == ["Update", "HardDelete"] and old["AuditOwner"] == []
    assert old["DefaultAuditSet"] == ["Admin"], "a list that is the default one is the vendor's"
    assert old["AuditLogAgeLimit"] == "365.00:00:00"
    desk("Set-OrganizationConfig", AuditDisabled=True)
    desk("Set-OrganizationConfig", AuditDisabled=False)
    assert desk.one("Get-Mailbox", Identity="old@corp.test") == old


def test_A23_A24_group_mailboxes_have_a_fixed_set(desk: Desk, team: dict[str, Any]) -> None:
    assert team["DefaultAuditSet"] == ALL
    assert team["AuditOwner"] == ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete"]
    assert desk.one("Get-Mailbox", Identity="team", GroupMailbox=True)["DefaultAuditSet"] == ALL
    with pytest.raises(OperationError, match="is a group mailbox"):
        desk("Get-Mailbox", Identity="team")


@pytest.mark.parametrize(
    "order",
    [
        {"AuditOwner": "Move"},
        {"AuditAdmin": {"Add": "Copy"}},
        {"AuditDelegate": {"Remove": "Update"}},
        {"DefaultAuditSet": ["Owner"]},
        {"Type": "Shared"},
    ],
)
def test_A26_A27_group_mailboxes_refuse(desk: Desk, team: dict[str, Any], order: dict[str, Any]) -> None:
    with pytest.raises(OperationError) as caught:
        desk("Set-Mailbox", Identity="team", GroupMailbox=True, **order)
    assert caught.value.code == "group-mailbox-fixed"
    assert desk.one("Get-Mailbox", Identity="team", GroupMailbox=True) == team


def test_A34_a_group_needs_the_switch_for_its_age_limit(desk: Desk, team: dict[str, Any], rosa: dict[str, Any]) -> None:
    with pytest.raises(OperationError, match="group mailbox") as caught:
        desk("Set-Mailbox", Identity="team", AuditLogAgeLimit=120)
    assert "GroupMailbox" in caught.value.advice
    changed = desk.one("Set-Mailbox", Identity="team", GroupMailbox=True, AuditLogAgeLimit="120")
    assert changed["AuditLogAgeLimit"] == "120.00:00:00"
    with pytest.raises(OperationError, match="not a group mailbox"):
        desk("Set-Mailbox", Identity=ROSA, GroupMailbox=True, AuditLogAgeLimit=120)


def test_A24_A26_A27_every_way_through_managed_and_custom(desk: Desk, rosa: dict[str, Any]) -> None:
    """All 8 states of DefaultAuditSet, reached and restored in every order; the other types never change with it."""
    for customized in itertools.chain.from_iterable(itertools.combinations(LogonType, n) for n in range(4)):
        for restored in itertools.chain.from_iterable(itertools.permutations(LogonType, n) for n in range(3)):
            desk("Set-Mailbox", Identity=ROSA, DefaultAuditSet=ALL)
            for kind in customized:
                desk("Set-Mailbox", Identity=ROSA, **{f"Audit{kind}": "HardDelete,SoftDelete"})
            if restored:
                desk("Set-Mailbox", Identity=ROSA, DefaultAuditSet=[kind.value for kind in restored])
            shown = desk.one("Get-Mailbox", Identity=ROSA)
            own = set(customized) - set(restored)
            assert shown["DefaultAuditSet"] == [kind for kind in ALL if LogonType(kind) not in own]
            for kind in LogonType:
                wanted = ["SoftDelete", "HardDelete"] if kind in own else default(kind)
                assert shown[f"Audit{kind}"] == wanted


def test_A26_replace_add_remove(desk: Desk, rosa: dict[str, Any]) -> None:
    assert desk.one("Set-Mailbox", Identity=ROSA, AuditAdmin="hardDELETE,SoftDelete")["AuditAdmin"] == [
        *("SoftDelete", "HardDelete")
    ]
    added = desk.one("Set-Mailbox", Identity=ROSA, AuditOwner={"Add": ["MailboxLogin", "Move"]})
    assert set(added["AuditOwner"]) == {*default(OWNER), "MailboxLogin", "Move"}
    assert added["DefaultAuditSet"] == ["Delegate"]
    both = desk.one("Set-Mailbox", Identity=ROSA, AuditOwner={"add": "RecordDelete", "REMOVE": ["Move", "Update"]})
    assert set(both["AuditOwner"]) == ({*default(OWNER), "MailboxLogin", "RecordDelete"} - {"Update"})
    removed = desk.one("Set-Mailbox", Identity=ROSA, AuditDelegate={"Remove": "MoveToDeletedItems"})
    assert set(removed["AuditDelegate"]) == set(default(DELEGATE)) - {"MoveToDeletedItems"}
    assert removed["DefaultAuditSet"] == []
    nothing = desk.one("Set-Mailbox", Identity=ROSA, AuditAdmin=None, AuditOwner="None")
    assert nothing["AuditAdmin"] == nothing["AuditOwner"] == []
    assert not desk.records("HardDelete", ROSA, ROSA, OWNER)


@pytest.mark.parametrize("kind", LogonType)
def test_A16_A26_values_that_a_logon_type_takes(desk: Desk, rosa: dict[str, Any], kind: LogonType) -> None:
    """Every action against the matrix of either edition: taken or refused, by replacing and by adding."""
    from mailwake.audit.policy.actions import ACTIONS

    for matrix in policy.MATRICES:
        desk("Set-OrganizationConfig", AuditMatrix=matrix)
        for action in (*ACTIONS, "Nonsense"):
            for value in (action, {"Add": action}):
                before = desk.one("Get-Mailbox", Identity=ROSA)
                if action in policy.accepted(matrix, kind):
                    shown = desk.one("Set-Mailbox", Identity=ROSA, **{f"Audit{kind}": value})
                    assert action in shown[f"Audit{kind}"]
                    continue
                with pytest.raises(OperationError) as caught:
                    desk("Set-Mailbox", Identity=ROSA, **{f"Audit{kind}": value})
                assert caught.value.code == "value-not-allowed" and action in caught.value.message
                assert desk.one("Get-Mailbox", Identity=ROSA) == before


def test_A27_not_with_a_change_of_the_same_type(desk: Desk, rosa: dict[str, Any]) -> None:
    with pytest.raises(OperationError, match="gives back"):
        desk("Set-Mailbox", Identity=ROSA, DefaultAuditSet="Owner", AuditOwner="Move")
    mixed = desk.one("Set-Mailbox", Identity=ROSA, DefaultAuditSet="Admin", AuditOwner="Move")
    assert mixed["DefaultAuditSet"] == ["Admin", "Delegate"]


def test_A28_off_for_the_organization(desk: Desk, rosa: dict[str, Any]) -> None:
    desk("Set-Mailbox", Identity=ROSA, AuditEnabled=False)
    desk.directory.deciding(desk.micros)
    desk("Set-MailboxAuditBypassAssociation", Identity=ROSA, AuditBypassEnabled=True)
    start = desk.wait()
    desk("Set-OrganizationConfig", AuditDisabled=True)
    assert desk.one("Get-OrganizationConfig")["AuditDisabled"] is True
    assert not desk.records("HardDelete", "kim", ROSA, DELEGATE)
    assert desk.records("HardDelete", "kim", ROSA, DELEGATE, start - 1), "from then on, not before"
    assert desk.one("New-Mailbox", Name="New", PrimarySmtpAddress="new@corp.test")["AuditEnabled"] is False
    assert desk.one("Set-Mailbox", Identity=ROSA, AuditEnabled=True)["AuditEnabled"] is False
    assert "ignored" in desk.warnings[0]
    desk.wait()
    desk("Set-OrganizationConfig", AuditDisabled=False)
    assert desk.records("HardDelete", "kim", ROSA, DELEGATE)
    assert not desk.records("HardDelete", ROSA, ROSA, OWNER), "the bypass association counts again"


def test_A30_auditing_switched_on_by_hand(desk: Desk, rosa: dict[str, Any]) -> None:
    settings = desk.directory.settings()
    assert not settings.mailbox(ROSA, desk.micros).audit_enabled_by_hand
    desk("Set-Mailbox", Identity=ROSA, AuditEnabled=False)
    desk("Set-Mailbox", Identity=ROSA, AuditEnabled=True)
    assert desk.directory.settings().mailbox(ROSA, desk.micros).audit_enabled_by_hand


@pytest.mark.parametrize(
    ("given", "shown"),
    [("60.00:00:00", "60.00:00:00"), (60, "60.00:00:00"), ("7", "7.00:00:00"), ("00:00:00", "00:00:00")],
)
def test_A31_age_limit(desk: Desk, rosa: dict[str, Any], given: object, shown: str) -> None:
    assert rosa["AuditLogAgeLimit"] == "90.00:00:00"
    assert desk.one("Set-Mailbox", Identity=ROSA, AuditLogAgeLimit=given)["AuditLogAgeLimit"] == shown


def test_A32_reach_of_the_audit_log_search(desk: Desk) -> None:
    assert desk.one("Get-OrganizationConfig")["AuditLogSearchReach"] == "Unlimited"
    assert desk.one("Set-OrganizationConfig", ExchangeParity=True)["AuditLogSearchReach"] == 90
    assert desk.one("Set-OrganizationConfig", AuditLogSearchReach=30)["AuditLogSearchReach"] == 30


def test_A36_quotas(desk: Desk, rosa: dict[str, Any]) -> None:
    assert rosa["RecoverableItemsQuota"].startswith("30 GB") and rosa["RecoverableItemsWarningQuota"].startswith(
        "20 GB"
    )
    held = desk.one("Set-Mailbox", Identity=ROSA, LitigationHoldEnabled=True)
    assert held["RecoverableItemsQuota"].startswith("100 GB") and held["RecoverableItemsWarningQuota"].startswith(
        "90 GB"
    )
    desk("Set-Mailbox", Identity=ROSA, LitigationHoldEnabled=False, RetentionPolicy="Seven years")
    assert desk.one("Get-Mailbox", Identity=ROSA)["RecoverableItemsQuota"].startswith("100 GB")
    own = desk.one("Set-Mailbox", Identity=ROSA, RecoverableItemsQuota="50GB")
    assert own["RecoverableItemsQuota"] == "50 GB (53,687,091,200 bytes)"


def test_A38_where_a_mailbox_lies(desk: Desk, rosa: dict[str, Any]) -> None:
    desk("New-Mailbox", Name="Info", PrimarySmtpAddress="info@corp.test", Shared=True, GeoLocation="EUR")
    desk("Set-Mailbox", Identity=ROSA, GeoLocation="NAM")
    assert not desk.records("HardDelete", ROSA, "info@corp.test", DELEGATE)
    desk("Set-Mailbox", Identity=ROSA, GeoLocation="EUR")
    assert desk.records("HardDelete", ROSA, "info@corp.test", DELEGATE)


def test_A39_settings_of_the_seed_in_sequence(desk: Desk) -> None:
    for name, address in (("Gabriela Laureano", "gabriela"), ("Laura", "laura"), ("Mark", "mark"), ("Chris", "chris")):
        desk("New-Mailbox", Name=name, PrimarySmtpAddress=f"{address}@contoso.example")
    desk("New-Mailbox", Name="Team Discussion", PrimarySmtpAddress="td@contoso.example", Shared=True)
    one = desk.one("Set-Mailbox", Identity="Gabriela Laureano", AuditAdmin=["HardDelete", "SoftDelete"])
    assert one["AuditAdmin"] == ["SoftDelete", "HardDelete"] and one["DefaultAuditSet"] == ["Delegate", "Owner"]
    two = desk.one("Set-Mailbox", Identity="laura@contoso.example", AuditOwner={"Add": "MailboxLogin"})
    assert set(two["AuditOwner"]) == {*default(OWNER), "MailboxLogin"}
    assert two["DefaultAuditSet"] == ["Admin", "Delegate"]
    three = desk.one("Set-Mailbox", Identity="Team Discussion", AuditDelegate={"Remove": "MoveToDeletedItems"})
    assert set(three["AuditDelegate"]) == set(default(DELEGATE)) - {"MoveToDeletedItems"}
    assert three["DefaultAuditSet"] == ["Admin", "Owner"]
    custom = {"AuditAdmin": "Move", "AuditDelegate": "Move", "AuditOwner": "Move"}
    for name in ("mark", "chris"):
        desk("Set-Mailbox", Identity=name, **custom)
    four = desk.one("Set-Mailbox", Identity="mark@contoso.example", DefaultAuditSet=["Admin", "Delegate", "Owner"])
    assert four["DefaultAuditSet"] == ALL and four["AuditOwner"] == default(OWNER)
    five = desk.one("Set-Mailbox", Identity="chris@contoso.example", DefaultAuditSet=["Admin"])
    assert five["DefaultAuditSet"] == ["Admin"] and five["AuditOwner"] == five["AuditDelegate"] == ["Move"]


def test_mailbox_types_are_all_known() -> None:
    assert set(MailboxType) >= policy.SUPPORTED_TYPES

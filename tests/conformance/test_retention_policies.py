"""Retention policies of the unified audit log (R32): which one counts, and what they leave alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from audited_estate import OLA, ROSA, Estate, at, purge, select

from mailwake.audit.unified_retention import MOST
from mailwake.operations.contract import OperationError

NEW, SET = "new-unified-audit-log-retention-policy", "set-unified-audit-log-retention-policy"
GET, REMOVE = "get-unified-audit-log-retention-policy", "remove-unified-audit-log-retention-policy"


def policy(estate: Estate, name: str, priority: int, duration: str = "ThreeMonths", **given: Any) -> dict[str, Any]:
    return estate.run(NEW, Name=name, Priority=priority, RetentionDuration=duration, **given)[0]


def told(estate: Estate) -> list[str]:
    found = estate.unified(EndDate=estate.now)
    assert all(one["ResultCount"] == len(found) for one in found), "what is counted is what is given"
    return sorted(f"{one['UserIds']} {one['Operations']}" for one in found)


@pytest.fixture
def old(estate: Estate) -> Estate:
    """Two acts that are more than three months and less than six months old."""
    estate.read(purge(at("08:00"), ROSA, "s1", 1), purge(at("08:05"), OLA, "s2", 1))
    estate.now = at("12:00", 25) + timedelta(days=100)
    return estate


def test_AR32_a_policy_says_how_far_back_records_are_given(old: Estate) -> None:
    both = [f"{OLA} HardDelete", f"{ROSA} HardDelete"]
    assert told(old) == both, "the default: as far as there are records"
    policy(old, "Short", 10, Operations="harddelete", UserIds=ROSA.upper())
    assert told(old) == both[:1]
    assert old.actions(ROSA) == ["Owner HardDelete"], "the mailbox audit log has its own limit"
    old.run(SET, Identity="short", RetentionDuration="SixMonths")
    assert told(old) == both
    old.run(SET, Identity="Short", RetentionDuration="ThreeMonths", UserIds=[])
    assert told(old) == []
    old.run(REMOVE, Identity="SHORT")
    assert told(old) == both


def test_AR32_the_lowest_priority_counts(old: Estate) -> None:
    policy(old, "Everybody", 20, Operations="HardDelete")
    policy(old, "Rosa", 10, "TenYears", UserIds=ROSA)
    assert told(old) == [f"{ROSA} HardDelete"]
    assert [one["Name"] for one in old.run(GET)] == ["Rosa", "Everybody"]
    old.run(SET, Identity="Rosa", Priority=30)
    assert told(old) == []
    assert [one["Priority"] for one in old.run(GET, Operation="harddelete")] == [20]
    assert [one["Name"] for one in old.run(GET, UserId=ROSA)] == ["Rosa"]


def test_AR32_policies_lengthen_nothing(old: Estate) -> None:
    policy(old, "Long", 1, "TenYears", RecordTypes="ExchangeItemGroup,ExchangeItem")
    old.run("start-managed-folder-assistant", Identity=ROSA)
    assert told(old) == [f"{OLA} HardDelete"], "AuditLogAgeLimit of the mailbox is three months"


def test_AR32_changes_of_settings_have_policies_too(old: Estate) -> None:
    old.now = at("12:00", 25)
    old.run("set-organization-config", AuditLogSearchReach=3000)
    old.now += timedelta(days=100)
    admin = {"RecordType": "ExchangeAdmin", "EndDate": old.now, "Operations": "Set-OrganizationConfig"}
    assert len(old.unified(**admin)) == 1
    policy(old, "Admin", 1, RecordTypes="ExchangeAdmin")
    assert old.unified(**admin) == []
    (made,) = old.run("search-admin-audit-log", Cmdlets="New-UnifiedAuditLogRetentionPolicy")
    assert "Name:  -> Admin" in made["ModifiedProperties"], "making one is a record itself"
    assert len(old.run("search-admin-audit-log", Cmdlets="Set-OrganizationConfig")) == 1


def test_AR32_a_session_goes_on_when_time_does(old: Estate) -> None:
    policy(old, "Long", 1, "SixMonths", Operations="HardDelete")
    asked = {"SessionId": "s", "StartDate": at("00:00"), "EndDate": at("00:00", 26), "ResultSize": 1}
    asked |= {"Operations": "HardDelete"}
    first = old.run("search-unified-audit-log", **asked)
    old.now += timedelta(minutes=5)
    second = old.run("search-unified-audit-log", **asked)
    assert {one["UserIds"] for one in (*first, *second)} == {ROSA, OLA}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Operations": []}, "fits every record"),
        ({"Name": "first"}, "already"),
        ({"Priority": 1}, "has the priority 1 already"),
        ({"RecordTypes": "Nonsense"}, "no RecordType"),
    ],
)
def test_AR32_policies_that_cannot_be(estate: Estate, given: dict[str, Any], words: str) -> None:
    policy(estate, "First", 1, Operations="Move")
    with pytest.raises(OperationError, match=words):
        estate.run(
            NEW, **({"Name": "Second", "Priority": 2, "RetentionDuration": "SixMonths", "Operations": "Move"} | given)
        )
    with pytest.raises(OperationError, match="no retention policy 'Second'"):
        estate.run(REMOVE, Identity="Second")
    with pytest.raises(OperationError, match="nothing is given"):
        estate.run(SET, Identity="First", Priority=1)


def test_AR32_fifty_at_most(estate: Estate) -> None:
    for number in range(1, MOST + 1):
        policy(estate, f"P{number}", number, UserIds=f"u{number}@example.org")
    with pytest.raises(OperationError, match="50 retention policies"):
        policy(estate, "One more", 99, UserIds="x@example.org")
    estate.run(SET, Identity="P1", Priority=99)
    assert len(estate.run(GET)) == MOST


def test_AR32_acts_are_recorded_as_before(estate: Estate) -> None:
    policy(estate, "Rosa", 1, UserIds=ROSA)
    estate.read(select(at("08:00"), ROSA, "s1"), purge(at("08:01"), ROSA, "s1", 1))
    assert estate.actions(ROSA) == ["Owner HardDelete"]

"""Accounts, tokens, role groups."""

from __future__ import annotations

import pytest
from directories import DAY, NOW, Directory

from mailwake.directory.errors import DirectoryError
from mailwake.directory.records import ScopeRecord
from mailwake.directory.roles import ROLE_GROUPS, ROLES
from mailwake.operations.callers import caller_of


def test_passwords_are_hashed_by_argon2(directory: Directory) -> None:
    from mailwake.directory.models import Account

    directory.accounts.create("Ada@corp.test", NOW, password="correct horse", email="ada@corp.test")
    row = Account.objects.using(directory.alias).get(name="ada@corp.test")
    assert row.password.startswith("argon2") and row.check_password("correct horse")
    with pytest.raises(DirectoryError, match="already"):
        directory.accounts.create("ADA@corp.test", NOW)
    directory.accounts.set_password("ada@corp.test", "")
    assert not directory.accounts.find("ada@corp.test").has_password


def test_a_token_is_known_by_its_hash_until_it_expires(directory: Directory) -> None:
    from mailwake.directory.models import ApiToken

    directory.accounts.create("ada", NOW)
    record, secret = directory.accounts.create_token(
        "ada", "export", NOW, expires=NOW + DAY, role_groups=("help desk",)
    )
    assert record.role_groups == ("Help Desk",)
    assert secret not in str(ApiToken.objects.using(directory.alias).values().get())
    found = directory.accounts.verify_token(secret, NOW + 1)
    assert found is not None and found[0].name == "ada" and found[1].name == "export"
    assert directory.accounts.tokens("ada")[0].last_used == NOW + 1
    assert directory.accounts.verify_token(secret, NOW + DAY) is None
    assert directory.accounts.verify_token(secret + "x", NOW) is None
    directory.accounts.set_active("ada", False)
    assert directory.accounts.verify_token(secret, NOW + 1) is None
    directory.accounts.set_active("ada", True)
    directory.accounts.remove_token("ada", "export")
    assert directory.accounts.verify_token(secret, NOW + 1) is None


def test_roles_of_groups_are_roles_that_there_are() -> None:
    for name, (description, roles) in ROLE_GROUPS.items():
        assert description and set(roles) <= set(ROLES), name


def test_T06_exactly_three_role_groups_trace_messages() -> None:
    tracing = {name for name, (_, roles) in ROLE_GROUPS.items() if "Message Trace" in roles}
    assert tracing == {"Organization Management", "Compliance Management", "Help Desk"}


def test_T07_a_group_of_the_identity_provider_gives_what_the_role_group_gives(directory: Directory) -> None:
    directory.people.add_member("Help Desk", "Servicedesk Staff", "group")
    caller = caller_of(directory, "kim@corp.test", provider_groups=["servicedesk staff", "other"])
    assert caller.role_groups == {"Help Desk"} and "Message Trace" in caller.roles
    assert caller_of(directory, "kim@corp.test").roles == frozenset()
    assert caller_of(directory, "servicedesk staff").roles == frozenset(), "an account of that name is not the group"
    with pytest.raises(DirectoryError, match="already"):
        directory.people.add_member("help desk", "SERVICEDESK  staff", "group")


def test_a_role_group_of_ones_own_with_a_scope(directory: Directory) -> None:
    scope = ScopeRecord("One", domains=("one.test",))
    directory.people.create_role_group("Help Desk One", ["message trace", "View-Only Recipients"], scope=scope)
    directory.people.add_member("help desk one", "Kim")
    caller = caller_of(directory, "kim")
    assert {(one.role, one.role_group, one.scope.domains) for one in caller.assignments} == {
        ("Message Trace", "Help Desk One", ("one.test",)),
        ("View-Only Recipients", "Help Desk One", ("one.test",)),
    }
    assert not caller.scope.everything
    with pytest.raises(DirectoryError, match="no management role"):
        directory.people.create_role_group("Other", ["King"])
    with pytest.raises(DirectoryError, match="built in"):
        directory.people.remove_role_group("Help Desk")
    directory.people.remove_role_group("Help Desk One")
    assert caller_of(directory, "kim").roles == frozenset()

"""Mailboxes made by somebody who sees a part of the organization: called as they like, and nobody else's for that."""

from __future__ import annotations

import pytest
from directories import NOW, Directory

from mailwake.directory.errors import DirectoryError
from mailwake.directory.records import MailboxDraft
from mailwake.operations.audit_log import names_of
from mailwake.operations.contract import CallerScope

ORG = CallerScope(everything=False, domains=("org.test",))
NET = CallerScope(everything=False, domains=("net.test",))
OUTSIDE = MailboxDraft(
    name="Boss",
    alias="boss",
    primary_address="the.boss@com.test",
    addresses=("boss@org.test",),
    logins=("boss-login",),
)


def _made(directory: Directory, reach: CallerScope = ORG, **more: object) -> str:
    draft = MailboxDraft(**{"name": "Taker", "primary_address": "taker@org.test", **more})  # type: ignore[arg-type]
    return directory.mailboxes.create(draft, NOW, reach).guid


@pytest.mark.parametrize(
    ("more", "called"),
    [
        ({"name": "Boss"}, "Boss"),
        ({"alias": "boss"}, "boss"),
        ({"alias": "the.boss"}, "the.boss"),
        ({"logins": ("boss-login",)}, "boss-login"),
        ({"addresses": ("boss@org.test",)}, "boss@org.test"),
        ({"primary_address": "boss@org.test"}, "boss@org.test"),
        ({"upn": "boss@org.test"}, "boss@org.test"),
    ],
)
def test_a_name_of_somebody_outside_is_theirs_still(directory: Directory, more: dict[str, str], called: str) -> None:
    """Who made it finds their own by it; who sees everything, and the log, mean the one that had it first."""
    boss = directory.mailboxes.create(OUTSIDE, NOW)
    guid = _made(directory, **more)
    assert directory.mailboxes.find(called, ORG).guid == guid
    assert directory.mailboxes.find(called).guid == boss.guid
    assert directory.settings().same_account(called, "the.boss@com.test")
    assert called not in names_of(directory.mailboxes.find("Taker" if "name" not in more else guid))


def test_a_login_name_of_a_log_without_domains_is_nobody_elses_for_an_address(directory: Directory) -> None:
    """`boss` in the log is the mailbox `boss@com.test`, whatever address somebody gives to theirs."""
    directory.discover(["boss", "boss@com.test"], 1)
    guid = _made(directory, primary_address="boss@org.test")
    assert directory.mailboxes.find("boss").primary_address == "boss@com.test"
    assert directory.settings().same_account("boss", "boss@com.test")
    assert directory.mailboxes.find("boss", ORG).guid == directory.mailboxes.find("boss@org.test").guid == guid
    assert directory.mailboxes.addresses_of_login("boss") == ()
    directory.mailboxes.remove(directory.mailboxes.find("boss@com.test").id, NOW + 1)
    assert not directory.settings().same_account("boss", "boss@org.test")


def test_what_is_taken_within_reach_is_taken(directory: Directory) -> None:
    """Also what stands aside: it is as any name for those who see it."""
    directory.mailboxes.create(OUTSIDE, NOW)
    _made(directory, alias="boss")
    with pytest.raises(DirectoryError, match=r"'boss' is the alias of the mailbox taker@org\.test already"):
        _made(directory, name="Second", primary_address="second@org.test", alias="boss")
    other = _made(directory, NET, name="Third", primary_address="third@net.test", alias="boss")
    assert directory.mailboxes.find("boss", NET).guid == other
    assert directory.mailboxes.find("boss").name == "Boss"


def test_one_that_is_left_alone_is_found_by_everybody(directory: Directory) -> None:
    boss = directory.mailboxes.create(OUTSIDE, NOW)
    guid = _made(directory, alias="boss")
    directory.mailboxes.remove(boss.id, NOW + 1)
    assert directory.mailboxes.find("boss").guid == guid
    assert directory.mailboxes.create(OUTSIDE, NOW + 2).alias == "boss"  # its names are free
    assert directory.mailboxes.find("boss").name == "Boss"


def test_what_nobody_outside_has_counts_as_ever(directory: Directory) -> None:
    directory.mailboxes.create(OUTSIDE, NOW)
    directory.discover(["lee"], 1)
    guid = _made(directory, alias="free", logins=("free-login",))
    assert {directory.mailboxes.find(name).guid for name in ("free", "free-login", "taker@org.test")} == {guid}
    assert directory.settings().same_account("free-login", "taker@org.test")
    whole = directory.mailboxes.create(MailboxDraft(name="Lee", primary_address="lee@org.test"), NOW)
    assert directory.mailboxes.find("lee").guid == whole.guid, "who sees everything settles whose login name it is"


def test_rights_are_of_whom_one_sees(directory: Directory) -> None:
    """Names of one mailbox outside are as many names that are nobody's, given, shown and taken away."""
    directory.mailboxes.create(OUTSIDE, NOW)
    number = directory.mailboxes.find(_made(directory)).id
    rights, permissions = ["FullAccess"], directory.permissions

    def shown(trustee: str = "", reach: CallerScope = ORG) -> list[str]:
        return [one.trustee for one in permissions.all(number, rights, trustee=trustee, reach=reach)]

    assert permissions.add(number, "the.boss@com.test", rights, reach=ORG)
    assert shown("the.boss@com.test") == ["the.boss@com.test"]
    assert shown("boss") == []
    assert shown("boss", CallerScope()) == ["the.boss@com.test"], "who sees everything asks about the mailbox"
    assert permissions.add(number, "boss", rights, reach=ORG)
    assert not permissions.add(number, "BOSS ", rights, reach=ORG)
    assert permissions.add(number, "boss", rights) == []
    assert sorted(shown()) == ["boss", "the.boss@com.test"]
    with pytest.raises(DirectoryError, match="has no FullAccess"):
        permissions.remove(number, "boss-login", rights, reach=ORG)
    assert [one.trustee for one in permissions.remove(number, "boss", rights, reach=ORG)] == ["boss"]
    assert [one.trustee for one in permissions.remove(number, "Boss", rights)] == ["the.boss@com.test"]


def test_a_right_that_others_gave_is_shown_and_taken_by_the_name_shown(directory: Directory) -> None:
    directory.mailboxes.create(OUTSIDE, NOW)
    number = directory.mailboxes.find(_made(directory)).id
    directory.permissions.add(number, "boss-login", ["FullAccess"])
    for name, seen in (("the.boss@com.test", 1), ("boss-login", 0), ("boss", 0)):
        found = directory.permissions.all(number, ["FullAccess"], trustee=name, reach=ORG)
        assert len(list(found)) == seen, name
    assert not directory.permissions.add(number, "the.boss@com.test", ["FullAccess"], reach=ORG)
    assert directory.permissions.remove(number, "the.boss@com.test", ["FullAccess"], reach=ORG)

"""A mailbox is found by any of its names; several that fit are told, and one that is not there, too."""

from __future__ import annotations

import pytest
from directories import NOW, Directory

from mailwake.audit.model import MailboxType
from mailwake.directory.errors import DirectoryError
from mailwake.directory.records import MailboxDraft
from mailwake.operations.contract import CallerScope

ROSA = MailboxDraft(
    name="Rosa Ek",
    alias="rosa",
    primary_address="rosa.ek@corp.test",
    addresses=("rosa.ek@corp.test", "rek@corp.test"),
    upn="rek@login.test",
    logins=("r.ek",),
    dns=("CN=Rosa Ek,OU=Users,DC=corp,DC=test", "/o=Corp/ou=First/cn=Recipients/cn=rosa.legacy"),
    display_name="Ek, Rosa",
)


@pytest.mark.parametrize(
    "identity",
    [
        "Rosa Ek",
        "rosa ek",
        "ROSA",
        "rosa.ek@corp.test",
        "Rosa.Ek@CORP.test",
        "<rek@corp.test>",
        "smtp:rek@corp.test",
        "rek@login.test",
        "r.ek",
        "CORP\\r.ek",
        "Ek, Rosa",
        "CN=Rosa Ek,OU=Users,DC=corp,DC=test",
        "CN=Rosa Ek,OU=Elsewhere,DC=corp,DC=test",
        "/o=Corp/ou=First/cn=Recipients/cn=rosa.legacy",
        "/o=Corp/ou=First/cn=Recipients/cn=rosa",
        "corp.test/Users/Rosa Ek",
        "rosa.ek",
    ],
)
def test_by_any_name(directory: Directory, identity: str) -> None:
    rosa = directory.mailboxes.create(ROSA, NOW)
    directory.mailboxes.create(MailboxDraft(name="Someone Else", primary_address="else@corp.test"), NOW)
    assert directory.mailboxes.find(identity) == rosa
    assert directory.mailboxes.find(rosa.guid.upper()) == directory.mailboxes.find("{" + rosa.guid + "}") == rosa
    told = directory.mailboxes.told([identity, "else@corp.test", "nobody@corp.test", ""])
    assert told["else@corp.test"].name == "Someone Else"
    assert told.get(identity, rosa).guid == rosa.guid
    assert set(told) <= {identity, "else@corp.test"}


def test_what_is_told_of_many_is_what_each_is_found_as(directory: Directory) -> None:
    directory.mailboxes.create(ROSA, NOW)
    directory.mailboxes.create(
        MailboxDraft(name="R. Ek", display_name="Ek, Rosa", primary_address="ek.two@corp.test"), NOW
    )
    directory.discover(["carl", "carl@corp.test", "dan", "dan@a.test", "dan@b.test"], NOW)
    identities = [
        "rosa",
        "Rosa Ek",
        "rek",
        "rek@corp.test",
        "ek.two@corp.test",
        "carl",
        "CARL@corp.test",
        "dan",
        "Dan@a.test",
    ]
    told = directory.mailboxes.told(identities)
    for identity in identities:
        try:
            found = directory.mailboxes.find(identity)
        except DirectoryError:
            assert identity not in told
            continue
        if identity in told:
            named = told[identity]
            assert (named.guid, named.name, named.upn) == (found.guid, found.name, found.upn)
            assert named.primary_address == found.primary_address
    assert {"rek@corp.test", "ek.two@corp.test", "CARL@corp.test", "Dan@a.test"} <= set(told)


def test_ambiguity_lists_the_candidates(directory: Directory) -> None:
    for domain in ("one.test", "two.test"):
        directory.mailboxes.create(
            MailboxDraft(
                name=f"Ola {domain}", display_name="Ola Berg", primary_address=f"ola@{domain}", alias=f"ola{domain}"
            ),
            NOW,
        )
    for identity in ("Ola Berg", "ola"):
        with pytest.raises(DirectoryError) as caught:
            directory.mailboxes.find(identity)
        assert caught.value.code == "ambiguous-mailbox"
        assert "ola@one.test, ola@two.test" in caught.value.message
    # what identifies for sure goes before what two may share
    directory.mailboxes.create(MailboxDraft(name="Third", alias="ola", primary_address="third@one.test"), NOW)
    assert directory.mailboxes.find("ola").primary_address == "third@one.test"


def test_not_found_says_what_was_looked_for(directory: Directory) -> None:
    for identity in ("nobody", "nobody@corp.test", "", "CN=", "a\\", "\\", "/", "%", "*"):
        with pytest.raises(DirectoryError) as caught:
            directory.mailboxes.find(identity)
        assert caught.value.code == "mailbox-not-found"
        assert repr(identity) in caught.value.message


def test_out_of_scope_is_as_not_there(directory: Directory) -> None:
    directory.mailboxes.create(MailboxDraft(name="Ada", primary_address="ada@one.test", display_name="Same"), NOW)
    directory.mailboxes.create(MailboxDraft(name="Bob", primary_address="bob@two.test", display_name="Same"), NOW)
    directory.mailboxes.create(MailboxDraft(name="Cleo", primary_address="cleo@two.test"), NOW)
    scope = CallerScope(everything=False, domains=("one.test",), mailboxes=("cleo@two.test",))
    told = []
    for identity in ("bob@two.test", "not@there.test"):
        with pytest.raises(DirectoryError) as caught:
            directory.mailboxes.find(identity, scope)
        told.append((caught.value.code, caught.value.message.replace(identity, ""), caught.value.advice))
    assert told[0] == told[1]
    assert directory.mailboxes.find("same", scope).name == "Ada"
    assert [box.name for box in directory.mailboxes.all(scope)] == ["Ada", "Cleo"]
    nothing = CallerScope(everything=False)
    directory.discover(["bare"], NOW)
    assert list(directory.mailboxes.all(nothing)) == []


def test_group_mailboxes_are_spoken_of_as_such(directory: Directory) -> None:
    draft = MailboxDraft(name="Team", primary_address="team@corp.test", type=MailboxType.GROUP)
    team = directory.mailboxes.create(draft, NOW)
    assert directory.mailboxes.find("team", group=True) == team
    with pytest.raises(DirectoryError, match="is a group mailbox"):
        directory.mailboxes.find("team", group=False)
    directory.mailboxes.create(MailboxDraft(name="Ada", primary_address="ada@corp.test"), NOW)
    with pytest.raises(DirectoryError, match="is not a group mailbox"):
        directory.mailboxes.find("ada", group=True)
    assert [box.name for box in directory.mailboxes.all(group=True)] == ["Team"]
    assert [box.name for box in directory.mailboxes.all(group=False)] == ["Ada"]


def test_names_are_taken_once_and_free_when_removed(directory: Directory) -> None:
    rosa = directory.mailboxes.create(ROSA, NOW)
    for clash in (
        MailboxDraft(name="rosa ek", primary_address="new@corp.test"),
        MailboxDraft(name="New", primary_address="rek@corp.test"),
        MailboxDraft(name="New", alias="Rosa", primary_address="new@corp.test"),
    ):
        with pytest.raises(DirectoryError) as caught:
            directory.mailboxes.create(clash, NOW)
        assert caught.value.code == "mailbox-exists"
    directory.mailboxes.remove(rosa.id, NOW + 1)
    with pytest.raises(DirectoryError):
        directory.mailboxes.find("rosa")
    again = directory.mailboxes.create(ROSA, NOW + 2)
    assert directory.mailboxes.find("rosa").id == again.id != rosa.id


def test_many_are_listed_without_a_query_each(directory: Directory) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    directory.discover([f"user{number}@corp.test" for number in range(1200)], NOW)
    with CaptureQueriesContext(connections[directory.alias]) as queries:
        assert len(list(directory.mailboxes.all())) == 1200
    assert len(queries) <= 8
    with CaptureQueriesContext(connections[directory.alias]) as queries:
        assert directory.mailboxes.find("user77").primary_address == "user77@corp.test"
    assert len(queries) <= 5

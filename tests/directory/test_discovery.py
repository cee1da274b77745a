"""Mailboxes appear with their first act in a log; a login name and an address are one account when there is one."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from directories import NOW, Directory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwake.directory.opening import open_directory
from mailwake.directory.records import MailboxDraft

NAMES = ["alice", "alice@one.test", "alice@two.test", "bob", "bob@one.test", "Bob@One.test", "carol", ""]


def picture(directory: Directory) -> tuple[object, ...]:
    """What is to be seen of the mailboxes: names, first acts, and who is whom."""
    snapshot = directory.settings()
    pairs = tuple((one, other) for one, other in itertools.combinations(NAMES, 2) if snapshot.same_account(one, other))
    listed = tuple((box.identity, box.created, box.guid) for box in directory.mailboxes.all())
    return listed, pairs, tuple(snapshot.mailbox(name, NOW).name for name in NAMES)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    portions=st.permutations(NAMES).flatmap(
        lambda order: st.lists(st.sampled_from(order), min_size=1).map(lambda extra: (order, extra))
    ),
    data=st.data(),
)
def test_any_order_any_portions(
    tmp_path_factory: pytest.TempPathFactory, portions: tuple[list[str], list[str]], data: st.DataObject
) -> None:
    order, extra = portions
    times = {name: NOW + place for place, name in enumerate(NAMES)}
    with open_directory(tmp_path_factory.mktemp("whole") / "data") as directory:
        directory.discover(NAMES, times)
        whole = picture(directory)
    with open_directory(tmp_path_factory.mktemp("parts") / "data") as directory:
        rest = [*order, *extra]
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            directory.discover(rest[:size], times)
            if data.draw(st.booleans()):
                directory.settings()
            rest = rest[size:]
        assert picture(directory) == whole


def test_login_name_and_address_are_one_account(directory: Directory) -> None:
    assert directory.discover(["alice"], NOW) == 1
    assert directory.discover(["alice@one.test", "alice"], NOW - 5) == 1
    snapshot = directory.settings()
    assert snapshot.same_account("alice", "ALICE@one.test")
    assert snapshot.mailbox("alice", NOW) == snapshot.mailbox("alice@one.test", NOW)
    assert [box.identity for box in directory.mailboxes.all()] == ["alice@one.test"]
    assert directory.mailboxes.find("alice").identity == "alice@one.test"
    # a second one of that spelling: nobody knows any more whose the login name is
    directory.discover(["alice@two.test"], NOW)
    assert not directory.settings().same_account("alice", "alice@one.test")
    assert [box.identity for box in directory.mailboxes.all()] == ["alice", "alice@one.test", "alice@two.test"]


def test_two_addresses_of_one_mailbox_are_no_ambiguity(directory: Directory) -> None:
    directory.mailboxes.create(MailboxDraft(name="Al", alias="al", addresses=("alice@one.test", "alice@two.test")), NOW)
    directory.discover(["alice"], NOW)
    assert directory.settings().same_account("alice", "alice@two.test")


def test_repeating_is_harmless_and_the_first_act_counts(directory: Directory) -> None:
    directory.discover(["bob@one.test"], NOW)
    revision = directory.revision()
    assert directory.discover(["bob@one.test", "BOB@one.test"], NOW + 1) == 0
    assert directory.revision() == revision
    assert directory.discover(["bob@one.test"], NOW - 1) == 0
    assert directory.mailboxes.find("bob").created == NOW - 1


def test_declaring_takes_over_what_logs_knew(directory: Directory) -> None:
    directory.discover(["rek", "rosa@one.test", "old.rosa@one.test"], NOW)
    directory.bypasses.set("rek", True, NOW)
    guid = directory.mailboxes.find("rosa@one.test").guid
    draft = MailboxDraft(
        name="Rosa Ek",
        primary_address="rosa@one.test",
        addresses=("rosa@one.test", "old.rosa@one.test"),
        logins=("rek",),
    )
    rosa = directory.mailboxes.create(draft, NOW + 9)
    assert [box.id for box in directory.mailboxes.all()] == [rosa.id]
    assert {directory.mailboxes.find(name).id for name in ("rek", "old.rosa@one.test", guid)} == {rosa.id}
    assert rosa.created == NOW
    assert directory.settings().actor("rosa@one.test", NOW).bypass
    assert directory.discover(["rek", "old.rosa@one.test"], NOW) == 0


def test_what_was_set_up_by_its_login_name_stays_that_mailbox(directory: Directory) -> None:
    directory.discover(["kim"], NOW)
    kim = directory.mailboxes.find("kim")
    directory.mailboxes.change(kim.id, NOW, licence="Standard")
    directory.discover(["kim@one.test"], NOW)
    assert directory.mailboxes.find("kim@one.test").id == kim.id
    assert directory.settings().mailbox("kim@one.test", NOW).premium is False
    assert directory.settings().same_account("kim", "kim@one.test")


def test_domains_are_seen(directory: Directory, tmp_path: Path) -> None:
    directory.discover(["a@one.test", "b@two.test", "c"], NOW)
    assert [(one.name, one.declared) for one in directory.organization.domains()] == [
        ("one.test", False),
        ("two.test", False),
    ]
    directory.organization.add_domain("Two.Test.")
    assert [(one.name, one.declared) for one in directory.organization.domains()] == [
        ("one.test", False),
        ("two.test", True),
    ]


def test_names_out_of_damaged_records(directory: Directory) -> None:
    r"""Bytes that are no UTF-8 are written out, as everywhere; what is too long for a name is nobody's."""
    assert directory.discover(["ann\udce9@one.test", "\ud800lone", "nul\0@one.test", "x" * 600], NOW) == 3
    found = {box.name for box in directory.mailboxes.all()}
    assert found == {"ann\\xe9@one.test", "\\ud800lone", "nul\\x00@one.test"}
    assert directory.mailboxes.find("ann\udce9@one.test").name == "ann\\xe9@one.test"
    assert directory.discover(["ann\udce9@one.test"], NOW) == 0


def test_public_folders_are_of_their_type(directory: Directory) -> None:
    """Before anybody declared them, when a log shows them first, and when somebody says what they shall count as."""
    assert directory.settings().mailbox("Public Folders", NOW).type == "PublicFolderMailbox"
    assert directory.discover(["Public Folders"], NOW) == 1
    (box,) = directory.mailboxes.all()
    assert (box.identity, box.type) == ("public folders", "PublicFolderMailbox")
    assert directory.settings().mailbox("Public Folders", NOW).type == "PublicFolderMailbox"

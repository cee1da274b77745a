"""People who see what is theirs: whose mailbox it is, which rows and records that shows, and nothing else."""

from __future__ import annotations

import pytest
from asking import Desk
from directories import NOW, Directory

from mailwake.directory.roles import MY_MESSAGES, MY_OWN, ROLE_GROUPS
from mailwake.operations.callers import caller_of
from mailwake.operations.contract import CallerScope, OperationError, all_operations
from mailwake.operations.perform import allowed

OWN = ("my-messages", "my-message-story", "my-mailbox-access")


def member(directory: Directory, name: str) -> None:
    directory.accounts.create(name, NOW, password="correct horse battery")
    directory.people.add_member(MY_MESSAGES, name)


def test_a_mailbox_belongs_to_who_signs_in_to_it(desk: Desk) -> None:
    desk("new-mailbox", Name="Rosa Ek", PrimarySmtpAddress="rosa@one.test", EmailAddresses=("r.ek@one.test",))
    member(desk.directory, "rosa@one.test")
    (one,) = caller_of(desk.directory, "rosa@one.test").assignments
    assert one.role == MY_OWN
    assert one.scope == CallerScope(everything=False, mailboxes=("rosa@one.test", "r.ek@one.test"))


def test_a_name_that_only_looks_like_it_does_not_count(desk: Desk) -> None:
    desk("new-mailbox", Name="rosa", PrimarySmtpAddress="rosa.ek@one.test")
    for name in ("rosa", "eve@one.test"):
        member(desk.directory, name)
    assert caller_of(desk.directory, "rosa").assignments[0].scope.mailboxes == ()
    assert caller_of(desk.directory, "eve@one.test").assignments[0].scope.mailboxes == ("eve@one.test",)
    with pytest.raises(OperationError, match="no mailbox belongs to rosa"):
        desk("my-messages", caller_of(desk.directory, "rosa"))


def test_a_wider_role_beside_it_stays_apart(desk: Desk) -> None:
    member(desk.directory, "kim@one.test")
    desk.directory.people.add_member("Help Desk", "kim@one.test")
    scopes = {one.role: one.scope for one in caller_of(desk.directory, "kim@one.test").assignments}
    assert scopes["Message Trace"].everything
    assert scopes[MY_OWN] == CallerScope(everything=False, mailboxes=("kim@one.test",))


def test_it_opens_nothing_else(desk: Desk) -> None:
    member(desk.directory, "kim@one.test")
    caller = caller_of(desk.directory, "kim@one.test")
    with_role = {name for name, one in all_operations().items() if one.roles and allowed(one, caller)}
    assert with_role == set(OWN)
    assert [group for group, (_, roles) in ROLE_GROUPS.items() if MY_OWN in roles] == [MY_MESSAGES]

"""Settings hold from a time on (docs/decisions/0015-settings-hold-from-a-time.md), and a snapshot knows all of them."""

from __future__ import annotations

import random

from directories import DAY, NOW, Directory

from mailwake.audit.model import LogonType, MailboxType
from mailwake.directory import snapshot
from mailwake.directory.records import MailboxDraft


def test_what_is_set_up_first_holds_from_the_beginning(directory: Directory) -> None:
    rosa = directory.mailboxes.create(MailboxDraft(name="Rosa", primary_address="rosa@corp.test"), NOW)
    directory.organization.change(NOW, matrix="2021")
    directory.mailboxes.change(rosa.id, NOW, type=MailboxType.SHARED)
    directory.bypasses.set("rosa", True, NOW)
    settings = directory.settings()
    for ts in (0, NOW - 400 * DAY, NOW, NOW + DAY):
        assert settings.organization(ts).matrix == "2021"
        assert settings.mailbox("rosa@corp.test", ts).type is MailboxType.SHARED
        assert settings.actor("ROSA@corp.test", ts).bypass


def test_later_a_change_holds_from_its_time_on(directory: Directory) -> None:
    rosa = directory.mailboxes.create(MailboxDraft(name="Rosa", primary_address="rosa@corp.test"), NOW)
    directory.deciding(NOW)
    directory.deciding(NOW + 5)
    assert directory.organization.current().deciding_since == NOW
    directory.organization.change(NOW + 10, audit_disabled=True)
    directory.organization.change(NOW + 20, audit_disabled=False)
    custom = {LogonType.OWNER: frozenset({"Move"})}
    directory.mailboxes.change(rosa.id, NOW + 10, managed={LogonType.ADMIN}, custom=custom)
    directory.bypasses.set("rosa", True, NOW + 10)
    directory.bypasses.set("rosa", False, NOW + 20)
    settings = directory.settings()
    assert [settings.organization(NOW + after).audit_disabled for after in (-DAY, 9, 10, 19, 20)] == [
        *(False, False, True, True, False)
    ]
    before, after = settings.mailbox("rosa@corp.test", NOW + 9), settings.mailbox("Rosa@corp.test", NOW + 10)
    assert before.managed == frozenset(LogonType) and before.custom == {}
    assert after.managed == {LogonType.ADMIN} and after.custom == custom
    assert [settings.actor("rosa", NOW + ts).bypass for ts in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_clock_set_back_puts_nothing_before_what_held(directory: Directory) -> None:
    directory.deciding(NOW)
    directory.organization.change(NOW + 100, audit_disabled=True)
    directory.organization.change(NOW + 50, audit_disabled=False)
    settings = directory.settings()
    assert [settings.organization(NOW + ts).audit_disabled for ts in (49, 50, 99, 100)] == [False] * 4
    directory.organization.change(NOW + 150, audit_disabled=True)
    assert directory.settings().organization(NOW + 150).audit_disabled


def test_a_mailbox_made_later_was_unknown_before(directory: Directory) -> None:
    directory.deciding(NOW)
    draft = MailboxDraft(name="Room", primary_address="room@corp.test", type=MailboxType.ROOM)
    directory.mailboxes.create(draft, NOW + 10)
    settings = directory.settings()
    assert settings.mailbox("room@corp.test", NOW + 9).type is MailboxType.USER
    assert settings.mailbox("room@corp.test", NOW + 10).type is MailboxType.ROOM


def test_a_removed_mailbox_is_known_up_to_its_end(directory: Directory) -> None:
    draft = MailboxDraft(name="Rosa", primary_address="rosa@corp.test", logins=("rek",), type=MailboxType.SHARED)
    rosa = directory.mailboxes.create(draft, NOW)
    directory.mailboxes.remove(rosa.id, NOW + 10)
    settings = directory.settings()
    assert settings.mailbox("rosa@corp.test", NOW + 9).type is MailboxType.SHARED
    assert settings.mailbox("rosa@corp.test", NOW + 10).known is False
    assert settings.same_account("rek", "rosa@corp.test")
    directory.mailboxes.create(MailboxDraft(name="Rosa II", primary_address="rosa@corp.test"), NOW + 20)
    settings = directory.settings()
    assert settings.mailbox("rosa@corp.test", NOW + 9).type is MailboxType.SHARED
    assert settings.mailbox("rosa@corp.test", NOW + 30).type is MailboxType.USER
    assert not settings.same_account("rek", "rosa@corp.test")


def test_an_unknown_name_has_the_defaults(directory: Directory) -> None:
    settings = directory.settings()
    assert settings.mailbox("who@knows.test", NOW).known is False
    assert settings.actor("who@knows.test", NOW).bypass is False
    assert not settings.same_account("", "")
    assert settings.same_account("Who@Knows.test", "who@knows.test")


def test_reading_only_what_changed_gives_the_same(directory: Directory) -> None:
    chance = random.Random(7)
    names = [f"user{number}@corp.test" for number in range(12)] + [f"user{number}" for number in range(12)]
    for step in range(60):
        now = NOW + step * DAY
        action = chance.randrange(7)
        boxes = list(directory.mailboxes.all())
        if action <= 1 or not boxes:
            directory.discover(chance.sample(names, 3), now)
        elif action == 2:
            directory.mailboxes.change(chance.choice(boxes).id, now, licence=chance.choice(["Premium", "Standard"]))
        elif action == 3:
            directory.bypasses.set(chance.choice(boxes).identity, chance.random() < 0.5, now)
        elif action == 4:
            directory.mailboxes.remove(chance.choice(boxes).id, now)
        elif action == 5:
            directory.deciding(now)
        else:
            directory.organization.change(now, audit_disabled=chance.random() < 0.5)
        kept, fresh = directory.settings(), snapshot.load(directory, None)
        for name in names:
            for ts in (0, now - 1, now, now + DAY):
                assert kept.mailbox(name, ts) == fresh.mailbox(name, ts)
                assert kept.actor(name, ts) == fresh.actor(name, ts)
            assert kept.same_account(name, names[3]) == fresh.same_account(name, names[3])


def test_a_change_taken_back_leaves_no_trace(directory: Directory) -> None:
    directory.discover(["rosa@corp.test"], NOW)
    before = directory.settings()
    try:
        with directory.writing():
            directory.organization.change(NOW, audit_disabled=True)
            assert directory.settings().organization(NOW).audit_disabled
            raise RuntimeError("stop")
    except RuntimeError:
        pass
    directory.discover(["kim@corp.test"], NOW)
    settings = directory.settings()
    assert not settings.organization(NOW).audit_disabled
    assert settings.mailbox("kim@corp.test", NOW).known
    assert not before.mailbox("kim@corp.test", NOW).known, "a snapshot never changes"


def test_look_ups_are_quick(directory: Directory) -> None:
    import time

    names = [f"user{number}@corp.test" for number in range(2000)]
    directory.discover(names, NOW)
    settings = directory.settings()
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for name in names * 5:
            settings.mailbox(name, NOW)
        best = max(best, len(names) * 5 / (time.perf_counter() - began))
    assert best > 100_000

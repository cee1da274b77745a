"""A session of a real Dovecot 2.3.19 (`server/`): owner, delegate, master user, POP3, ManageSieve, doveadm.

The text was written with the default format; `prefix.log` is the text of another run of the same, with a
`mail_log_prefix` that names address and login. Both feeds, one of them, any order, everything twice.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from told_acts import acts_of, facts_of, ids, lines_of, told

SERVER = Path(__file__).parent / "server"
TEXT, EVENTS = SERVER / "default.log", SERVER / "default.events.jsonl"
TABLE = """
both: MailboxLogin Owner alice@corp.example Failed
both: MailboxLogin Owner alice@corp.example
events: FolderBind Owner alice@corp.example INBOX
events: FolderBind Owner alice@corp.example INBOX
events: FolderBind Owner alice@corp.example INBOX
text: CreateFolder Owner alice@corp.example Sent
events: MailItemsAccessed Owner alice@corp.example INBOX 2
events: MailItemsAccessed Owner alice@corp.example INBOX 3
events: MailItemsAccessed Owner alice@corp.example INBOX 4
both: Update Owner alice@corp.example INBOX 5
both: Create Owner alice@corp.example Sent 1
events: Create Owner alice@corp.example Drafts Failed
both: CreateFolder Owner alice@corp.example My Folder
both: CreateFolder Owner alice@corp.example Été
both: CreateFolder Owner alice@corp.example Projects
both: Copy Owner alice@corp.example INBOX to My Folder
both: Copy Owner alice@corp.example INBOX to My Folder
both: Copy Owner alice@corp.example INBOX to Projects
text: CreateFolder Owner alice@corp.example Trash
both: Move Owner alice@corp.example INBOX 7 to Été
both: MoveToDeletedItems Owner alice@corp.example INBOX 8 to Trash
both: MoveToDeletedItems Owner alice@corp.example INBOX 9 to Trash
both: Move Owner alice@corp.example INBOX 10 to Projects
both: MoveToDeletedItems Owner alice@corp.example INBOX 11 to Trash
both: HardDelete Owner alice@corp.example INBOX 12
events: FolderBind Owner alice@corp.example INBOX
events: SearchQueryInitiated Owner alice@corp.example INBOX
events: SearchQueryInitiated Owner alice@corp.example INBOX
both: RenameFolder Owner alice@corp.example Projects to Projects2
both: MoveToDeletedItems Owner alice@corp.example Projects2 to Trash/Projects2
both: HardDelete Owner alice@corp.example Trash/Projects2 1
both: HardDelete Owner alice@corp.example Trash/Projects2 2
both: DeleteFolder Owner alice@corp.example Trash/Projects2
events: UpdateFolderPermissions Owner alice@corp.example INBOX
events: UpdateFolderPermissions Owner alice@corp.example INBOX
events: UpdateFolderPermissions Owner alice@corp.example INBOX
events: UpdateFolderPermissions Owner alice@corp.example My Folder
events: SetMetadata Owner alice@corp.example INBOX
both: MailboxLogin Owner bob@corp.example
events: FolderBind Delegate bob@corp.example in alice@corp.example INBOX
events: FolderBind Delegate bob@corp.example in alice@corp.example Sent Failed
events: FolderBind Delegate bob@corp.example in alice@corp.example INBOX
events: MailItemsAccessed Delegate bob@corp.example in alice@corp.example INBOX 13
text: CreateFolder Owner bob@corp.example Trash
both: Copy Delegate bob@corp.example in alice@corp.example INBOX to bob@corp.example INBOX
both: Move Delegate bob@corp.example in alice@corp.example INBOX 13 to bob@corp.example Trash
both: Create Delegate bob@corp.example in alice@corp.example INBOX 16
both: HardDelete Delegate bob@corp.example in alice@corp.example INBOX 14
both: MailboxLogin Admin admin@corp.example in alice@corp.example
events: FolderBind Admin admin@corp.example in alice@corp.example INBOX
events: MailItemsAccessed Admin admin@corp.example in alice@corp.example INBOX 2
events: MailItemsAccessed Admin admin@corp.example in alice@corp.example INBOX 3
events: MailItemsAccessed Admin admin@corp.example in alice@corp.example INBOX 4
events: MailItemsAccessed Admin admin@corp.example in alice@corp.example INBOX 1
events: SearchQueryInitiated Admin admin@corp.example in alice@corp.example INBOX
both: MailboxLogin Owner alice@corp.example
events: MailItemsAccessed Owner alice@corp.example INBOX 1
events: MailItemsAccessed Owner alice@corp.example INBOX 2
both: HardDelete Owner alice@corp.example INBOX 3
both: MailboxLogin Owner alice@corp.example Failed
both: MailboxLogin Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example
events: UpdateInboxRules Owner alice@corp.example Failed
events: MailItemsAccessed Admin doveadm in alice@corp.example INBOX 4
events: Move Admin doveadm in alice@corp.example INBOX 4
events: HardDelete Admin doveadm in alice@corp.example INBOX 5
events: Copy Admin doveadm in alice@corp.example
events: Update Admin doveadm in alice@corp.example
events: CreateFolder Admin doveadm in alice@corp.example
events: DeleteFolder Admin doveadm in alice@corp.example
events: UpdateFolderPermissions Admin doveadm in alice@corp.example
events: UpdateFolderPermissions Admin doveadm in alice@corp.example
events: SearchQueryInitiated Admin doveadm in alice@corp.example
text alone: Update Owner alice@corp.example INBOX 2
text alone: Update Delegate bob@corp.example in alice@corp.example INBOX 13
text alone: MailItemsAccessed Owner alice@corp.example INBOX
"""
"""By which feed each act is told; `text alone`: until the events are there."""


def expected(*feeds: str) -> list[str]:
    rows = [line.partition(": ") for line in TABLE.strip().splitlines()]
    return sorted(act for feed, _, act in rows if feed in feeds)


@pytest.mark.parametrize(
    ("paths", "feeds"),
    [
        ((TEXT,), ("both", "text", "text alone")),
        ((EVENTS,), ("both", "events")),
        ((TEXT, EVENTS), ("both", "text", "events")),
        ((EVENTS, TEXT, EVENTS), ("both", "text", "events")),
    ],
    ids=["text", "events", "both", "twice"],
)
def test_feeds(paths: tuple[Path, ...], feeds: tuple[str, ...]) -> None:
    assert lines_of(acts_of(facts_of(*paths))) == expected(*feeds)


def test_one_act_has_one_id() -> None:
    """Whatever feed tells of it."""
    both, text, events = (ids(acts_of(facts_of(*paths))) for paths in ((TEXT, EVENTS), (TEXT,), (EVENTS,)))
    told_twice = {id for id in text if id in events}
    assert sorted(both[id] for id in told_twice) == expected("both")
    assert set(events) <= set(both)
    assert {text[id] for id in set(text) - set(both)} <= set(expected("text alone"))


def test_any_order() -> None:
    facts = facts_of(TEXT, EVENTS)
    acts = acts_of(facts)
    for seed in range(5):
        random.Random(seed).shuffle(facts)
        assert acts_of(facts) == acts


def test_fields_of_both_feeds_are_merged() -> None:
    found = {told(act): act for act in acts_of(facts_of(TEXT, EVENTS))}
    moved = found["MoveToDeletedItems Owner alice@corp.example INBOX 11 to Trash"]
    item = moved.items[0]
    assert (item.uid, item.dest_uid, item.message_id, item.subject) == (11, 3, "<m11@example.net>", "mail 11")
    assert moved.ts % 1_000_000, "the time is that of the event"
    assert (moved.client_ip, moved.client) == ("203.0.113.77", "Client=IMAP;Name=LabMail;Version=1.0")
    rights = found["UpdateFolderPermissions Owner alice@corp.example My Folder"]
    assert dict(rights.properties) == {"Command": "SETACL", "MemberUpn": "bob@corp.example", "MemberRights": "+lr"}
    refused = found["FolderBind Delegate bob@corp.example in alice@corp.example Sent Failed"]
    assert refused.logon_type == "Delegate" and "doesn't exist" in dict(refused.properties)["Reply"]


def test_text_with_login_in_its_prefix() -> None:
    """A master user is seen without the login and without events."""
    lines = (SERVER / "prefix.log").read_text().splitlines()
    items = [line for line in lines if " imap(" in line or " pop3(" in line]
    with_login = set(lines_of(acts_of(facts_of(lines))))
    without = set(lines_of(acts_of(facts_of(items))))
    assert {line for line in with_login if not line.startswith("MailboxLogin")} == without
    deliveries = [line for line in lines if " lmtp(" in line]
    assert deliveries and acts_of(facts_of(deliveries)) == []

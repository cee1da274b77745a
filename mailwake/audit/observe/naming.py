"""What the log calls messages: which Message-ID and subject a UID of a folder has.

Events know a message by folder and UID only; its Message-ID is in whichever line of mail_log named that UID, maybe of
another session or of its delivery. A UID means another message once the folder was made anew (RFC 9051 2.3.1.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailwake.audit.observe.arguments import appended, copied, folder_name, inbox, split, validity
from mailwake.audit.observe.folders import place
from mailwake.audit.settings import Settings
from mailwake.events.fact import Fact


class Named(NamedTuple):
    """A sign of what a UID is, or that a folder's UIDs change their meaning."""

    mailbox: str
    """In lower case."""
    folder: str
    uid: int
    """0: the folder was made, deleted or renamed."""
    ts: int
    action: str
    message_id: str = ""
    subject: str | None = None
    sender: str = ""
    size: int = 0
    validity: int = 0
    """UIDVALIDITY, when said."""
    from_folder: str = ""
    """Of a rename: what it was called before."""


def names(facts: Iterable[Fact], settings: Settings) -> Iterator[Named]:
    """All signs in some facts; each is a sign by itself."""
    for fact in facts:
        fields = fact.fields
        if fact.kind == "item" and fields.get("user"):
            yield from _of_item(fact, settings)
        elif fact.kind == "event" and fields.get("name") == "imap_command_finished":
            yield from _of_command(fact, settings)


def _of_item(fact: Fact, settings: Settings) -> Iterator[Named]:
    fields = fact.fields
    folder, action = inbox(fields.get("folder", "")), fields["action"]
    prefixes = settings.organization(fact.ts).shared_prefixes
    where = place(folder, fields["user"], prefixes)
    mailbox = where.mailbox.casefold()
    if action.startswith("mailbox_"):
        old = fields.get("from_folder", "")
        yield Named(mailbox, where.folder, 0, fact.ts, action, from_folder=place(old, mailbox, prefixes).folder)
        if old:
            yield Named(mailbox, place(old, mailbox, prefixes).folder, 0, fact.ts, "mailbox_delete")
    elif fields.get("uid") and (fields.get("message_id") or fields.get("subject")):
        yield Named(
            *(mailbox, where.folder, fields["uid"], fact.ts, action),
            *(fields.get("message_id", ""), fields.get("subject"), fields.get("sender", "")),
            fields.get("size") or fields.get("vsize") or 0,
        )


def _of_command(fact: Fact, settings: Settings) -> Iterator[Named]:
    """UIDVALIDITY of the folder that APPENDUID or COPYUID is about, for its UIDs."""
    data = fact.fields["data"].get("fields") or {}
    reply, user = str(data.get("tagged_reply") or ""), str(data.get("user") or "")
    said = validity(reply)
    arguments = str(data.get("cmd_args") or "")
    if not said or not user or not arguments:
        return
    words = split(arguments)
    uids = [uid for _, uid in copied(reply)] or [appended(reply)]
    folder = folder_name(words[0] if str(data.get("cmd_name")).upper() == "APPEND" else words[-1])
    where = place(folder, user, settings.organization(fact.ts).shared_prefixes)
    for uid in uids:
        yield Named(where.mailbox.casefold(), where.folder, uid, fact.ts, "uidvalidity", validity=said)

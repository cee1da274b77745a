"""What the log calls messages: which Message-ID and subject a UID of a folder has.

Events know a message by folder and UID only; its Message-ID is in whichever line of mail_log named that UID, maybe of
another session or of its delivery. A UID means another message once the folder was made anew (RFC 9051 2.3.1.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailwake.audit.observe.arguments import appended, copied, folder_name, inbox, split, validity
from mailwake.audit.observe.folders import place
from mailwake.events.fact import Fact

KINDS = frozenset(("item", "event"))
"""Kinds of facts that may name messages."""


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
    """Without angle brackets."""
    subject: str | None = None
    sender: str = ""
    size: int = 0
    validity: int = 0
    """UIDVALIDITY, when said."""
    from_folder: str = ""
    """Of a rename: what it was called before."""


def names(facts: Iterable[Fact]) -> Iterator[Named]:
    """All signs in some facts, each by itself; mailbox and folder as the user calls them (see `placed`)."""
    for fact in facts:
        fields = fact.fields
        if fact.kind == "item" and fields.get("user"):
            yield from _of_item(fact)
        elif fact.kind == "event" and fields.get("name") == "imap_command_finished":
            yield from _of_command(fact)


def placed(signs: Iterable[Named], prefixes: tuple[str, ...], public: tuple[str, ...] = ()) -> Iterator[Named]:
    """Signs with the mailbox that a folder is in: `shared/alice@example.com/INBOX` is alice's INBOX."""
    for sign in signs:
        where = place(sign.folder, sign.mailbox, prefixes, public)
        old = place(sign.from_folder, sign.mailbox, prefixes, public).folder if sign.from_folder else ""
        yield sign._replace(mailbox=where.mailbox.casefold(), folder=where.folder, from_folder=old)


def _of_item(fact: Fact) -> Iterator[Named]:
    fields = fact.fields
    folder, action, user = inbox(fields.get("folder", "")), fields["action"], fields["user"]
    if action.startswith("mailbox_"):
        old = inbox(fields.get("from_folder", ""))
        yield Named(user, folder, 0, fact.ts, action, from_folder=old)
        if old:
            yield Named(user, old, 0, fact.ts, "mailbox_delete")
    elif fields.get("uid") and (fields.get("message_id") or fields.get("subject")):
        yield Named(
            *(user, folder, fields["uid"], fact.ts, action),
            *(fields.get("message_id", "").strip("<>"), fields.get("subject"), fields.get("sender", "")),
            fields.get("size") or fields.get("vsize") or 0,
        )


def _of_command(fact: Fact) -> Iterator[Named]:
    """UIDVALIDITY of the folder that APPENDUID or COPYUID is about, for its UIDs."""
    data = fact.fields["data"].get("fields") or {}
    reply, user = str(data.get("tagged_reply") or ""), str(data.get("user") or "")
    said = validity(reply)
    words = split(str(data.get("cmd_args") or "")) if said and user else []
    if not words:
        return
    uids = [uid for _, uid in copied(reply)] or [appended(reply)]
    folder = folder_name(words[0] if str(data.get("cmd_name")).upper() == "APPEND" else words[-1])
    for uid in uids:
        yield Named(user, folder, uid, fact.ts, "uidvalidity", validity=said)

"""The mail_log plugin (docs: mail_log plugin; plugins/mail-log/mail-log-plugin.c): who touched which item.

    save: box=Sent, uid=1, msgid=<..>, size=161, vsize=168, from=.., subject=.., flags=(\\Seen)
    autoexpunge: box=Trash, uid=1, ...      by the server, of age: no act of anybody's
    copy from INBOX: box=Trash, uid=3, ...      (1.x: copy -> Trash: ...)
    Mailbox created: X      Mailbox renamed: A -> B

The order is that of the plugin's source, each part only when `mail_log_fields` has it. Box names are cut at 64
characters, headers at 80. `flags=()` are the flags after the change.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.dovecot.heads import Head

_EVENTS = ("save: ", "copy ", "delete: ", "undelete: ", "expunge: ", "flag_change: ", "append: ", "autoexpunge: ")
_PARTS = re.compile(
    r"(?:box=(?P<box>.{0,300}?)(?:, |$))?(?:uid=(?P<uid>\d{1,18})(?:, |$))?"
    r"(?:msgid=(?P<msgid><[^>]*>|.{0,999}?)(?:, (?=[svf])|$))?(?:size=(?P<size>\d{1,18})(?:, |$))?"
    r"(?:vsize=(?P<vsize>\d{1,18})(?:, |$))?(?:from=(?P<from>.{0,500}?)(?:, (?=[sf])|$))?"
    r"(?:subject=(?P<subject>.{0,500}?)(?:, (?=flags=\([^)]*\)$)|$))?(?:flags=\((?P<flags>[^)]*)\))?",
    re.DOTALL,
)
_UID_FIRST = re.compile(r"uid=(\d{1,18}), (box=.{0,300}?)(?=, (?:msgid|size|vsize|from|subject|flags)=|$)", re.DOTALL)
_BOXES = {
    "Mailbox created: ": "mailbox_create",
    "Mailbox deleted: ": "mailbox_delete",
    "Mailbox renamed: ": "mailbox_rename",
}


def parse_item(head: Head, text: str) -> Parsed | None:
    """A mail_log line; None when the text is something else."""
    if text.startswith(_EVENTS):
        event, sep, rest = text.partition(": ")
        if not sep or "=" not in rest:
            return None
        return _item(head, event, rest)
    if text.startswith("Mailbox "):
        action = _BOXES.get(text[:17])
        if action is None:
            return None
        fields = _who(head, action)
        old, arrow, new = text[17:].partition(" -> ")
        if action == "mailbox_rename" and arrow:
            fields["from_folder"], fields["folder"] = old, new
        else:
            fields["folder"] = text[17:]
        return "item", _key(head), fields
    return None


def _item(head: Head, event: str, text: str) -> Parsed | None:
    """One message in one mailbox."""
    match = _PARTS.fullmatch(text)
    if match is None:  # uid before box, as other versions and rewriting shippers have it
        match = _PARTS.fullmatch(_UID_FIRST.sub(r"\2, uid=\1", text, count=1))
    if match is None:
        return None
    box, uid, message_id, size, vsize, sender, subject, flags = match.groups()
    action, _, other = event.partition(" ")
    fields = _who(head, "save" if action == "append" else action)
    if box:
        fields["folder"] = box
    if other:
        _copy(fields, other)
    if uid:
        fields["uid"] = int(uid)
    if message_id and message_id != "(null)":
        fields["message_id"] = message_id
    if size:
        fields["size"] = int(size)
    if vsize:
        fields["vsize"] = int(vsize)
    if sender:
        fields["sender"] = sender
    if subject is not None:
        fields["subject"] = subject
    if flags is not None:
        fields["flags"] = flags.split()
    return "item", _key(head), fields


def _copy(fields: Fields, other: str) -> None:
    """`copy from INBOX`; in 1.x `copy -> Trash`, where box= is the source."""
    if other.startswith("from "):
        fields["from_folder"] = other[5:]
    elif other.startswith("-> "):
        if "folder" in fields:
            fields["from_folder"] = fields["folder"]
        fields["folder"] = other[3:]


def _who(head: Head, action: str) -> Fields:
    fields: Fields = {"action": action, "service": head.service}
    if head.user:
        fields["user"] = head.user
    if head.session:
        fields["session"] = head.session
    if head.client_ip:
        fields["client_ip"] = head.client_ip
    if head.auth_user:
        fields["auth_user"] = head.auth_user
    return fields


def _key(head: Head) -> str:
    """A delivery's items are filed with it; those of a mailbox session stand for themselves."""
    return head.session.partition(":")[0] if head.service in ("lmtp", "lda") else ""

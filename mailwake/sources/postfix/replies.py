"""What the text in parentheses of a successful delivery says: where the message is now, and under which id.

Sources: Postfix src/local (delivered to mailbox, forwarded as), src/pipe/pipe.c (delivered via), and the replies of the
servers themselves: Postfix `queued as`, Exim `OK id=`, sendmail `Message accepted`, qmail `qp`, Dovecot LMTP `Saved`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields
from mailwake.events.replies import behind, exchange_id, kumo_ids, stalwart_id, thrown_away

_WORD = re.compile(r"<?([A-Za-z0-9][\w.+=@-]*)")
_VENDORS = re.compile(
    r"\bOK id=(?P<exim>[\w-]+)"
    r"|\bid=(?P<id>[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})"
    r"|^250 (?:\d\.\d\.\d )?(?P<sendmail>[\w.-]+) Message accepted for delivery"
    r"|\bqp (?P<qmail>\d+)"
    r"|^250 (?:2\.[57]\.0 )?(?:OK|BLOCKED) \((?P<pmg>[0-9A-F]{10,})\)"
    r"|^250 (?:\d\.\d\.\d )?OK\s+\d+ (?P<gmail>\S+) - gsmtp"
    r"|^250 Ok (?P<ses>[0-9a-f]{16}-[0-9a-f-]+)"
    r"|\bqueued with id (?P<stalwart>\w+)"
    r"|(?P<exchange>\[InternalId=\d+, Hostname=[\w.-]+\])",
    re.IGNORECASE,
)
_OTHERWISE = {"exchange": exchange_id, "stalwart": stalwart_id}
"""Ids that are written otherwise in the log of the server that gave them."""
_MAILBOX_PIPES = re.compile(r"delivered via \S*(?:dovecot|cyrus|maildrop|dbmail|lmtp)\S* service", re.IGNORECASE)
_OWN = (
    ("delivered to mailbox", "mailbox"),
    ("delivered to maildir", "mailbox"),
    ("discarded", "discard"),  # local(8), of mail to a postmaster that there is not (src/local/unknown.c)
    ("delivered to command: ", "command"),
    ("delivered to file: ", "file"),
    ("delivered via ", "command"),
    ("forwarded as ", "forward"),
    # Postfix 1.x and 2.0 said only the method.
    ("mailbox", "mailbox"),
    ("maildir", "mailbox"),
    ('"|', "command"),
    ('"/', "file"),
)
_BY_AGENT = {"lmtp": "mailbox", "virtual": "mailbox", "local": "mailbox", "pipe": "command", "discard": "discard"}


def settle(fields: Fields, agent: str, relay: str, reply: str) -> None:
    """Add disposition, next_id and token of a delivery with status=sent."""
    if reply[-1:] == ")" and (own := behind(reply)):
        fields["next_id"], fields["disposition"] = own, "relay"
        return
    at = reply.rfind("queued as ")
    if at >= 0:
        # The last one is the innermost: a filter repeats the reply of the server behind it.
        fields["disposition"] = "relay"
        word = reply[at + 10 :]
        if word.isalnum():
            fields["next_id"] = word
        else:
            found = _WORD.match(word)
            if found is not None:
                fields["next_id"] = found[1].rstrip(".")
        return
    if reply.endswith(" Saved") and reply.startswith("250"):
        # Dovecot: `250 2.0.0 <rcpt> SESSION[:Rn] Saved`
        token = reply[:-6].rpartition(" ")[2]
        if not token.startswith("<"):
            fields["token"] = token
        fields["disposition"] = "mailbox"
        return
    for head, disposition in _OWN:
        if reply.startswith(head):
            if head == "delivered via " and _MAILBOX_PIPES.match(reply):
                disposition = "mailbox"
            elif disposition == "forward":
                fields["next_id"] = reply[13:].strip()
            fields["disposition"] = disposition
            return
    _settle_remote(fields, agent, relay, reply)


def _settle_remote(fields: Fields, agent: str, relay: str, reply: str) -> None:
    """Replies of other servers and of content filters that gave no `queued as`."""
    disposition = _BY_AGENT.get(agent, "relay")
    if not agent and relay == "none":
        disposition = "discard"
    found = _VENDORS.search(reply)
    if found is not None and found.lastgroup:
        fields["next_id"] = _OTHERWISE.get(found.lastgroup, str)(found[found.lastgroup])
    elif "ids=" in reply:
        fields.update(kumo_ids(reply))
    lower = reply.lower()
    if "quarantin" in lower:
        disposition = "quarantine"
    elif (
        "ok, discarded" in lower
        or "discarded email" in lower
        or lower.startswith(("250 2.7.0 blocked", "250 blocked"))
        or thrown_away(reply)
    ):
        disposition = "discard"
    elif found is not None and disposition == "mailbox":
        # LMTP to a content filter, not to a mailbox server.
        disposition = "relay"
    fields["disposition"] = disposition

"""Mailbox sessions after login: imap, pop3, managesieve, submission, doveadm, and their helpers.

What they log is mail_log items, the way they end, and Sieve (imap_sieve). The end is `Disconnected: Logged out in=65
out=1980 deleted=0 ...` (`imap_logout_format`), `Disconnected: Logged out top=0/0, retr=1/998, del=0/8, size=5600`
(`pop3_logout_format`), `Disconnected: Logged out bytes=6/41` (managesieve).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.dovecot.client import said_id
from mailwake.sources.dovecot.delivery import parse_delivery
from mailwake.sources.dovecot.heads import Head
from mailwake.sources.dovecot.mail_log import parse_item

_COUNTERS = re.compile(r"(?:^|[ ,])((?:in|out|bytes|top|retr|del|size|deleted|expunged|msgs)=\d.*)", re.DOTALL)
_COUNTER = re.compile(r"\b([a-z_]{1,20})=([\d/]+)")
_ENDS = (
    *("Disconnected", "Logged out", "Connection closed", "Connection lost", "Session ", "BYE", "Hibernat"),
    *("Server shutting down", "Shutting down", "Internal error", "Client is", "Too many", "Remote closed"),
    *("Timeout", "Autologout", "Inactivity", "Killed", "Successful quit", "Input "),
)
_NOISE = (
    *("Effective", "Indexed ", "Hibernating", "Unhibernat", "Loading ", "Module ", "Login process"),
    *("Mailbox subscribed", "Mailbox unsubscribed", "Quota ", "quota", "Received signal", "Namespace", "dsync"),
    *("Command ", "Logged in", "Login", "Aborted", "Fixing", "Rebuil", "Expunged ", "Synchroniz", "sieve:", "Sieve"),
    *("Re-creat", "fscking", "Mailbox ", "Index", "Cache", "connected", "Connected", "Starting", "Connection from"),
)


def parse_session(head: Head, text: str) -> Parsed | None:
    """A line of a mailbox session."""
    item = parse_item(head, text)
    if item is not None:
        return item
    if text.startswith("ID sent: "):
        return said_id(text[9:], user=head.user, session=head.session, service=head.service, client_ip=head.client_ip)
    if text.startswith(_ENDS) and head.service not in ("doveadm", "indexer-worker", "indexer"):
        return _logout(head, text)
    if text.startswith("Successfully relayed message: "):  # the submission service hands it to the mail server
        return "note", "", {"text": text}
    if text.startswith(("sieve: ", "Sieve", "imapsieve: ")):
        # a script run by imap_sieve or `doveadm sieve`: same results as in a delivery
        parsed = parse_delivery(head, text)
        if parsed is not None and parsed[0] != "mailbox":
            return parsed
        return ("noise", "", {}) if parsed is None else ("note", "", {"text": text})
    return ("noise", "", {}) if text.startswith(_NOISE) else None


def _logout(head: Head, text: str) -> Parsed:
    """How a session ended, with the counters as logged."""
    fields: Fields = {"service": head.service}
    if head.user:
        fields["user"] = head.user
    if head.session:
        fields["session"] = head.session
    if head.client_ip:
        fields["client_ip"] = head.client_ip
    match = _COUNTERS.search(text)
    if match is not None:
        fields["counters"] = dict(_COUNTER.findall(match.group(1)))
        text = text[: match.start()]
    reason = text.removeprefix("Disconnected: ").strip(" :,")
    if reason:
        fields["reason"] = reason
    return "logout", "", fields

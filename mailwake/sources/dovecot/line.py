"""One line of Dovecot: read the prefix, take the level off, give the rest to the part that knows the service."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Parsed
from mailwake.sources.dovecot.auth import parse_auth
from mailwake.sources.dovecot.delivery import parse_delivery
from mailwake.sources.dovecot.exporter import parse_event
from mailwake.sources.dovecot.heads import Head, read_head
from mailwake.sources.dovecot.logins import parse_login
from mailwake.sources.dovecot.master import parse_master
from mailwake.sources.dovecot.sessions import parse_session

_USUAL = re.compile(r"lmtp\(([^)*,: ]+)\)<\d+><([^> ]+)>: msgid=(<[^>:,]+>): saved mail to ([^:'\"\n]+)").fullmatch
"""Most of what LMTP logs, in one step: a third of the time that the way by prefix, service and result takes."""
_LEVELS = {"Warning": "warning", "Error": "error", "Fatal": "fatal", "Panic": "panic"}
_NAME = r"(?:user|auth|auth_user|(?:real_)?[rl]?ip|(?:real_)?[rl]port|session|pid|service|secured|host)"
_NAMED = re.compile(rf"{_NAME}=[^\s,=]*+(?:,? {_NAME}=[^\s,=]*+)*")
"""What a site put into the prefix behind a `: ` of its own: `imap(user): rip=192.0.2.1: delete: box=...`."""
_ByService = dict[str, Callable[[Head, str], "Parsed | None"]]
_SERVICES: _ByService = {
    **dict.fromkeys(("lmtp", "lda", "deliver", "dovecot-lda"), parse_delivery),
    **dict.fromkeys(("imap", "pop3", "managesieve", "submission", "doveadm", "dsync", "dsync-server"), parse_session),
    **dict.fromkeys(("dsync-local", "dsync-remote", "indexer-worker", "indexer", "imap-hibernate"), parse_session),
    "sieve-filter": parse_session,  # somebody at the command line: nobody's act in a mailbox
    **dict.fromkeys(("imap-urlauth", "imap-urlauth-worker", "imap-urlauth-login", "quota-status"), parse_session),
    **dict.fromkeys(("imap-login", "pop3-login", "managesieve-login", "sieve-login"), parse_login),
    **dict.fromkeys(("submission-login", "submissions-login", "script-login"), parse_login),
    **dict.fromkeys(("auth", "auth-worker"), parse_auth),
    **dict.fromkeys(("master", "dovecot", "log", "config", "anvil", "ssl-params", "dict", "dict-async"), parse_master),
    **dict.fromkeys(("ipc", "director", "replicator", "aggregator", "dns-client", "dns_client"), parse_master),
    **dict.fromkeys(("dict-expire", "old-stats", "health-check", "tcpwrap", "http-api"), parse_master),
    "stats": parse_event,
}


def parse(message: str) -> Parsed | None:
    """The text after `dovecot: `."""
    usual = _USUAL(message) if message[:5] == "lmtp(" else None
    if usual is not None:
        user, session, message_id, folder = usual.groups()
        fields = {"action": "stored", "folder": folder, "service": "lmtp", "user": user, "session": session}
        fields["message_id"] = message_id
        return "mailbox", session.partition(":")[0], fields
    head_text, sep, text = message.partition(": ")
    if not sep:
        # 1.x main process: `Dovecot v1.2.9 starting up`
        return parse_master(Head("master"), message)
    head = read_head(head_text)
    if head is None:
        return parse_master(Head("master"), message)
    known = _SERVICES.get(head.service)
    if known is None:
        return parse_master(Head("master"), message) if head_text in _LEVELS else None
    if text.startswith("Info: "):
        text = text[6:]
    level = text.partition(": ")[0]
    if level == "Debug":
        return "noise", "", {}
    if level not in _LEVELS:
        if level != text and _NAMED.fullmatch(level):
            further = read_head(f"{head_text} {level}")
            parsed = known(further, text[len(level) + 2 :]) if further is not None else None
            if parsed is not None:
                return parsed
        return known(head, text) or (parse_master(head, text) if text.startswith("Killed with signal") else None)
    text = text[len(level) + 2 :]
    parsed = known(head, text)
    return _note(head, level, text) if parsed is None or parsed[0] == "noise" else parsed


def _note(head: Head, level: str, text: str) -> Parsed:
    """A warning or error that means nothing for a message by itself."""
    return "note", "", {"text": f"{head.service}: {text}" if text else head.service, "level": _LEVELS[level]}

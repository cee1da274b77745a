"""The prefix of a Dovecot line, `mail_log_prefix`: who speaks.

2.3 and 2.4: `lmtp(user)<pid><session>`; 2.0 to 2.2: `lmtp(pid, user)` or `imap(user)`; `imap-login`, `auth`, `master`
have no user. Sites add to it: `imap(user)<pid><session> rip=192.0.2.1 auth=admin@example.com`, which is the one way to
see in the text that somebody else than the owner was at work.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PREFIX = re.compile(r"([a-z][a-z0-9_-]*)(?:\(([^)]*)\))?(?:<([^>]*)>)?(?:<([^>]*)>)?(?: (.+))?")
_EXTRA = re.compile(r"\b(\w{1,20})=<?([^\s<>,]*)")
_PID_SERVICES = frozenset(
    ("lmtp", "auth-worker", "indexer-worker", "indexer", "log", "config", "anvil", "stats", "dict", "auth", "deliver")
)


_OTHER = re.compile(
    r"(?:\[?([^\[\]() ]{1,80})\]? )?((?i:imap|pop3|managesieve|submission|lmtp|lda))"
    r"((?:[(<\[{][^)>\]}]*[)>\]}]|,? ++\w{1,20}=[^\s,]*|,? ++)*+)"
)
"""Prefixes of a site's own: `imap(user)[192.0.2.1]`, `imap(user)<pid><session>(192.0.2.1)`, `session imap(user)`."""
_PART = re.compile(r"\(([^()]*)\)|<([^<>]*)>|\[([^\[\]]*)\]|\{([^{}]*)\}")


class Head(NamedTuple):
    """What the prefix of a line says; "" for what it does not."""

    service: str
    user: str = ""
    session: str = ""
    client_ip: str = ""
    auth_user: str = ""
    pid: str = ""


def read_head(text: str) -> Head | None:
    """Read `service(user)<pid><session> key=value ...`; None when it has another shape."""
    if text[:5] in ("IMAP(", "POP3("):  # until 1.0
        text = text[:4].lower() + text[4:]
    match = _PREFIX.fullmatch(text)
    if match is None:
        return _read_other(text)
    service, inside, first, second, extra = match.groups()
    if not (inside or first or extra):
        return Head(service)
    user, pid, session, client_ip, auth_user = inside or "", "", second or "", "", ""
    if first is not None:
        if first.isdecimal() or second is not None:
            pid = first
        else:
            session = first
    elif user.isdecimal() and service in _PID_SERVICES:
        user, pid = "", user
    if "," in user:
        user, client_ip, pid = _listed(user, pid)
    if "*" in user and not user.startswith("*"):
        # `user*master`: auth_master_user_separator kept in the name
        user, _, auth_user = user.partition("*")
    if extra:
        named = dict(_EXTRA.findall(extra))
        client_ip = named.get("rip", client_ip)
        auth_user = _master(named, user) or auth_user
        session = session or named.get("session", "")
        user = user or named.get("user", "")
    return Head(service, user, session, client_ip, auth_user, pid)


def _read_other(text: str) -> Head | None:
    """A prefix of a site's own: who, session and address by what they look like, or by their `key=`."""
    match = _OTHER.fullmatch(text)
    if match is None or not match[3]:
        return None
    session, service, rest = match.groups(default="")
    user = client_ip = pid = ""
    parts = [next(filter(None, found), "") for found in _PART.findall(_EXTRA.sub("", rest))]
    for one in parts:
        if _is_ip(one):
            client_ip = client_ip or one
        elif one.isdecimal():
            pid = pid or one
        elif not user:
            user, found_ip, found_pid = _listed(one, pid)
            client_ip, pid = client_ip or found_ip, pid or found_pid
        elif one:
            session = session or one
    named = dict(_EXTRA.findall(rest))
    user = user or named.get("user", "")
    if not user:
        return None
    session = named.get("session", session)
    client_ip = named.get("rip", client_ip)
    user, _, master = user.partition("*")
    auth_user = _master(named, user) or master
    return Head(service.lower(), user, session, client_ip, auth_user, pid)


def _master(named: dict[str, str], user: str) -> str:
    """The name that logged in, without the `user*` that it may have been typed behind."""
    given = named.get("auth") or named.get("auth_user") or named.get("master_user") or named.get("master") or ""
    if len(given) > len(user) + 1 and user and given.startswith(user) and given[len(user)] in _SEPARATORS:
        return given[len(user) + 1 :]
    return given


_SEPARATORS = "*/|%#!:"
"""Usual values of auth_master_user_separator."""


def _listed(inside: str, pid: str) -> tuple[str, str, str]:
    """`pid, user` (2.0 to 2.2), `user,ip,sasl:plain` (auth), `ip,user` (doveadm): user, client IP, pid."""
    user = client_ip = ""
    for part in inside.split(","):
        one = part.strip()
        if one.isdecimal() and not pid and not user:
            pid = one
        elif _is_ip(one):
            client_ip = one
        elif not user and not one.startswith("sasl:"):
            user = one
    return user, client_ip, pid


def _is_ip(text: str) -> bool:
    if ":" in text:
        return "@" not in text and not text.startswith("sasl:")
    return text.count(".") == 3 and text.replace(".", "").isdecimal()

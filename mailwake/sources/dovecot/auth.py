"""The auth service: why a login failed (docs: `auth_verbose`; auth/auth-request.c, passdb-*.c).

`passwd-file(user,ip,<session>): Password mismatch`, `sql(user,ip): unknown user`, `pam(user,ip): pam_authenticate()
failed: Authentication failure (Password mismatch?)`; workers put `conn unix:auth-worker (pid=1,uid=2):
auth-worker<3>: ` before it, 1.x has the prefix `auth(default)`, 2.4 `auth(user,ip,sasl:plain)<session>`.
The login process reports the same failure in its own words; the session, when both have it, tells that they are one.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.dovecot.heads import Head

_WORKER = re.compile(r"conn [^:]*:\S*(?: \([^)]*\))?(?: \[\d+\])?: (?:auth-worker<\d+>: )?(?:Info: )?")
_REQUEST = re.compile(r"([\w-]+)\(((?:[^()]|\([^()]*\))*+)\): (?:([\w-]+): )?(.*)", re.DOTALL)
_FAILURES = (
    *("Password mismatch", "password mismatch", "unknown user", "Unknown user", "Invalid password", "Login failed"),
    *("Authentication failure", "authentication failure", "Authentication failed", "User is missing", "nologin"),
    *("allow_nets check failed", "Account is", "User not found", "empty password", "Empty password", "disabled"),
    *("invalid credentials", "Invalid credentials", "expired", "Requested", "username contains", "Username"),
    *("pam_acct_mgmt() failed", "pam_authenticate() failed", "No such user", "password has expired", "policy server"),
)
_GIVEN = re.compile(r" \((?:[A-Z0-9]+ of )?given password.*$", re.DOTALL)
_SESSION = re.compile(r"<([^<>]*)>$")
_NOISE = (
    *("client in", "client out", "master in", "master out", "cache", "Loading", "Module", "Read auth", "new auth"),
    *("auth client", "mysql", "pgsql", "sqlite", "ldap", "sql", "LDAP", "Auth client", "Auth server", "pool"),
    *("userdb", "passdb", "prefetch", "dict", "shutting", "Shutting", "Token", "token", "oauth", "connected", "passwd"),
    *("Connected", "Connection", "Auth request", "delaying", "Finished", "Performing", "conn ", "Server ", "policy"),
)


def parse_auth(head: Head, text: str) -> Parsed | None:
    """A line of auth or auth-worker."""
    worker = _WORKER.match(text)
    if worker is not None:
        text = text[worker.end() :]
    master = text.rfind("Master user logging in as ")
    if master >= 0:
        return _master(head, text, text[master + 26 :])
    request = _REQUEST.match(text)
    if request is not None:
        _, who, level, said = request.groups()
        if level and level not in ("Info", "Warning", "Error", "Debug"):
            said = f"{level}: {said}"
        if any(word in said for word in _FAILURES):
            return _failed(who.split(","), said)
        return "noise", "", {}
    if head.user and any(word in text for word in _FAILURES):
        # 2.4: the request is in the prefix
        return _failed([head.user, head.client_ip, f"<{head.session}>"], text)
    if head.user or text.startswith(_NOISE):
        return "noise", "", {}
    return None


def _failed(who: list[str], said: str) -> Parsed:
    """A failed login; a password that the site lets Dovecot log stays out of the fact."""
    fields: Fields = {"service": "auth"}
    _who(who, fields, "username")
    if "master" in who[1:] and who[0]:  # whose mailbox it was to be, the login process says
        fields["auth_user"] = who[0]
    fields["reason"] = _GIVEN.sub("", said)
    return "auth_failed", "", fields


def _who(who: list[str], fields: Fields, name: str) -> None:
    """`user,ip,<session>`; between them 2.x may say `master`."""
    if who[0]:
        fields[name] = who[0]
    for part in who[1:]:
        session = _SESSION.match(part)
        if session is not None:
            if session.group(1):
                fields["session"] = session.group(1)
        elif part.count(".") == 3 or (":" in part and not part.startswith("sasl:")):
            fields["client_ip"] = part


def _master(head: Head, text: str, user: str) -> Parsed:
    """`Master user logging in as alice@example.com`: 2.3 does not say which master, unless the request is named."""
    fields: Fields = {"service": "auth", "success": True, "reason": "master user logging in"}
    request = _REQUEST.match(text)
    if request is not None:
        _who(request.group(2).split(","), fields, "auth_user")
    elif head.user:
        _who([head.user, head.client_ip, f"<{head.session}>"], fields, "auth_user")
    fields["user"] = user.strip()
    return "login", "", fields

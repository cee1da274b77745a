"""The login processes: `imap-login: Login: user=<..>, method=PLAIN, rip=.., lip=.., mpid=.., TLS, session=<..>`.

`login_log_format` is `%$: %s`; `%s` are the `login_log_format_elements` that are not empty. 2.4 says `Logged in: `
and `Login aborted: ... (auth_failed): `. The user name of a failed login is the client's own text: the reason ends
before the first element, the other elements are taken from the end.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.dovecot.client import said_id
from mailwake.sources.dovecot.heads import Head

_ELEMENTS = re.compile(r"(?:^|[:,] )(?=(?:user=<|rip=|method=|session=<))")
_USUAL = re.compile(
    r"Log(?:in|ged in): user=<([^>*]*)>, (?:auth_user=<([^>]*)>, )?method=([^,]+), rip=([^,]+), (?:rport=(\d{1,5}), )?"
    r"lip=([^,]+), (?:lport=\d+, )?mpid=\d+(?:, (TLS)|, secured)?, session=<([^>]*)>"
)
"""A successful login with the default elements: the commonest line of all, in one step."""
_FAILED = ("auth failed", "(auth_failed", "Authentication failed", "Login failed", "disallowed plaintext auth", "[AUTH")
_REFUSED = ("Maximum number of connections", "mail_max_userip_connections")
_PROXY = re.compile(r"proxy\(([^)]*)\): ")
_NOISE = ("Server ", "Timeout", "Login process", "SSL ", "Connection queue", "read(", "Error", "TLS ", "BUG")
_ENDS = ("Disconnected", "Aborted", "Login aborted", "Connection", "Inactivity", "Too many", "Logged out", "Internal")


def parse_login(head: Head, text: str) -> Parsed | None:
    """A line of imap-login, pop3-login, managesieve-login or submission-login."""
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return _usual(head, usual)
    match = _ELEMENTS.search(text)
    if match is None:
        said, elements = text, {}
    else:
        said, elements = text[: match.start()], _elements(text[match.end() :])
    fields: Fields = {"service": head.service.removesuffix("-login")}
    _client(fields, elements)
    if said.startswith("ID sent: "):
        who = {name: fields[name] for name in ("service", "session", "client_ip") if name in fields}
        return said_id(said[9:], user=elements.get("user", ""), **who)
    if said in ("Login", "Logged in"):
        return _login(fields, elements, True, "")
    if any(word in said for word in _FAILED):
        return _auth_failed(fields, elements, said)
    if any(word in said for word in _REFUSED):
        return _login(fields, elements, False, said)
    if text.startswith("proxy("):
        return _proxied(fields, elements, text, said)
    if elements or text.startswith(_ENDS):
        if said.startswith(_NOISE):
            return "noise", "", {}
        return _disconnect(fields, elements, said)
    return ("noise", "", {}) if text.startswith(_NOISE) else None


def _usual(head: Head, usual: re.Match[str]) -> Parsed:
    user, auth_user, method, client_ip, port, local_ip, tls, session = usual.groups()
    fields: Fields = {"service": head.service.removesuffix("-login"), "success": True, "client_ip": client_ip}
    fields["session"] = session
    fields["method"] = method
    fields["local_ip"] = local_ip
    if user:
        fields["user"] = user
    if auth_user:
        fields["auth_user"] = auth_user
    if port:
        fields["client_port"] = int(port)
    if tls:
        fields["tls"] = tls
    return "login", "", fields


def _elements(text: str) -> dict[str, str]:
    """`user=<..>, method=PLAIN, rip=.., TLS, session=<..>`; `TLS` and `secured` are kept under "tls"."""
    found: dict[str, str] = {}
    user = ""
    if text.startswith("user=<"):
        end = text.find(">, ", 6)
        if end < 0:
            end = len(text) - text.endswith(">")
        user = text[6:end]
        text = text[end + 3 :]
    for part in text.split(", "):
        name, sep, value = part.partition("=")
        if sep and name.isidentifier():
            found[name] = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value
        elif part.startswith(("TLS", "SSL")):
            found["tls"] = f"{found['tls']}, {part}" if "tls" in found else part
    if user:
        found["user"] = user
    return found


def _client(fields: Fields, elements: dict[str, str]) -> None:
    if elements.get("rip"):
        fields["client_ip"] = elements["rip"]
    port = elements.get("rport", "")
    if port.isdecimal() and len(port) < 6:
        fields["client_port"] = int(port)
    if elements.get("session"):
        fields["session"] = elements["session"]
    if elements.get("method"):
        fields["method"] = elements["method"]


def _login(fields: Fields, elements: dict[str, str], success: bool, reason: str) -> Parsed:
    fields["success"] = success
    user, auth_user = _names(elements)
    if user:
        fields["user"] = user
    if auth_user:
        fields["auth_user"] = auth_user
    if elements.get("tls"):
        fields["tls"] = elements["tls"]
    if elements.get("lip"):
        fields["local_ip"] = elements["lip"]
    if reason:
        fields["reason"] = reason
    return "login", "", fields


def _names(elements: dict[str, str]) -> tuple[str, str]:
    """Whose mailbox, and who logged in: `auth_user=`/`master_user=`, or `user*master`."""
    user = elements.get("user", "")
    auth_user = elements.get("auth_user") or elements.get("master_user") or elements.get("master") or ""
    if "*" in user and not auth_user:
        user, _, auth_user = user.partition("*")
    return user, auth_user


def _auth_failed(fields: Fields, elements: dict[str, str], said: str) -> Parsed:
    user, auth_user = _names(elements)
    if user:
        fields["username"] = user
    if auth_user:
        fields["auth_user"] = auth_user
    fields["reason"] = said
    return "auth_failed", "", fields


def _disconnect(fields: Fields, elements: dict[str, str], said: str) -> Parsed:
    """Gone without a login; nothing was tried, or it did not get that far."""
    fields.pop("method", None)
    if elements.get("user"):
        fields["user"] = elements["user"]
    if said:
        fields["reason"] = said
    return "disconnect", "", fields


def _proxied(fields: Fields, elements: dict[str, str], text: str, said: str) -> Parsed:
    """`proxy(user,host:port): Started proxying to <host> (0.027 secs): user=..`: the login went on to a backend."""
    match = _PROXY.match(text)
    rest = said[match.end() :] if match else said
    if match and "user" not in elements:
        elements = {**elements, "user": match.group(1).partition(",")[0]}
    if rest.startswith(("Started proxying", "started proxying")):
        return _login(fields, elements, True, rest)
    fields.pop("method", None)
    fields.pop("client_port", None)
    logout: Fields = {name: fields[name] for name in ("service", "session", "client_ip") if name in fields}
    if elements.get("user"):
        logout["user"] = elements["user"]
    if rest:
        logout["reason"] = rest
    return "logout", "", logout

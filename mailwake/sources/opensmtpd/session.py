"""The client's session: who connected, TLS, logins, refusals, messages taken in, the end.

Everything is led by the session's id, which is the key of all that belongs to the session and not to a message.
Sources: smtp_session.c (6.4 and newer `ID smtp VERB ...`, before that `ID smtp event=VERB ...`, 5.x `smtp-in: ...`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, whole
from mailwake.events.replies import split_reply
from mailwake.sources.opensmtpd.text import SESSION, address, attributes, client, tls

_COMMAND, _RESULT = 'command="', '" result="'
_ADDRESS = re.compile(r"(?:MAIL FROM|RCPT TO):\s*<?(?P<address>[^<>]*)>?", re.IGNORECASE)
_STAGES = {"RCPT": "RCPT", "MAIL": "MAIL", "DATA": "DATA", ".": "END-OF-MESSAGE", "": "CONNECT"}
_GREETINGS = ("EHLO", "HELO")
_OLD = (
    (re.compile(rf"New session (?P<id>{SESSION}) from host (?P<name>\S+) \[(?P<where>[^\]]*)\]"), "connected"),
    (re.compile(rf"Accepted message (?P<msgid>[0-9a-f]{{8}}) on session (?P<id>{SESSION}): (?P<rest>.*)"), "message"),
    (re.compile(rf"Failed command on session (?P<id>{SESSION}): \"(?P<command>.*?)\" => (?P<result>.*)"), "failed"),
    (re.compile(rf"Started TLS on session (?P<id>{SESSION}): (?P<rest>.*)"), "tls"),
    (re.compile(rf"Accepted authentication for user (?P<user>\S*) on session (?P<id>{SESSION})"), "login"),
    (re.compile(rf"Authentication failed for user (?P<user>\S*) on session (?P<id>{SESSION})"), "auth_failed"),
    (re.compile(rf"(?:Closing|Received disconnect from) session (?P<id>{SESSION})(?P<rest>.*)"), "disconnected"),
    (re.compile(rf"Disconnecting session (?P<id>{SESSION}): (?P<rest>.*)"), "lost"),
    (re.compile(rf"Client certificate .* on session (?P<id>{SESSION})"), "certificate"),
)


def incoming(session: str, verb: str, rest: str) -> Parsed | None:
    """What follows `ID smtp `: the verb, and the attributes behind it."""
    handler = _VERBS.get(verb)
    return handler(session, rest) if handler is not None else None


def old(text: str) -> Parsed | None:
    """What follows `smtp-in: `."""
    for shape, verb in _OLD:
        found = shape.match(text)
        if found is not None:
            return _old(found["id"], verb, found.groupdict())
    return None


def _old(session: str, verb: str, said: dict[str, str]) -> Parsed:
    rest = said.get("rest", "")
    if verb == "connected":
        return "connect", session, client(said["where"], said["name"])
    if verb == "message":
        return _arrival(session, said["msgid"], attributes(rest))
    if verb == "failed":
        return _refusal(session, said["command"], said["result"])
    if verb == "tls":
        return "tls", session, {"direction": "in", **tls(rest)}
    if verb == "login":
        return "login", session, {"user": said["user"], "service": "smtp", "success": True}
    if verb == "auth_failed":
        return "auth_failed", session, {"username": said["user"], "service": "smtp", "reason": "authentication failed"}
    if verb == "lost":
        return "lost", session, {"text": rest}
    return ("noise", "", {}) if verb == "certificate" else ("disconnect", session, {"reason": "quit"})


def _connected(session: str, rest: str) -> Parsed:
    read = attributes(rest)
    return "connect", session, client(read.get("address", ""), read.get("host", ""))


def _tls(session: str, rest: str) -> Parsed:
    return "tls", session, {"direction": "in", **tls(rest.partition("ciphers=")[2].strip('"'))}


def _authentication(session: str, rest: str) -> Parsed:
    read = attributes(rest)
    user, result = read.get("user", ""), read.get("result", "")
    if result == "ok":
        return "login", session, {"user": user, "service": "smtp", "success": True}
    return "auth_failed", session, {"username": user, "service": "smtp", "reason": result}


def _message(session: str, rest: str) -> Parsed | None:
    read = attributes(rest)
    return _arrival(session, read["msgid"], read) if len(read.get("msgid", "")) == 8 else None


def _arrival(session: str, message: str, read: dict[str, str]) -> Parsed:
    """A message taken in. Before 6.4 there is one record for each recipient, later `envelope` names them."""
    fields: Fields = {"session": session}
    if "from" in read:
        fields["sender"] = address(read["from"])
    if read.get("to"):
        fields["recipients"] = [read["to"]]
    for name, field in (("size", "size"), ("nrcpt", "nrcpt"), ("nrcpts", "nrcpt")):
        number = whole(read.get(name))
        if number is not None:
            fields[field] = number
    if read.get("proto"):
        fields["protocol"] = read["proto"]
    return "arrive", message, fields


def _envelope(session: str, rest: str) -> Parsed | None:
    read = attributes(rest)
    if len(read.get("evpid", "")) != 16:
        return None
    fields: Fields = {"sender": address(read.get("from", "")), "recipient": address(read.get("to", ""))}
    return "envelope", read["evpid"][:8], {**fields, "session": session}


def _failed(session: str, rest: str) -> Parsed | None:
    """`[address=... host=... ]command="RCPT TO:<x>" result="550 no"`; what a client sent may hold anything."""
    text = rest.rstrip()
    start = 0 if text.startswith(_COMMAND) else text.find(" " + _COMMAND) + 1
    command, found, result = text[start + len(_COMMAND) :].partition(_RESULT)
    if not text.startswith(_COMMAND, start) or not found or not result.endswith('"'):
        return None
    return _refusal(session, command, result[:-1])


def _refusal(session: str, command: str, result: str) -> Parsed:
    """A command that was refused. Only those that lead to a message are refusals of mail."""
    code, dsn, text = split_reply(result)
    verb = command.partition(" ")[0].partition(":")[0].upper()
    fields: Fields = {} if code is None else {"code": code}
    if dsn:
        fields["dsn"] = dsn
    if verb == "AUTH" and code == 535:
        method = command.partition(" ")[2].partition(" ")[0]
        return "auth_failed", session, {"service": "smtp", "method": method, "reason": text}
    stage = "HELO" if verb in _GREETINGS else _STAGES.get(verb)
    # 503: out of turn, as what came before it was refused (smtp_session.c smtp_check_*)
    if stage is None or code == 503 or (stage in ("DATA", "HELO") and code in (500, 501, 502, 504)):
        return "lost", session, {"stage": verb or "CONNECT", "text": result}
    fields = {"stage": stage, **fields, "text": text, "session": session, "by": "smtpd"}
    named = _ADDRESS.match(command)
    if named is not None:
        fields["recipient" if stage == "RCPT" else "sender"] = named["address"].strip()
    elif stage == "HELO":
        fields["helo"] = command.partition(" ")[2].strip()
    if (str(code or "") or dsn)[:1] == "4":
        fields["temporary"] = True
    return "reject", "", fields


def _bad_input(session: str, rest: str) -> Parsed:
    return "lost", session, {"text": rest.partition("result=")[2].strip('" ')}


def _disconnected(session: str, rest: str) -> Parsed:
    reason = rest.partition("reason=")[2].strip('" ')
    if reason in ("quit", "disconnect", ""):
        return "disconnect", session, {"reason": reason or "closed"}
    return "lost", session, {"text": reason}


def _quiet(_session: str, _rest: str) -> Parsed:
    return noise()


_VERBS: dict[str, Callable[[str, str], Parsed | None]] = {
    "connected": _connected,
    "tls": _tls,
    "starttls": _tls,
    "authentication": _authentication,
    "message": _message,
    "envelope": _envelope,
    "failed-command": _failed,
    "bad-input": _bad_input,
    "disconnected": _disconnected,
    "closed": _disconnected,
    "cert-check": _quiet,
    "client-cert-check": _quiet,
    "client-cert": _quiet,
}

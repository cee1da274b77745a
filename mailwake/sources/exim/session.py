"""Lines without a message id: connections, logins, the daemon and its queue runners.

Exim specification, chapter 52, "Other log entries" and the log_selector items connection_reject, smtp_connection,
lost_incoming_connection, smtp_no_mail, smtp_protocol_error, smtp_syntax_error, queue_run.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import QUOTED, fields_in, put_client, zone
from mailwake.sources.exim.rejection import bare, refused, synchronization, unqualified, verify_command

_QUOTED = re.compile(rf'({QUOTED})"?').match
_CONNECTION = re.compile(r"SMTP connection (?:Ci=\S+ )?from ").match
"""Ci: the connection's identifier (log_selector `connection_id`, since 4.97)."""
_LOCAL = re.compile(r"\[([^\]]+)\](?::(\d+))?\Z").match


def _client(who: str) -> tuple[Fields, dict[str, str], str]:
    """Client, further fields and the rest of `host (helo) [ip]:port I=[ip]:port D=2s text`."""
    who = who.lstrip(" ")
    walk, rest = zone(f" {who}" if who.startswith(("H=", "U=")) else f" H={who}")
    fields: Fields = {}
    put_client(fields, walk)
    fields.pop("helo", None)
    return fields, dict(fields_in(walk)), rest


def connection(text: str) -> Parsed | None:
    """`SMTP connection from ...` followed by nothing, a count, `lost ...` or `closed by ...`."""
    fields, values, rest = _client(text.partition(" from ")[2])
    if " closed " in rest or rest.startswith("closed "):
        fields["reason"] = rest.partition("closed ")[2].removeprefix("by ")
        if "C" in values:
            fields["counters"] = values["C"]
        return "disconnect", "", fields
    if rest.lstrip().startswith("lost"):
        return _lost(fields, "DATA" if "message data" in rest else "", text)
    found = _LOCAL(values.get("I", ""))
    if found is not None:
        fields["local_ip"] = found[1]
        if found[2]:
            fields["local_port"] = int(found[2])
    return "connect", "", fields


def without_mail(text: str) -> Parsed | None:
    """`no MAIL in SMTP connection from ... D=2s C=EHLO,QUIT`: a session that sent nothing."""
    fields, values, _ = _client(text.partition(" from ")[2])
    fields["reason"] = "no MAIL"
    if "C" in values:
        fields["counters"] = values["C"]
    return "disconnect", "", fields


def _lost(fields: Fields, stage: str, text: str) -> Parsed:
    if stage:
        fields["stage"] = stage
    fields["text"] = text
    return "lost", "", fields


def smtp(text: str) -> Parsed | None:
    """Lines that begin with SMTP."""
    if _CONNECTION(text):
        return connection(text)
    if text.startswith("SMTP protocol synchronization error"):
        return synchronization("", text)
    if text.startswith(("SMTP syntax error in ", "SMTP protocol error in ")):
        where = text[text.index(" in ") + 4 :]
        command = _QUOTED(where)
        fields = _client(where[command.end() :])[0] if command else {}
        return _lost(fields, command[1][1:].split(" ", 1)[0].upper() if command else "", text)
    if text.startswith("SMTP connection identification "):
        return "noise", "", {}  # which local user a client of the host is
    if text.startswith("SMTP connection lost after final dot "):
        return _lost(_client(text.partition(" final dot ")[2])[0], "END-OF-MESSAGE", text)
    for words, stage in _BROKEN:
        if text.startswith(words):
            return _lost(_client(text.partition(" from ")[2])[0], stage, text)
    return None


_BROKEN = (
    ("SMTP command timeout on ", ""),
    ("SMTP data timeout ", "DATA"),
    ("SMTP call from ", ""),
    ("SMTP connection ", ""),
    ("SMTP protocol violation: ", ""),
)


def broken(text: str) -> Parsed | None:
    """`unexpected disconnection while reading SMTP command from ...`, `TLS error on connection from ...`."""
    if text.startswith("TLS error on connection"):
        return _lost(_client(text.partition(" from ")[2])[0], "TLS", text)
    if text.startswith("unexpected disconnection while reading SMTP"):
        return _lost(_client(text.partition(" from ")[2])[0], "", text)
    return None


def login_failed(text: str) -> Parsed | None:
    """`plain authenticator failed for host (helo) [ip]: 535 Incorrect authentication data (set_id=user)`."""
    method, _, who = text.partition(" authenticator failed for ")
    fields, _, rest = _client(who)
    reason, mark, user = rest.lstrip(": ").partition(" (set_id=")
    fields["method"] = method
    if mark:
        # `(set_id=user)` ends the line, or is followed by `: why` when Exim could not tell
        fields["username"] = user[:-1] if user[-1:] == ")" else user.rpartition("): ")[0] or user
    if reason:
        fields["reason"] = reason
    fields["service"] = "smtp"
    return "auth_failed", "", fields


def daemon(text: str) -> Parsed | None:
    """`exim 4.96 daemon started: ...`, `pid 99: SIGHUP received: re-exec daemon`."""
    if " daemon started" in text:
        return "service", "", {"action": "start", "text": text}
    if "SIGHUP received" in text:
        return "service", "", {"action": "reload", "text": text}
    if " daemon " in text:
        return "service", "", {"action": "stop" if "terminat" in text or "shut" in text else "error", "text": text}
    return None


def _noise(text: str) -> Parsed | None:
    return "noise", "", {}


def _note(text: str) -> Parsed | None:
    return "note", "", {"text": text}


def _error(text: str) -> Parsed | None:
    return "note", "", {"text": text, "level": "error"}


def _rejected(text: str) -> Parsed | None:
    return bare("", text, "") if "rejected " in text else None


_BY_WORD: dict[str, tuple[tuple[str, Callable[[str], Parsed | None]], ...]] = {
    "SMTP": (("SMTP ", smtp),),
    "TLS": (("TLS error on connection", broken), ("TLS session: ", _note), ("TLS client disconnected ", _note)),
    "unexpected": (("unexpected disconnection ", broken),),
    "Start": (("Start queue run", _noise), ("Start ODMR queue run", _noise), ("Start '", _noise)),
    "End": (("End queue run", _noise), ("End ODMR queue run", _noise), ("End '", _noise)),
    "no": (
        ("no host name found for ", _noise),
        ("no IP address found for ", _noise),
        ("no MAIL in SMTP connection from ", without_mail),
    ),
    "exim": (("exim user lost privilege ", _note), ("exim ", daemon)),
    "unable": (("unable to set ", _error),),
    "internal": (("internal problem in ", _error),),
    "lowest": (("lowest numbered MX record points to local host: ", _error),),
    "remote": (("remote host address is the local host: ", _error),),
    "all": (("all relevant MX records point to ", _error),),
    "list": (("list matching forced to fail: ", _note),),
    "host": (("host name alias list truncated ", _note),),
    "dnslist": (("dnslist query is too long ", _note),),
    "Suggested": (("Suggested action: either install a certificate ", _note),),
    "daemon:": (("daemon: ", _error),),
    "queue": (("queue run: process ", _error),),
    "ident": (("ident connection to ", _noise),),
    "retry": (("retry database not available", _error),),
    "PDKIM:": (("PDKIM: ", _note),),
    "pid": (("pid ", daemon),),
    "SIGHUP": (("SIGHUP received", daemon),),
    "Exim": (("Exim configuration error", _error),),
    "Daemon": (("Daemon cannot be run", _error),),
    "Cannot": (("Cannot open ", _error),),
    "Failed": (("Failed to ", _error),),
    "failed": (("failed to ", _error),),
    "expansion": (("expansion of ", _error),),
    "(SSL_CTX_use_PrivateKey_file": (("(SSL_CTX_", _error),),
    "(SSL_CTX_use_certificate_chain_file": (("(SSL_CTX_", _error),),
    "bind": (("bind of ", _error),),
    "socket": (("socket bind() ", _error),),
    "listen": (("listen backlog ", _noise),),
    "refused": (("refused connection from ", refused),),
    "Refused": (("Refused connection from ", refused),),
    "connection": (("connection from ", refused),),
    "Connection": (("Connection from ", refused),),
    "rejected": (("rejected ", _rejected),),
    "temporarily": (("temporarily rejected ", _rejected),),
    "unqualified": (("unqualified recipient rejected: ", unqualified), ("unqualified sender rejected: ", unqualified)),
    "VRFY": (("VRFY failed for ", verify_command),),
    "ATRN": (("ATRN ", _noise),),
    "ETRN": (("ETRN ", _noise),),
    "ignoring": (("ignoring AUTH=", _note),),
    "sender": (("sender verify ", _note),),
    "recipient": (("recipient verify ", _note),),
    "overlong": (("overlong message header ", _note),),
    "ridiculously": (("ridiculously long message header ", _note),),
    "timed": (("timed out while reading local message", _note),),
    "spam": (("spam acl condition: ", _error),),
    "malware": (("malware acl condition: ", _error),),
    "DANE": (("DANE error", _note), ("DANE attempt", _note)),
    "DKIM:": (("DKIM: ", _note),),
    "DNS": (("DNS list lookup defer", _note),),
    "Warning:": (("Warning: ", _note),),
    "WARNING:": (("WARNING: ", _note),),
}


def session_line(text: str) -> Parsed | None:
    """Any line without an id that does not begin with a client's fields; None when Exim is not known to say that."""
    word = text.partition(" ")[0]
    for words, handler in _BY_WORD.get(word, ()):
        if text.startswith(words):
            return handler(text)
    if word.startswith("cwd="):
        return "noise", "", {}
    if " authenticator failed for " in text and text.startswith("authenticator failed for", len(word) + 1):
        return login_failed(text)
    if word[:1] == "[" and " SSL verify error: " in text:
        return _note(text)
    return None

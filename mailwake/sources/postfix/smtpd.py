"""The SMTP server's session lines and the birth of a message: `QID: client=`.

Source: Postfix src/smtpd/smtpd.c (smtpd_proto, helo_cmd .. quit_cmd), smtpd_state.c, smtpd_sasl_glue.c, smtpd_peer.c.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, LineParser, Parsed
from mailwake.sources.postfix.client import tls
from mailwake.sources.postfix.rejects import refusal
from mailwake.sources.postfix.text import NO_QUEUE, QID, TAILS, client, is_key, noise, trim

_CLIENT = r"(?P<client>[^\s\[]*\[[^\[\]\s]*\](?::\d+)?)"
_CLIENT_LINE = re.compile(
    rf"({QID}|{NO_QUEUE}): client=([^,]*)(?:, sasl_method=([^,]*), sasl_username=([^,]*))?\Z"
).match
_LOST = re.compile(
    r"(?:NOQUEUE: )?(?P<text>lost connection|timeout|too many errors|bare <?[A-Z]+>? received"
    r"|improper command pipelining|[a-z][a-z <>A-Z-]*?) after (?P<stage>[A-Z][A-Z -]*?)"
    rf"(?: \((?P<size>\d{{1,18}}) bytes\))? from {_CLIENT}(?::(?P<data>.*))?\Z",
    re.DOTALL,
)
_TLS_ERROR = re.compile(rf"(?P<text>SSL_accept error) from {_CLIENT}(?:: (?P<data>.*))?\Z", re.DOTALL)
_SASL = re.compile(
    rf"warning: {_CLIENT}: SASL (?P<method>\S+) authentication (?:failed|aborted)(?:: ?(?P<reason>.*))?\Z", re.DOTALL
)
_NON_SMTP = re.compile(rf"warning: (?P<text>non-SMTP command) from {_CLIENT}: ?(?P<data>.*)\Z", re.DOTALL)
_SYNTAX = re.compile(
    rf"warning: (?P<text>Illegal address syntax) from {_CLIENT} in (?P<stage>[A-Z]+) command: (?P<data>.*)\Z",
    re.DOTALL,
)
_LIMIT = re.compile(
    r"warning: (?P<text>(?P<what>Connection rate|Connection concurrency|Message delivery request rate"
    r"|Recipient address rate|New TLS session rate|AUTH command rate) limit exceeded: \d+)"
    rf" from {_CLIENT} for service",
)
_LIMITS = {
    "Connection rate": ("CONNECT", 421, "4.7.0"),
    "Connection concurrency": ("CONNECT", 421, "4.7.0"),
    "Message delivery request rate": ("MAIL", 450, "4.7.1"),
    "Recipient address rate": ("RCPT", 450, "4.7.1"),
    "New TLS session rate": ("STARTTLS", 454, "4.7.0"),
    "AUTH command rate": ("AUTH", 450, "4.7.1"),
}
"""Limits of anvil(8) and what smtpd.c answers when one is exceeded; no `reject:` line is logged for them."""

_PROXY_REFUSED = re.compile(r"warning: proxy \S+ rejected \"(?P<command>[^\"]*)\": \"(?P<text>.*)\"\Z", re.DOTALL)
_LEVELS = frozenset({"Anonymous", "Untrusted", "Trusted T", "Verified "})
"""How the lines begin that say how well a client's certificate was verified."""
_ARRIVAL = {
    "sasl_method": "sasl_method",
    "sasl_username": "sasl_username",
    "sasl_sender": "sasl_sender",
    "orig_queue_id": "orig_queue_id",
    "orig_client": "",
}


def arrive(key: str, text: str) -> Parsed:
    """Read what follows `QID: client=`; with NOQUEUE the client of a before-queue proxy session."""
    if ", " not in text:
        fields = client(text).copy()
    else:
        name, _, rest = text.partition(", ")
        fields = {**client(name), **_attributes(rest)}
    if key == NO_QUEUE:
        fields.pop("orig_queue_id", None)
        return "proxy_client", "", fields
    return "arrive", key, fields


def _attributes(text: str) -> Fields:
    """`name=value, ...` with values (user names) that may hold a comma themselves."""
    fields: Fields = {}
    last = ""
    for piece in text.split(", "):
        name, found, value = piece.partition("=")
        if found and name in _ARRIVAL:
            if name == "orig_client":
                fields.update({f"orig_{part}": known for part, known in client(value).items() if part != "client_port"})
            else:
                fields[name] = value
                last = name
        elif last:
            fields[last] += ", " + piece
    return fields


def disconnect(message: str) -> Parsed:
    """`disconnect from CLIENT ehlo=1 mail=1 ... commands=5/7`; before Postfix 3.0 without counters."""
    end = message.find("] ", 16) + 1
    if not end:
        return "disconnect", "", client(message[16:]).copy()
    return "disconnect", "", {**client(message[16:end]), "counters": message[end + 1 :]}


def session(message: str) -> Parsed | None:
    """Lines of a session that carry no queue ID, other than connect and disconnect."""
    if message.startswith("warning: "):
        return _warning(message)
    found = _LOST.match(message) or _TLS_ERROR.match(message)
    return _lost(found) if found is not None else None


def _lost(found: re.Match[str]) -> Parsed:
    parts = found.groupdict()
    data = (parts.get("data") or "").strip()
    fields: Fields = {**client(parts["client"]), "text": f"{parts['text']}: {data}" if data else parts["text"]}
    if parts.get("stage"):
        fields["stage"] = parts["stage"]
    if parts.get("size"):
        fields["size"] = int(parts["size"])
    return "lost", "", fields


def _warning(message: str) -> Parsed | None:
    found = _SASL.match(message)
    if found is not None:
        return _sasl(found)
    if message.startswith("warning: hostname "):
        # smtpd_peer.c: the name does not resolve to the address; the client is shown as `unknown` then.
        return noise()
    found = _NON_SMTP.match(message)
    if found is not None:
        return _lost(found)
    found = _LIMIT.match(message)
    if found is not None:
        stage, code, dsn = _LIMITS[found["what"]]
        fields = {"stage": stage, "code": code, "dsn": dsn, "temporary": True, "by": "smtpd", "text": found["text"]}
        return "reject", "", {**client(found["client"]), **fields}
    found = _SYNTAX.match(message)
    if found is not None:
        # The client got a 501 and may try again: a slip of the session, not the refusal of a message.
        return _lost(found)
    found = _PROXY_REFUSED.match(message)
    if found is not None:
        return _proxy_refused(found["command"], found["text"])
    return None


def _proxy_refused(command: str, text: str) -> Parsed:
    """The before-queue filter refused a command; the refusal itself is smtpd's `proxy-reject` line."""
    verb = command.partition(" ")[0]
    stage = "END-OF-MESSAGE" if verb == "." else verb.upper()
    return "lost", "", {"stage": stage, "text": f"proxy rejected {command}: {text}"}


def _sasl(found: re.Match[str]) -> Parsed:
    reason = found["reason"] or ""
    fields: Fields = {**client(found["client"]), "method": found["method"]}
    head, named, user = reason.rpartition(", sasl_username=")
    if named:
        reason = head
        fields["username"] = user
    if reason:
        fields["reason"] = reason
    return "auth_failed", "", fields


def smtpd(other: LineParser) -> LineParser:
    """Give the parser of smtpd: its commonest lines here, all else to `other`."""

    def parse(message: str) -> Parsed | None:
        if message[-1:] in TAILS:
            message = trim(message)
        head = message[:13]
        if head == "connect from ":
            return "connect", "", client(message[13:]).copy()
        if head == "disconnect fr":
            return disconnect(message)
        if message[:17] == "NOQUEUE: reject: ":
            return refusal(message, "smtpd") or other(message)
        found = _CLIENT_LINE(message)
        if found is not None:
            key, name, method, username = found.groups()
            if method is None:
                fields = client(name).copy()
            else:
                fields = {**client(name), "sasl_method": method, "sasl_username": username}
            return ("arrive", key, fields) if key != NO_QUEUE else ("proxy_client", "", fields)
        key, _, rest = message.partition(": ")
        if rest[:7] == "client=" and is_key(key):
            return arrive(key, rest[7:])  # from a proxy or a filter, with what that says of the first client
        parsed = tls(message) if message[:9] in _LEVELS else refusal(message, "smtpd") or session(message)
        return parsed or other(message)

    return parse

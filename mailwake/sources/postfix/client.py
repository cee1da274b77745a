"""The SMTP and LMTP clients' lines beside deliveries: what went wrong on the way, connections that failed, TLS.

Sources: Postfix src/smtp/smtp_connect.c, smtp_trouble.c, smtp_proto.c, smtp_session.c, src/tls/tls_misc.c
tls_log_summary() (which the SMTP server uses too).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.postfix.text import client, peer

_NOTES = (
    "host ",
    "lost connection with ",
    "conversation with ",
    "connect to ",
    "enabling PIX ",
    "TLS is required",
    "Cannot start TLS",
    "Server certificate ",
    "SASL authentication failed",
    "SMTPUTF8 is required",
    "Used TLS for ",
    "skipped, still being delivered",
    "status=deferred (",
    "not sending ",
    "no trace file",
    "non-delivery notification",
    "mail for ",
    "mail forwarding loop",
    "protocol error",
    "Protocol error",
    "timeout ",
    "lost input channel",
    "conflicting ",
    "file has ",
    "enabling workaround",
    "passing ",
    "table ",
    "canonical ",
    "unreasonable ",
    "REQUIRETLS",
    "breaking line ",
    "server certificate verification failed ",
    "certificate verification failed ",
    *(f"{act}: {what} " for act in ("replace", "prepend", "info", "warning", "strip") for what in ("header", "body")),
)
"""How lines begin that follow a queue ID and leave the outcome open. A list: an ID alone makes no Postfix line."""

_PEER = re.compile(r"(?P<peer>[^\s\[\]<>]+\[[^\]\s]*\](?::\d+)?)")
_CONNECT = re.compile(
    r"(?:connect|(?P<error>SSL_connect error)) to (?P<peer>\S+): (?P<text>.*?)(?: \(port (?P<port>\d{1,5})\))?\Z",
    re.DOTALL,
)
_VERIFY = re.compile(r"(?:server |peer )?certificate (?:peer name )?verification failed for (?P<peer>\S+):")
_TLS = re.compile(
    r"(?:(?P<level>Anonymous|Untrusted|Trusted|Verified) )?TLS connection (?:established|reused) (?P<way>to|from)"
    r" (?P<peer>\S+?)(?: to \S+?)?: (?P<version>\S+) with cipher (?P<cipher>\S+)"
)


def note(key: str, rest: str) -> Parsed | None:
    """`QID: host h[ip] said: 450 ... (in reply to RCPT TO command)` and its kin: the next server may take it."""
    if not rest.startswith(_NOTES):
        return None
    fields: Fields = {"text": rest}
    found = _PEER.search(rest[:200])
    if found is not None:
        fields.update(peer(found["peer"]))
    return "note", key, fields


def connection(message: str) -> Parsed | None:
    """Connections that failed, without a queue ID: `connect to h[ip]:25: Connection timed out`."""
    found = _CONNECT.match(message)
    if found is not None:
        text = f"{found['error']}: {found['text']}" if found["error"] else found["text"]
        fields: Fields = {**peer(found["peer"]), "text": text}
        if found["port"]:
            fields["relay_port"] = int(found["port"])
        return "connect_failed", "", fields
    found = _VERIFY.match(message)
    if found is not None:
        return "note", "", {**peer(found["peer"]), "text": message}
    return None


def tls(message: str) -> Parsed | None:
    """`Trusted TLS connection established to h[ip]:25: TLSv1.3 with cipher ...`; from: the server's side."""
    found = _TLS.match(message)
    if found is None:
        return None
    inward = found["way"] == "from"
    fields: Fields = {**(client if inward else peer)(found["peer"]), "direction": "in" if inward else "out"}
    if found["level"]:
        fields["level"] = found["level"]
    return "tls", "", {**fields, "version": found["version"], "cipher": found["cipher"]}

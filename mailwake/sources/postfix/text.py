"""Small grammar of all Postfix lines: the queue ID in front, clients and relays as `name[address]:port`.

Sources: Postfix src/smtpd/smtpd_peer.c (namaddr), src/smtp/smtp_session.c (namaddrport), syslogd's `#ooo` escapes.
The functions are on the hot path: `message[-1:] in TAILS` stands where `trim` may be needed, and the splitters cache,
because the same few clients and relays come again and again.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailwake.events.fact import Fields, Parsed
from mailwake.events.queueid import SHORT

TAILS = "\r\n\t 125"
"""Last characters of lines that `trim` might shorten: blanks, and the last digit of `#011`, `#012`, `#015`."""

NO_QUEUE = "NOQUEUE"
"""What smtpd and postscreen log in place of a queue ID while there is no queue file."""

_TIME = "0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
QID = rf"(?:[{_TIME}]{{10,}}z[{_TIME[:-1]}]{{1,16}}|{SHORT})(?:\.[0-9A-F]{{5}})?"
"""A queue ID. The time of a long one is base 52, `z` included: the last `z` divides (mail_queue.h MQID_LG_INUM_SEP)."""

is_key = re.compile(QID).fullmatch
"""Whether text can be a queue ID, as a match or None; `NOQUEUE` is not one."""

_PEER = re.compile(r"(?P<name>.*)\[(?P<address>[^\[\]]*)\](?::(?P<port>\d{1,5}))?\Z", re.DOTALL)
_BARE_PEER = re.compile(r"(?P<name>[^\s\[\]:/]+|[0-9A-Fa-f:.]+):(?P<port>\d{1,5})\Z")
_NUMERIC = re.compile(r"[0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]*(?:%\w+)?\Z")
_ESCAPES = ("#012", "#011", "#015", "#000")


def trim(message: str) -> str:
    """Cut blanks, line ends and their syslogd escapes (`#012`) off the end."""
    while True:
        message = message.rstrip(" \t\r\n\0")
        if not message.endswith(_ESCAPES):
            return message
        message = message[:-4]


@lru_cache(maxsize=8192)
def client(text: str) -> Fields:
    """Fields of a client: `h[192.0.2.1]`, `unknown[unknown]`, `[2001:db8::1]:4025`. Shared: copy before changing."""
    return _peer(text, "client_name", "client_ip", "client_port")


@lru_cache(maxsize=8192)
def peer(text: str) -> Fields:
    """Fields of a server we talk to, without `relay`. Shared: copy before changing."""
    return _peer(text, "relay_host", "relay_ip", "relay_port")


@lru_cache(maxsize=8192)
def relay(text: str) -> Fields:
    """Fields of `relay=`: the text as logged and, unless it is a transport's name, its parts. Shared, as above."""
    fields: Fields = {"relay": text}
    if "[" in text or _BARE_PEER.match(text):
        fields.update(_peer(text, "relay_host", "relay_ip", "relay_port"))
    return fields


def _peer(text: str, name: str, ip: str, port: str) -> Fields:
    found = _PEER.match(text)
    if found is None:
        found = _BARE_PEER.match(text)
        if found is None:
            return {name: text} if text else {}
        where = ip if _NUMERIC.match(found["name"]) else name
        return {where: found["name"], port: int(found["port"])}
    fields: Fields = {}
    if found["name"]:
        fields[name] = found["name"]
    # A UNIX-domain endpoint (`private/dovecot-lmtp`) and `unknown` are no addresses.
    address = found["address"]
    if address and address != "unknown" and "/" not in address and address != "local":
        fields[ip] = address
    if found["port"]:
        fields[port] = int(found["port"])
    return fields


def noise() -> Parsed:
    """The fact of a line that is known and of no interest."""
    return "noise", "", {}

"""`from=<a>, size=, class=, nrcpts=, msgid=, proto=, daemon=, relay=`: a message was taken in (headers.c logsender)."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import whole
from mailwake.sources.sendmail.text import bare, client, values

_SENDER = re.compile(r"from=(<.*?>|[^,]*)(?:, |\Z)").match
_LOGINS = {"authid": "sasl_username", "user": "sasl_username", "auth": "sasl_username", "mech": "sasl_method"}
"""Names of the login, which newer releases and some builds add."""
_AT_HOME = ("localhost", "localhost.localdomain")


def arrival(key: str, rest: str) -> Parsed:
    """Parse what stands behind the queue ID. With nrcpts=0 it tells of a session that ended without a message; so does
    a client's that has no msgid=, as Sendmail itself adds the Message-ID that a message lacks."""
    rest, _, origin = rest.rpartition(", relay=")  # the last one: sender and Message-ID are what strangers sent
    sender = _SENDER(rest)
    read = values(rest[sender.end() :]) if sender else {}
    fields: Fields = {"sender": bare(sender[1]) if sender and sender[1] != "<NONE>" else ""}
    for name, field in (("size", "size"), ("nrcpts", "nrcpt")):
        number = whole(read.get(name))
        if number is not None:
            fields[field] = number
    if read.get("msgid"):
        fields["message_id"] = read["msgid"]
    elif "daemon" in read:
        fields["nrcpt"] = 0
    if read.get("proto"):
        fields["protocol"] = read["proto"]
    for name, field in _LOGINS.items():
        if read.get(name):
            fields[field] = read[name]
    _put_origin(fields, origin)
    return "arrive", key, fields


def _put_origin(fields: Fields, origin: str) -> None:
    """A client, or `user@localhost` for the sendmail command."""
    if "[" not in origin:
        user, at, name = origin.rpartition("@")
        if name.rstrip(".") in _AT_HOME or not at:
            fields["local"] = True
            if user:
                fields["user"] = user
            return
    fields.update(client(origin))

"""`<=` and `(=`: a message arrived (Exim specification, chapter 52, "Logging message reception")."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import QUOTED, fields_in, put_client, put_login, quoted_at, unquote

_LOOSE_ID = re.compile(r" id=(.*?)(?= (?:Q|RT|T|DKIM|DMARC|SPF)=| from <|\Z)").search
_MADE_ID = re.compile(r" id\*=(\S+)").search
"""The Message-ID of a message that had none, or of Exim's own (log_selector `msg_id_created`)."""
_QUOTED_SENDER = re.compile(rf'{QUOTED}"[^ ]*').match
_QUOTED_ADDRESS = re.compile(rf'(?:{QUOTED}"|[^ "]+)+')


def arrival(key: str, rest: str) -> Parsed:
    """Parse what stands after the flag. `(=` is an arrival too: the client was told of a refusal (fakereject)."""
    sender, walk = _cut_sender(rest)
    fields: Fields = {"sender": sender}
    walk = _cut_tail(fields, walk)
    values = dict(fields_in(walk))
    if "H" in values:
        put_client(fields, walk)
    protocol = values.get("P")
    if protocol:
        fields["protocol"] = protocol
        if protocol.startswith("local"):
            fields["local"] = True
    _put_values(fields, values, walk)
    return "arrive", key, fields


def _put_values(fields: Fields, values: dict[str, str], walk: str) -> None:
    size = values.get("S", "")
    if size.isdecimal():
        fields["size"] = int(size)
    ident = values.get("id")
    if ident:
        if "@" not in ident and (loose := _LOOSE_ID(walk)):
            ident = loose[1]
        fields["message_id"] = ident
    elif found := _MADE_ID(walk):
        fields["message_id"] = found[1]
    for name, field in (("R", "parent_id"), ("U", "user"), ("X", "tls")):
        value = values.get(name)
        if value:
            fields[field] = value
    login = values.get("A")
    if login:
        put_login(fields, login)


def _cut_sender(rest: str) -> tuple[str, str]:
    """The envelope sender ("" for `<>`) and the fields after it, with their leading space."""
    if rest[:1] == '"' and (found := _QUOTED_SENDER(rest)):
        return found[0], rest[found.end() :]
    space = rest.find(" ")
    if space < 0:
        space = len(rest)
    sender = rest[:space]
    return ("" if sender == "<>" else sender), rest[space:]


def _cut_tail(fields: Fields, walk: str) -> str:
    """Take subject and recipients off the end: both are free text that must not be taken for fields."""
    start = walk.find(' T="')
    if start >= 0:
        found = quoted_at(walk, start + 3)
        subject = found[0] if found else ""
        fields["subject"] = unquote(subject)
        tail = walk[start + 3 + len(subject) :]
        walk = walk[:start]
        at = tail.find(" for ")
    else:
        tail = walk
        # a certificate's DN= may hold the word too, so look behind the last field that has no spaces
        at = walk.find(" for ", max(walk.rfind(" S="), 0))
        if at >= 0:
            walk = walk[:at]
    if at >= 0:
        names = tail[at + 5 :]
        fields["recipients"] = _QUOTED_ADDRESS.findall(names) if '"' in names else names.split()
    return walk

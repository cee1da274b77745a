"""Lines about a message that decide nothing: trouble with one of several hosts, remarks of filters and ACLs."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import put_relay

_RCPT_TO = re.compile(r"RCPT TO:<([^>]*)>").search
_NAMED_HOST = re.compile(r"(?:\A|host | H=)(\S+ \[[0-9A-Fa-f.:]+\](?::\d+)?)").search


def host_note(key: str, walk: str, text: str) -> Parsed:
    """`H=host [ip]: SMTP error from remote mail server ...`, `H=host [ip] Connection refused`: the next host may do."""
    fields: Fields = {"text": text}
    put_relay(fields, walk)
    fields.pop("relay", None)
    _put_recipient(fields, text)
    return "note", key, fields


def remark(key: str, text: str) -> Parsed:
    """Any other line of a message. ACLs and filters may write what they like, and every verb of Exim's is known."""
    if text == "original recipients ignored (system filter)":
        # deliver.c: the filter's own deliveries, which name `<system-filter>`, are all that is done
        return "check", key, {"action": "redirect", "by": "system filter"}
    fields: Fields = {"text": text}
    if "[" in text:
        put_named_host(fields, text)
        fields.pop("relay", None)
    if text.endswith(": error ignored"):
        # deliver.c: a bounce that could not be delivered is dropped
        fields["recipient"] = text[:-15].partition(" <")[0]
    _put_recipient(fields, text)
    return "note", key, fields


def put_named_host(fields: Fields, text: str) -> None:
    """The relay of a text that begins with `name [ip]` or holds `host name [ip]`."""
    found = _NAMED_HOST(text)
    if found is not None:
        put_relay(fields, " H=" + found[1])


def _put_recipient(fields: Fields, text: str) -> None:
    found = _RCPT_TO(text) if "RCPT TO:<" in text else None
    if found is not None:
        fields["recipient"] = found[1]

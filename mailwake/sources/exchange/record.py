"""A record of Microsoft's message traces by the plain names of its fields, whoever wrote it and how.

`date-time` (tracking log), `date_time_utc` (report of Exchange Online) and `Timestamp` (Get-MessageTrackingLog) are one
field, and so on: names count by their letters and digits alone, and `_ALIASES` names what differs beyond that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson

Record = dict[str, Any]
"""Plain name -> value as it is written; empty values are left out."""

_PLAIN = re.compile(r"[^a-z0-9]+")
_ALIASES = {
    "datetimeutc": "datetime",
    "timestamp": "datetime",
    "datetimereceived": "received",
    "receiveddatetime": "received",
    "receivedutc": "received",
    "origintimestamp": "received",
    "origintimestamputc": "received",
    "recipients": "recipientaddress",
    "recipient": "recipientaddress",
    "sender": "senderaddress",
    "subject": "messagesubject",
    "size": "totalbytes",
    "messagesize": "totalbytes",
    "messagetraceid": "networkmessageid",
    "deliverystatus": "status",
    "description": "detail",
}
_EMPTY = ("", None, "-")


@lru_cache(maxsize=2000)
def plain_name(name: str) -> str:
    """The name by which a column or property is known here."""
    bare = _PLAIN.sub("", name.lower())
    return _ALIASES.get(bare, bare)


@lru_cache(maxsize=4)
def load(line: str) -> Record | None:
    """The record of a line of JSON; None for anything else. Not to be changed: it is kept for the next who asks."""
    if line[:1] != "{":
        return None
    try:
        found = orjson.loads(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    record: Record = {}
    for name, value in found.items():
        if value not in _EMPTY and value != []:
            record.setdefault(plain_name(name), value)
    return record


def text(record: Record, name: str) -> str:
    """A field as text; "" when it is not there."""
    value = record.get(name)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    return "" if value is None or isinstance(value, dict) else str(value)


def number(record: Record, name: str) -> int | None:
    """A field as a whole number."""
    value = text(record, name).replace("\u00a0", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def addresses(record: Record, name: str) -> list[str]:
    """A field of addresses, `;` between them in tables; what stands for a list that was not written out is none."""
    value = record.get(name)
    parts = value if isinstance(value, list) else text(record, name).split(";")
    found = [mailbox(str(part)) for part in parts]
    return [part for part in found if part and part != "System.String[]"]


def mailbox(value: str) -> str:
    """An address without angle brackets; "" for the null sender."""
    value = value.strip()
    return value[1:-1].strip() if value[:1] == "<" and value[-1:] == ">" else value


def ip(record: Record, name: str) -> str:
    """An address of a host, without the zone of a link-local one (`fe80::1%3`, RFC 4007) and without a port."""
    value = text(record, name).partition("%")[0]
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0] if value.count(":") == 1 else value


_GUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\Z", re.IGNORECASE)


def guid(value: str) -> str:
    """A GUID in small letters with its dashes, which some reports leave out; "" for none, and for the one of zeros."""
    match = _GUID.match(value)
    found = "-".join(match.groups()).lower() if match else ""
    return found if found.strip("0-") else ""

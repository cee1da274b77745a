"""Email Log Search, downloaded: a row for each step of each recipient.

`Event status` is a sentence of the definitions (support.google.com/a/answer/2623280) or a word in capitals.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.google.record import Record, key_of, load, number, text

COLUMNS = frozenset({"Message ID", "Recipient address", "Event status", "Event date"})

_STATUSES = (
    (re.compile(r"released", re.IGNORECASE), "", ""),
    (re.compile(r"bypassed spam", re.IGNORECASE), "", ""),
    (re.compile(r"quarantin", re.IGNORECASE), "sent", "quarantine"),
    (re.compile(r"marked (?:as )?spam|^spam\b", re.IGNORECASE), "sent", "spam"),
    (re.compile(r"bounced|delivery failed|^failed|undeliverable|\brejected", re.IGNORECASE), "bounced", ""),
    (re.compile(r"dropped", re.IGNORECASE), "sent", "discard"),
    (re.compile(r"deferred|retr(?:y|ied)|temporar", re.IGNORECASE), "deferred", ""),
    (re.compile(r"^received\b|^accepted\b(?! for archiving)|^sending\b|^uploaded", re.IGNORECASE), "arrive", ""),
    (re.compile(r"internal server", re.IGNORECASE), "", ""),
    (re.compile(r"delivered to an? smtp|^sent\b", re.IGNORECASE), "sent", "relay"),
    (re.compile(r"^delivered|^inserted|^archived", re.IGNORECASE), "sent", "mailbox"),
)
_OUTSIDE = re.compile(r"smtp[-_ ]?out", re.IGNORECASE)
_INSIDE = re.compile(r"smtp[-_ ]?in", re.IGNORECASE)


def is_row(record: Record) -> bool:
    """Whether a record is a row of Email Log Search."""
    return "Message ID" in record and "Event status" in record


def time_of(record: Record) -> str:
    """When the step was: `2026/11/21 16:05:06 UTC`."""
    return text(record, "Event date") or text(record, "Start date")


def parse(message: str) -> Parsed | None:
    """Parse one row."""
    record = load(message)
    if record is None or not is_row(record):
        return None
    key, told = key_of(text(record, "Message ID")), text(record, "Event status")
    said = " ".join(part for part in (_code(record), _described(record)) if part)
    status, disposition = _meaning(told, text(record, "Event target"))
    if not key or not status:
        return "note", key, _note(told, said, text(record, "Recipient address"))
    fields = _message(record)
    if status == "arrive":
        return "arrive", key, {**fields, **_origin(record)}
    fields["status"] = status
    if disposition == "spam":
        disposition, fields["folder"] = "mailbox", "Spam"
    if disposition:
        fields["disposition"] = disposition
    if text(record, "Recipient address"):
        fields["recipient"] = text(record, "Recipient address")
    if disposition == "relay" and text(record, "Event target IP address"):
        fields["relay_ip"] = text(record, "Event target IP address")
    if said:
        fields["reply"] = said
    return "deliver", key, fields


def _meaning(told: str, target: str) -> tuple[str, str]:
    plain = told.replace("_", " ")
    for pattern, status, disposition in _STATUSES:
        if pattern.search(plain):
            if (status, disposition) == ("sent", "mailbox"):
                if _OUTSIDE.search(target):
                    return "sent", "relay"
                if _INSIDE.search(target):
                    return "arrive", ""
            return status, disposition
    return "", ""


def _note(told: str, said: str, recipient: str) -> Fields:
    fields: Fields = {"text": f"{told}: {said}" if said else told}
    if recipient:
        fields["recipient"] = recipient
    return fields


def _message(record: Record) -> Fields:
    fields: Fields = {"message_id": text(record, "Message ID")}
    if text(record, "Sender"):
        fields["sender"] = text(record, "Sender").strip("<>")
    if text(record, "Subject"):
        fields["subject"] = text(record, "Subject")
    return fields


def _origin(record: Record) -> Fields:
    fields: Fields = {"hosted": True}
    if text(record, "Recipient address"):
        fields["recipients"] = [text(record, "Recipient address")]
    if text(record, "Event target IP address"):
        fields["client_ip"] = text(record, "Event target IP address")
    size = number(record, "Message size")
    if size:
        fields["size"] = size
    word = text(record, "Direction").lower()
    if word in ("received", "incoming", "inbound"):
        fields["direction"] = "in"
    elif word in ("sent", "outgoing", "outbound"):
        fields["direction"] = "out"
    return fields


def _code(record: Record) -> str:
    value = text(record, "Event SMTP reply code")
    return value if value.isdigit() and value != "0" else ""


def _described(record: Record) -> str:
    said = text(record, "Event description")
    return "" if said.lower() in ("no error", "n/a") else said

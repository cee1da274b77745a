"""Message trace of Exchange Online: what the service reports of messages, in all forms in which it gives it away.

    a row for each recipient   the Summary list exported, Get-MessageTrace and Get-MessageTraceV2 (Export-Csv,
                               ConvertTo-Json), Graph's exchangeMessageTrace, MessageTrace of the old reporting service
    a row for each message     the Enhanced summary report: `recipient_status` holds all recipients and their events
    a row for each event       Get-MessageTraceDetail(V2), Graph's exchangeMessageTraceDetail

The Extended report has the columns of a tracking log: `tracking`. Sources: learn.microsoft.com, Get-MessageTraceV2,
Get-MessageTraceDetailV2, exchangeMessageTrace, and "Message trace in the modern Exchange admin center".
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exchange.record import Record, addresses, guid, ip, load, mailbox, number, text

PROGRAM = "exchange/trace"
DETAIL = "exchange/detail"
HOST = "Exchange Online"

_DIRECTIONS = {"1": "in", "inbound": "in", "incoming": "in", "2": "out", "outbound": "out", "originating": "out"}
_ENDS = {
    "deliver": "Delivered",
    "send": "Delivered",
    "fail": "Failed",
    "drop": "Failed",
    "expand": "Expanded",
    "quarantine": "Quarantined",
}


def time_of(record: Record) -> object:
    """The time of a row, as it is written."""
    return next((record[name] for name in ("received", "datetime", "date") if name in record), "")


def is_report(record: Record) -> bool:
    """Whether a record is a row of a message trace."""
    if "recipientstatus" in record:
        return "received" in record and "eventid" not in record
    known = "senderaddress" in record or "networkmessageid" in record or "id" in record
    told = "status" in record or ("received" in record and "networkmessageid" in record)
    return known and told and "recipientaddress" in record and "eventid" not in record and bool(time_of(record))


def is_detail(record: Record) -> bool:
    """Whether a record is an event of message trace details."""
    named = "networkmessageid" in record or "id" in record
    return named and "event" in record and bool(time_of(record)) and not _DETAILS.isdisjoint(record)


_DETAILS = frozenset({"detail", "action", "data", "messageid"})


def parse(message: str) -> Parsed | None:
    """Parse one row of a message trace."""
    record = load(message)
    if record is None or not is_report(record):
        return None
    fields = _about(record)
    if "recipientstatus" in record:
        _enhanced(record, fields)
    else:
        fields["recipients"] = addresses(record, "recipientaddress")
        fields["statuses"] = [text(record, "status")] * len(fields["recipients"])
    if ip(record, "toip"):
        fields["relay_ip"] = ip(record, "toip")
    return ("traced", _key(record), fields) if fields["recipients"] else None


def _key(record: Record) -> str:
    return guid(text(record, "networkmessageid") or text(record, "id"))


def _about(record: Record) -> Fields:
    fields: Fields = {"hosted": True}
    if text(record, "senderaddress"):
        fields["sender"] = mailbox(text(record, "senderaddress"))
    for name, field in (("messageid", "message_id"), ("messagesubject", "subject"), ("connectorid", "connector")):
        if text(record, name):
            fields[field] = text(record, name)
    size = number(record, "totalbytes")
    if size is not None:
        fields["size"] = size
    came = ip(record, "fromip") or ip(record, "originalclientip")
    if came:
        fields["client_ip"] = came
    direction = _DIRECTIONS.get(text(record, "directionality").lower() or text(record, "direction").lower())
    if direction is None and _key(record):
        # A full row has no FromIP for what was sent from the service itself, and a ToIP for what left it.
        direction = "in" if came and not ip(record, "toip") else "out"
    if direction:
        fields["direction"] = direction
    return fields


def _enhanced(record: Record, fields: Fields) -> None:
    """`ann@example.com##Receive, Deliver;bob@example.com##Receive, Fail`."""
    recipients, statuses, events = [], [], []
    for part in text(record, "recipientstatus").split(";"):
        address, _, told = part.strip().partition("##")
        if mailbox(address):
            recipients.append(mailbox(address))
            events.append(told.strip())
            statuses.append(_end(told))
    fields.update(recipients=recipients, statuses=statuses, events=events)


def _end(told: str) -> str:
    """The status that a list of events comes to: the last of those that end a way."""
    words = [word.strip().lower() for word in told.split(",")]
    ends = [_ENDS[word] for word in words if word in _ENDS]
    if ends:
        return ends[-1]
    return "Pending" if "defer" in words else "GettingStatus"


# -- details
# ---------------------------------------------------------------------------------------------------------

_ATTEMPTS = {
    "deliver": ("sent", "mailbox"),
    "send": ("sent", "relay"),
    "fail": ("bounced", ""),
    "defer": ("deferred", ""),
    "drop": ("sent", "discard"),
    "quarantine": ("sent", "quarantine"),
}
_VERDICTS = frozenset({"spam", "malware", "transportrule", "dlprule"})
_PEER = re.compile(
    r"\b(?:received by|sent to|delivered to|to|from|by):?\s+([A-Za-z0-9][\w-]*(?:\.[\w-]+)+)", re.IGNORECASE
)
_FIELD = re.compile(r'<MEP Name="(\w+)" (?:String|Integer|Blob)="([^"]*)"')


def parse_detail(message: str) -> Parsed | None:
    """Parse one event of message trace details. Graph's name no recipient: it was asked for by the address."""
    record = load(message)
    if record is None or not is_detail(record):
        return None
    name = text(record, "event")
    word = name.replace(" ", "").lower()
    said = " ".join(part for part in (text(record, "action"), text(record, "detail")) if part)
    data = dict(_FIELD.findall(text(record, "data")))
    about = _about(record)
    about.pop("direction", None)
    recipients, key = addresses(record, "recipientaddress"), _key(record)
    if not key:
        return "note", "", {"text": f"{name}: {said}"}
    if word in ("receive", "submit"):
        return "arrive", key, _received(about, recipients, data)
    if word in _ATTEMPTS:
        about.pop("hosted")
        return "deliveries", key, _tried(about, word, recipients, said)
    if word == "expand" and recipients:
        return "expand", key, {"action": "expand", "recipient": recipients[0], "recipients": []}
    if word in _VERDICTS:
        fields: Fields = {"filter": "exchange", "action": f"{name}: {said}" if said else name, "queue_id": key}
        if data.get("SCL", "").lstrip("-").isdigit():
            fields["score"] = float(data["SCL"])
        return "verdict", "", fields
    return "note", key, {"text": f"{name}: {said}" if said else name}


def _received(about: Fields, recipients: list[str], data: dict[str, str]) -> Fields:
    fields = {**about, "recipients": recipients}
    if data.get("ConnectorId"):
        fields["connector"] = data["ConnectorId"]
    return fields


def _tried(about: Fields, word: str, recipients: list[str], said: str) -> Fields:
    status, disposition = _ATTEMPTS[word]
    about.pop("client_ip", None)
    fields = {**about, "status": status, "recipients": recipients}
    if disposition:
        fields["disposition"] = disposition
    if said:
        fields["replies"] = [said] * max(len(recipients), 1)
    peer = _PEER.search(said)
    if peer is not None and word == "send":
        fields["relay_host"] = peer[1]
    return fields

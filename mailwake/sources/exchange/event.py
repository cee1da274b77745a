"""What all records of one event have in common: who wrote it, which message it is about, who it was for."""

from __future__ import annotations

from functools import lru_cache

from mailwake.events.fact import Fields
from mailwake.events.replies import host_label
from mailwake.sources.exchange.guids import guid
from mailwake.sources.exchange.record import Record, addresses, ip, load, mailbox, number, text

_BY_CLIENT = frozenset(
    {"SEND", "DELIVER", "DUPLICATEDELIVER", "SUBMIT", "CLIENTSUBMISSION", "NOTIFYMAPI", "HAREDIRECT"}
)
"""Events whose client is the server that wrote the record; of the others the server is."""
_DIRECTIONS = {"incoming": "in", "inbound": "in", "1": "in", "originating": "out", "outbound": "out", "2": "out"}
_CLOUD = (".outlook.com", ".office365.com", ".outlook.cn", ".office365.us")


class Event:
    """One record of a tracking log, or of an Extended report of Exchange Online."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.name = text(record, "eventid").upper()
        self.source = text(record, "source").upper()
        self.host = _host(record, self.name)
        self.message_id = text(record, "messageid")
        self.number = text(record, "internalmessageid")
        self.recipients = addresses(record, "recipientaddress")
        self.given = f"{self.number}@{self.host}"
        """The name by which the server speaks of the message to others."""
        self.key = guid(text(record, "networkmessageid")) or (self.given if self.number else "")
        """The network message id; before 2013 the server's own number with its name; "" if the record has neither."""
        sender = text(record, "returnpath") or text(record, "senderaddress")
        self.sender = mailbox(sender) if sender else None
        """Envelope sender, "" for the null sender; None when the record names none."""

    @property
    def hosted(self) -> bool:
        """Whether this is a record of Exchange Online."""
        names = (text(self.record, "serverhostname"), text(self.record, "clienthostname"))
        return any(name.lower().endswith(_CLOUD) for name in names) or bool(guid(text(self.record, "tenantid")))

    def about(self) -> Fields:
        """Fields that tell of the message, whatever happened to it."""
        fields: Fields = {}
        if self.sender is not None:
            fields["sender"] = self.sender
        if self.message_id:
            fields["message_id"] = self.message_id
        if text(self.record, "messagesubject"):
            fields["subject"] = text(self.record, "messagesubject")
        size = number(self.record, "totalbytes")
        if size:
            fields["size"] = size
        return fields

    def way(self) -> Fields:
        """Fields that tell of direction and connector."""
        fields: Fields = {}
        direction = _DIRECTIONS.get(text(self.record, "directionality").lower())
        if direction:
            fields["direction"] = direction
        if text(self.record, "connectorid"):
            fields["connector"] = text(self.record, "connectorid")
        return fields

    def client(self) -> Fields:
        """Fields that tell who handed the message in: the client of SMTP, and the one that began, if it is known."""
        fields: Fields = {}
        if self.source != "STOREDRIVER" and ip(self.record, "clientip"):
            fields["client_ip"] = ip(self.record, "clientip")
        if text(self.record, "clienthostname"):
            fields["client_name"] = text(self.record, "clienthostname")
        if ip(self.record, "originalclientip"):
            fields["orig_client_ip"] = ip(self.record, "originalclientip")
        return fields

    def next_hop(self) -> Fields:
        """Fields that tell which server a message went to."""
        fields: Fields = {}
        for name, field in (("serverhostname", "relay_host"), ("serverip", "relay_ip")):
            value = ip(self.record, name) if name == "serverip" else text(self.record, name)
            if value:
                fields[field] = value
        return fields

    def said(self) -> str:
        """The record's own words on why: context, reference, data."""
        parts = [text(self.record, name) for name in ("sourcecontext", "reference", "customdata", "eventdata")]
        return " ".join(part for part in parts if part)


def _host(record: Record, event: str) -> str:
    names = ["serverhostname", "clienthostname"]
    if event in _BY_CLIENT:
        names.reverse()
    return next((host_label(text(record, name)) for name in names if text(record, name)), "")


@lru_cache(maxsize=4)
def event_of(line: str) -> Event | None:
    """The event of a line of JSON; None when it is none. Not to be changed: it is kept for the next who asks."""
    record = load(line)
    return Event(record) if record is not None and is_event(record) else None


def is_event(record: Record) -> bool:
    """Whether a record is one of message tracking."""
    return "eventid" in record and "datetime" in record and not _TOGETHER.isdisjoint(record)


_TOGETHER = frozenset(
    [
        "connectorid",
        "internalmessageid",
        "messageinfo",
        "networkmessageid",
        "recipientaddress",
        "relatedrecipientaddress",
        "returnpath",
        "schemaversion",
        "sourcecontext",
    ]
)
"""Fields of which a record has some: every program's events have an id and a time."""

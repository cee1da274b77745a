"""What all records of one event have in common: who wrote it, which message it is about, who it was for."""

from __future__ import annotations

from mailwake.events.fact import Fields
from mailwake.events.replies import host_label
from mailwake.sources.exchange.record import Record, addresses, guid, ip, mailbox, number, text

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

    @property
    def key(self) -> str:
        """The network message id; before 2013 the server's own number with its name; "" if the record has neither."""
        return guid(text(self.record, "networkmessageid")) or (self.given if self.number else "")

    @property
    def given(self) -> str:
        """The name by which the server speaks of the message to others."""
        return f"{self.number}@{self.host}"

    @property
    def sender(self) -> str | None:
        """Envelope sender (return-path), "" for the null sender; None when the record names none."""
        for name in ("returnpath", "senderaddress"):
            value = text(self.record, name)
            if value:
                return mailbox(value)
        return None

    @property
    def hosted(self) -> bool:
        """Whether this is a record of Exchange Online."""
        names = (text(self.record, "serverhostname"), text(self.record, "clienthostname"))
        return bool(guid(text(self.record, "tenantid"))) or any(name.lower().endswith(_CLOUD) for name in names)

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


def host_of(record: Record) -> str:
    """The server that wrote a record."""
    return _host(record, text(record, "eventid").upper())

"""Message tracking: the logs MSGTRK, MSGTRKMA, MSGTRKMD and MSGTRKMS of Exchange Server 2007 to 2019, what
Get-MessageTrackingLog gives of them, and the Extended report of Exchange Online, which has the same columns.

Sources: learn.microsoft.com, "Message tracking" (event types, sources, fields of the log) for Exchange Server, and
"Message trace in the modern Exchange admin center" for the report.

Shadow copies (HARECEIVE and its kin) are no mail of their own, and a message that Safety Net hands in again keeps its
id: what then happens to it is told by its other records.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed
from mailwake.events.replies import accepted, host_label
from mailwake.sources.exchange.agents import findings
from mailwake.sources.exchange.event import Event, event_of
from mailwake.sources.exchange.record import addresses, text
from mailwake.sources.exchange.statuses import replies

PROGRAM = "exchange/tracking"
_OWN_SENDERS = ("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "postmaster@")
"""Beginnings of the addresses from which Exchange itself sends notifications."""


def _arrive(event: Event) -> Parsed:
    fields = {**event.about(), **event.client(), **event.way(), "recipients": event.recipients}
    header_from = text(event.record, "senderaddress")
    if header_from and header_from != fields.get("sender"):
        fields["header_from"] = header_from
    if event.source and event.source != "SMTP":
        fields["text"] = event.source
    if event.hosted:
        fields["hosted"] = True
    names = [event.given] if event.number and event.key != event.given else []
    if event.message_id and (event.source == "DSN" or fields.get("sender") == ""):
        names.append(event.message_id)  # a notification: what it is about may speak of it
    reference = text(event.record, "reference")
    if reference.startswith("<") and event.source in ("DSN", "MAILBOXRULE", "AGENT", "APPROVAL"):
        fields["parent_message_id"] = reference
        names.append(reference)
    if names:
        fields["names"] = names
    return "arrive", event.key, fields


def _submitted(event: Event) -> Parsed:
    """Handed from a mailbox to transport: for a server that keeps mailboxes alone, all it says of the message."""
    if not event.key:
        return _note(event)
    kind, key, fields = _arrive(event)
    fields.setdefault("direction", "out")
    return kind, key, fields


def _attempt(event: Event, status: str, disposition: str = "", *, words: str = "") -> Parsed:
    """What was tried for all recipients of the record."""
    said = replies(text(event.record, "recipientstatus"), max(len(event.recipients), 1))
    if words or not any(said):
        said = [" ".join(part for part in (words, reply) if part) for reply in said]
    if not any(said) and status != "sent":
        said = [event.said()] * len(said)
    fields = {**event.about(), **event.way(), "status": status, "agent": event.source.lower()}
    hop = event.next_hop()
    if status == "sent" or host_label(hop.get("relay_host", "")) != event.host:
        fields.update(hop)
    fields["recipients"] = event.recipients
    if disposition:
        fields["disposition"] = disposition
    if any(said):
        fields["replies"] = said
    return "deliveries", event.key, fields


def _send(event: Event) -> Parsed:
    kind, key, fields = _attempt(event, "sent", "relay")
    reply = (fields.get("replies") or [""])[0]
    fields.update(accepted(reply))
    if fields.get("connector", "").startswith("Intra-Organization"):
        fields["inside"] = True
    return kind, key, fields


def _deliver(event: Event) -> Parsed:
    return _attempt(event, "sent", "mailbox")


def _duplicate(event: Event) -> Parsed:
    return _attempt(event, "sent", "duplicate")


def _drop(event: Event) -> Parsed:
    # An approval request is dropped when it is answered: that is the end of the request, not of the message.
    return _note(event) if event.source == "APPROVAL" else _attempt(event, "sent", "discard", words=event.said())


def _fail(event: Event) -> Parsed:
    kind, key, fields = _attempt(event, "bounced")
    if any("QUEUE.Expired" in reply for reply in fields.get("replies", ())):
        fields["status"] = "expired"
    if event.message_id:
        fields["names"] = [event.message_id]  # a notification will speak of it
    return kind, key, fields


def _defer(event: Event) -> Parsed:
    return _attempt(event, "deferred")


def _turned(action: str) -> Callable[[Event], Parsed]:
    def turn(event: Event) -> Parsed:
        before = addresses(event.record, "relatedrecipientaddress") or addresses(event.record, "reference")
        if not before or (not event.recipients and action != "expand"):
            return _note(event)
        fields = {**event.about(), "action": action, "recipient": before[0], "recipients": event.recipients}
        return "expand", event.key, fields

    return turn


def _dsn(event: Event) -> Parsed:
    """A notification was made: told of the message it is about, or of the notification itself."""
    sender, reference = event.sender, text(event.record, "reference")
    names = [name for name in (event.message_id, reference) if name.startswith("<")]
    if sender == "" or (sender or "").lower().startswith(_OWN_SENDERS):
        kind, key, made = _arrive(event)
        made["sender"] = ""
        if reference.startswith("<"):
            made["parent_message_id"] = reference
        made["names"] = list(dict.fromkeys([*made.get("names", []), *names]))
        return kind, key, made
    said = f"{text(event.record, 'recipientstatus')} {text(event.record, 'sourcecontext')}".strip()
    low = said.lower()
    notice = "delay" if "delay" in low else "success" if "relayed" in low or "delivered" in low else "failure"
    fields: Fields = {"notice": notice}
    if reference:
        fields["child_message_id"] = reference
    if names:
        fields["names"] = names
    if said:
        fields["text"] = said
    return "notify", event.key, fields


def _agents(event: Event) -> Parsed:
    found = findings(text(event.record, "customdata")) if event.key else {}
    if not found:
        said = text(event.record, "customdata")
        return ("noise", "", {"text": event.name}) if not said or _COSTS.match(said) else _note(event)
    found["queue_id"] = event.key
    return "verdict", "", found


def _poison(event: Event) -> Parsed:
    said = event.said()
    out = any(word in said.lower() for word in ("resubmi", "removed", "released"))
    action = "release" if out else "hold"
    return "queue_action", event.key, {"action": action, "actor": "system", "text": said or "the poison queue"}


def _submit_failed(event: Event) -> Parsed:
    if event.recipients or not event.key:
        return _fail(event) if event.key else _note(event)
    fields = {**event.about(), "stage": "SUBMIT", "text": event.said(), "temporary": False}
    fields.pop("size", None)
    return "reject", event.key, fields


def _moderated(status: str, words: str) -> Callable[[Event], Parsed]:
    def turn(event: Event) -> Parsed:
        return _attempt(event, status, words=words) if event.recipients else _note(event)

    return turn


def _note(event: Event) -> Parsed:
    words = _WORDS.get(event.name, event.name)
    said = event.said()
    fields: Fields = {"text": f"{words}: {said}" if said else words}
    if len(event.recipients) == 1:
        fields["recipient"] = event.recipients[0]
    return "note", event.key, fields


def _shadow(event: Event) -> Parsed:
    return "noise", "", {"text": event.name}


_COSTS = re.compile(r"S:CompCost=[^;]*\Z")
"""What each agent's work cost: of every message, and of no interest to its story."""
_WORDS = {
    "AGENTINFO": "a transport agent said",
    "DELIVERFAIL": "the folder to deliver to does not exist",
    "DROP": "the approval request was dropped",
    "DUPLICATEEXPAND": "a recipient was in several groups",
    "DUPLICATEREDIRECT": "the other recipient was one already",
    "LOAD": "taken up again when the service started",
    "MODERATORAPPROVE": "approved by a moderator",
    "NOTIFYMAPI": "seen in an Outbox",
    "NOTIFYSHADOW": "seen in an Outbox, and to be copied to another server",
    "PROCESS": "processed",
    "PROCESSMEETINGMESSAGE": "a meeting message was processed",
    "RESUBMIT": "handed in again by Safety Net",
    "RESUBMITDEFER": "not handed in again yet by Safety Net",
    "RESUBMITFAIL": "not handed in again by Safety Net",
    "SUBMIT": "handed to transport",
    "SUBMITDEFER": "the mailbox could not hand it over yet",
    "SUBMITFAIL": "the mailbox could not hand it over",
    "SUPPRESSED": "not transmitted",
    "THROTTLE": "throttled",
    "TRANSFER": "some recipients moved to a copy of it",
}

EVENTS: dict[str, Callable[[Event], Parsed]] = {
    "RECEIVE": _arrive,
    "SUBMIT": _submitted,
    "CLIENTSUBMISSION": _submitted,
    "SEND": _send,
    "DELIVER": _deliver,
    "DUPLICATEDELIVER": _duplicate,
    "FAIL": _fail,
    "BADMAIL": _fail,
    "DEFER": _defer,
    "DROP": _drop,
    "EXPAND": _turned("expand"),
    "RESOLVE": _turned("resolve"),
    "REDIRECT": _turned("redirect"),
    "DSN": _dsn,
    "AGENTINFO": _agents,
    "POISONMESSAGE": _poison,
    "SUBMITFAIL": _submit_failed,
    "INITMESSAGECREATED": _moderated("deferred", "waiting for the approval of a moderator"),
    "MODERATORREJECT": _moderated("bounced", "rejected by a moderator"),
    "MODERATIONEXPIRE": _moderated("expired", "no moderator answered in time"),
    "MODERATORSALLNDR": _moderated("bounced", "no moderator could be reached"),
    "HADISCARD": _shadow,
    "HARECEIVE": _shadow,
    "HAREDIRECT": _shadow,
    "HAREDIRECTFAIL": _shadow,
}
"""What becomes of each event; any other is a note, for the list is open."""


def parse(message: str) -> Parsed | None:
    """Parse one record."""
    event = event_of(message)
    return EVENTS.get(event.name, _note)(event) if event is not None and event.name else None

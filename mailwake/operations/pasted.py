"""What a bounce, a message's headers or a log line that somebody pastes speaks of: readings for a trace, surest first.

A bounce names the message it is about in its own parts (RFC 3464 `message/delivery-status`, RFC 6522 `multipart/report`
with the returned message or its headers); but people paste what they see: a part of it, quoted, folded anew, with text
around. So whole messages are parsed as such, and whatever else is searched for the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser, HeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from mailwake.events.told import tell
from mailwake.operations.criteria import Criteria, CriteriaError
from mailwake.operations.guess import Reading
from mailwake.operations.when import to_micros

LARGEST = 10 << 20
"""Bytes that are looked at."""
_QUOTED = re.compile(r"^(?:> ?)+", re.MULTILINE)
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_ID = re.compile(r"<[^<>\s@]{1,500}@[^<>\s]{1,300}>")
_RECEIVED_ID = re.compile(r"\bid[ \t\n]+<?([0-9A-Za-z][0-9A-Za-z.-]{4,40})>?(?=[;\s]|$)")
_QUEUED_AS = re.compile(r"queued as ([0-9A-Za-z]{6,20})", re.IGNORECASE)
_LOGGED_ID = re.compile(r"\bpostfix[\w/-]*\[\d+\]: ([0-9A-Za-z]{6,20}): ")
_TRACE_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_AROUND = timedelta(days=5)
"""A bounce may come so much later than the message it is about (Postfix maximal_queue_lifetime)."""
_NETWORK_IDS = (
    "x-ms-exchange-organization-network-message-id",
    "x-ms-exchange-crosstenant-network-message-id",
)
_QUEUE_IDS = ("x-postfix-queue-id", "x-exim-id", "x-failed-recipients-id")
_RECIPIENTS = ("original-recipient", "final-recipient", "x-failed-recipients")


def readings(pasted: bytes, criteria: Criteria) -> list[Reading]:
    """Ways to find the message, on top of the other criteria, to be tried in this order. Raises CriteriaError."""
    clues = _Clues()
    text = pasted[:LARGEST].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    whole = BytesParser(policy=policy.compat32).parsebytes(pasted[:LARGEST])
    if whole.is_multipart():
        clues.take_message(whole)
    else:
        clues.take_text(text)
    found = list(clues.readings(criteria))
    if not found:
        raise CriteriaError(
            tell("no message is named in this text"),
            tell("Paste a bounce with its details, the headers of a message (Message-ID, Received), or a log line."),
        )
    return found


class _Clues:
    """What was found, each kind in the order of its weight."""

    def __init__(self) -> None:
        self.network_ids: list[str] = []
        self.about: list[str] = []
        """Message-IDs of the message that a bounce is about."""
        self.own: list[str] = []
        """Message-IDs of what was pasted."""
        self.mentioned: list[str] = []
        """What looks like a Message-ID in its text; addresses in angle brackets do, too."""
        self.queue_ids: list[str] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.date: datetime | None = None

    def take_message(self, whole: Message) -> None:
        """A whole message: the parts of a report say what it is about."""
        inner = False
        for part in whole.walk():
            kind = part.get_content_type()
            if kind == "message/delivery-status":
                for block in part.get_payload() if isinstance(part.get_payload(), list) else []:
                    self._take_headers(_pairs(block), about=True)  # type: ignore[arg-type]
            elif kind == "message/rfc822" and isinstance(part.get_payload(), list):
                self._take_headers(_pairs(part.get_payload(0)), about=True)  # type: ignore[arg-type]
                inner = True
            elif kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
                self._take_headers(_pairs(HeaderParser().parsestr(_decoded(part))), about=True)
                inner = True
            elif kind.startswith("text/"):
                self._take_words(_decoded(part))
        if not inner:
            self._take_headers(_pairs(whole), about=False)

    def take_text(self, text: str) -> None:
        """Something pasted: headers wherever they stand, and words that name an id."""
        text = _QUOTED.sub("", text)
        self._take_headers([(name, value) for name, value in _HEADER.findall(text)], about=False)
        self._take_words(text)

    def _take_headers(self, pairs: Iterable[tuple[str, str]], *, about: bool) -> None:
        for name, folded in pairs:
            name, value = name.lower(), re.sub(r"\s*\n\s*", " ", folded).strip()
            if name in _NETWORK_IDS:
                self.network_ids += _TRACE_ID.findall(value)
            elif name in ("message-id", "original-message-id", "x-original-message-id", "in-reply-to"):
                (self.about if about or name.endswith("original-message-id") else self.own).extend(_ID.findall(value))
            elif name in _QUEUE_IDS:
                self.queue_ids.append(value.strip("<>"))
            elif name == "received":
                self.queue_ids += _RECEIVED_ID.findall(value)
            elif name in _RECIPIENTS or (name == "to" and about):
                self.recipients += _addresses(value.partition(";")[2] or value)
            elif name in ("return-path", "x-postfix-sender", "from"):
                self.senders += _addresses(value.partition(";")[2] or value)
            elif name in ("arrival-date", "date") and (self.date is None or name == "arrival-date"):
                self.date = _date(value) or self.date

    def _take_words(self, text: str) -> None:
        self.queue_ids += _QUEUED_AS.findall(text) + _LOGGED_ID.findall(text)
        self.mentioned += _ID.findall(text)

    def readings(self, criteria: Criteria) -> Iterator[Reading]:
        """From what names one message to what only narrows the search."""
        c = criteria
        if self.network_ids:
            yield Reading("MessageTraceId", replace(c, trace_ids=_first(self.network_ids)))
        if self.about:
            yield Reading("Message-ID", replace(c, message_ids=_first(self.about)))
        if self.queue_ids:
            yield Reading("queue ID", replace(c, queue_ids=_first(self.queue_ids)))
        if self.own:
            yield Reading("Message-ID", replace(c, message_ids=_first(self.own)))
        if mentioned := [one for one in self.mentioned if one not in self.own + self.about]:
            yield Reading("Message-ID", replace(c, message_ids=_first(mentioned)))
        if self.recipients and self.date:
            low, high = to_micros(self.date - _AROUND), to_micros(self.date + _AROUND)
            narrowed = replace(c, recipients=_first(self.recipients), since=c.since or low, until=c.until or high)
            if self.senders:
                yield Reading("sender, recipient and date", replace(narrowed, senders=_first(self.senders)))
            yield Reading("recipient and date", narrowed)


def _pairs(message: Message | EmailMessage) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in message.items()]


def _decoded(part: Message) -> str:
    """The text of a part, whatever it says of its own encoding."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _addresses(text: str) -> list[str]:
    return [address for _, address in getaddresses([text]) if "@" in address]


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else None


def _first(values: list[str]) -> tuple[str, ...]:
    """Without repetitions, and not endlessly many: a long thread has hundreds of References."""
    return tuple(dict.fromkeys(values))[:50]

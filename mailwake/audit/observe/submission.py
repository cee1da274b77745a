"""Send, SendAs, SendOnBehalf: mail handed in by somebody who logged in, and attempts to do so that were refused.

Who logged in is on the line of the arrival (`sasl_username`), the envelope sender on another, and what the message says
of itself in header lines, where the site logs them (header_checks INFO, a filter's metadata).

    From is the sender's own                    Send
    From is another's, Sender is one's own      SendOnBehalf
    From is another's                           SendAs, whatever the envelope says
    From not known, envelope is another's       SendAs

Whether an address is somebody's own is the directory's to say (`Settings.same_account`). A master user who hands
mail in as somebody cannot be told from that person: the mail server does not log it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from email.utils import getaddresses
from itertools import islice
from typing import NamedTuple

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.observe.scene import identity, is_same
from mailwake.audit.settings import Settings
from mailwake.events.fact import NO_TIME, Fact

SECOND = 1_000_000
KINDS = frozenset(("arrive", "active", "message_id", "header", "verdict"))
"""Kinds of facts that say something about a submission."""
_HEADERS = frozenset(("from", "sender", "subject"))
_NOT_OWNED = re.compile(r"Sender address rejected: not owned by user (\S+)")
_SIGNED = re.compile(r"(?:prvs|btv1)=[^=@]{1,20}=(?P<whole>[^@]+@[^@]+)$", re.IGNORECASE)
"""BATV: `prvs=0123456789=alice@example.com` (draft-levine-smtp-batv)."""
_REWRITTEN = re.compile(r"SRS0[=+-][^=@]+=[^=@]+=(?P<domain>[^=@]+)=(?P<local>[^@]+)@", re.IGNORECASE)
"""SRS: `SRS0=hash=stamp=example.com=alice@relay.example`."""
_RETURNED = re.compile(r"(?P<named>[^=@]+)=[^=@]+\.[^=@]+@(?P<domain>[^@]+)$")
"""VERP: `news-bounces+joe=example.net@example.com`, `news-return-17-joe=example.net@example.com`; a name, what the list
needs, and the recipient."""
_JOINED = re.compile(r"[-+.]")
_NOBODY = frozenset(("", "unknown", "undef"))


class Letter(NamedTuple):
    """What is known of one message."""

    user: str
    envelope: str | None
    authors: tuple[str, ...]
    """Addresses of From."""
    sender: str
    """Address of Sender; "" for none."""


def is_submission(fact: Fact) -> bool:
    """Whether a fact is the arrival of mail from somebody who logged in, or the refusal of an address not theirs."""
    if fact.kind == "arrive":
        return bool(fact.fields.get("sasl_username"))
    return fact.kind == "reject" and _NOT_OWNED.search(fact.fields.get("text") or "") is not None


def submissions(key: str, facts: Iterable[Fact], settings: Settings) -> list[Observation]:
    """Observations of the facts filed under a queue ID or a refusal. A queue ID has several lives."""
    ordered = sorted(facts, key=lambda one: (one.ts, one.kind, one.raw))
    found = list(_refused(key, ordered))
    arrivals = [fact for fact in ordered if fact.kind == "arrive"]
    times = [fact.ts for fact in ordered]
    timeless = [fact for fact in ordered if fact.kind == "verdict" and fact.ts == NO_TIME]
    seen: set[str] = set()
    for number, arrival in enumerate(arrivals):
        if not arrival.fields.get("sasl_username"):
            continue
        since = arrival.ts // SECOND * SECOND
        later = (one.ts // SECOND * SECOND for one in islice(arrivals, number + 1, None) if one.host == arrival.host)
        until = next((ts for ts in later if ts > since), None)
        behind = None if until is None else bisect_left(times, until)
        life = ordered[bisect_left(times, since) : behind]
        life = [fact for fact in life if fact.host == arrival.host or fact.kind == "verdict"]
        life += _without_time(timeless, life)
        made = _sent(key, arrival, life, settings)
        if made is not None and made.id not in seen:
            seen.add(made.id)
            found.append(made)
    return found


def _without_time(timeless: list[Fact], life: list[Fact]) -> list[Fact]:
    """What a filter says of a message without saying when (Rspamd's metadata): known by the Message-ID."""
    named = {str(fact.fields["message_id"]).strip("<>") for fact in life if fact.fields.get("message_id")}
    return [fact for fact in timeless if str(fact.fields.get("message_id", "")).strip("<>") in named]


def _sent(key: str, arrival: Fact, life: list[Fact], settings: Settings) -> Observation | None:
    letter = _letter(arrival, life)
    judged = judge(letter, settings)
    if not judged[0]:
        return None
    fields = arrival.fields
    named = {fact.fields.get("header", ""): fact.fields.get("value", "") for fact in life if fact.kind == "header"}
    message_ids = [fact.fields.get("message_id") for fact in life if fact.kind in ("message_id", "arrive")]
    subject = fields.get("subject")
    if subject is None:
        subject = named.get("subject")
    sizes = [fact.fields.get("size") for fact in life if fact.kind in ("active", "arrive")]
    item = Item(
        message_id=next((one for one in message_ids if one), ""),
        subject=subject,
        sender=", ".join(letter.authors) or letter.envelope or "",
        size=next((one for one in sizes if one), 0),
    )
    return told(key, arrival, letter, judged, item)


def told(key: str, arrival: Fact, letter: Letter, judged: tuple[str, str], item: Item) -> Observation:
    """The observation of a message; judged: see `judge`, an action."""
    action, mailbox = judged
    properties = {"Envelope": letter.envelope or "", "From": ", ".join(letter.authors), "Sender": letter.sender}
    return Observation(
        id=identity("submission", arrival.host, key, arrival.ts // SECOND, letter.user),
        ts=arrival.ts,
        action=action,
        actor=letter.user,
        mailbox=mailbox,
        logon_type=LogonType.OWNER if action == "Send" else LogonType.DELEGATE,
        items=(item,),
        client_ip=arrival.fields.get("client_ip", ""),
        client="Client=SMTP",
        host=arrival.host,
        on_behalf_of="" if action == "Send" else mailbox,
        properties=tuple(sorted((name, text) for name, text in properties.items() if text)),
        keys=(key,),
    )


def _letter(arrival: Fact, life: list[Fact]) -> Letter:
    user = str(arrival.fields["sasl_username"])
    envelope = arrival.fields.get("sender")
    authors: list[str] = []
    sender = ""
    for fact in life:
        fields = fact.fields
        if envelope is None and fact.kind in ("active", "header") and fields.get("sender") is not None:
            envelope = fields["sender"]
        if fact.kind == "header" and fields.get("header") == "from":
            authors = authors or _addresses(fields.get("value", ""))
        elif fact.kind == "header" and fields.get("header") == "sender":
            sender = sender or next(iter(_addresses(fields.get("value", ""))), "")
    if not authors:
        said = [fact.fields for fact in life if fact.fields.get("header_from")]
        said = [one for one in said if str(one.get("user", user)).casefold() not in _NOBODY]
        authors = _addresses(str(said[0]["header_from"])) if said else []
    return Letter(user, envelope, tuple(authors), sender)


def _addresses(text: str) -> list[str]:
    """Addresses of a header as logged: not decoded, maybe cut off."""
    found = [address for _, address in getaddresses([text]) if "@" in address]
    if not found:
        found = re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+", text)[:1]
    return found


def judge(letter: Letter, settings: Settings) -> tuple[str, str]:
    """The action and the mailbox it concerns; "" when the log does not say as whom the message was sent."""
    own = letter.user
    if letter.authors:
        kept = {one for one in letter.authors if is_same(one, own, settings)}
        kept |= {one for one in letter.authors if is_same(_without_detail(one), own, settings)}
        others = [one for one in letter.authors if one not in kept]
        if len(others) < len(letter.authors):
            return "Send", own
        behalf = letter.sender and is_same(_without_detail(letter.sender), own, settings)
        return ("SendOnBehalf" if behalf else "SendAs"), others[0]
    if not letter.envelope:
        return ("Send", own) if letter.envelope == "" else ("", "")
    envelope = _unwrapped(letter.envelope, own)
    mine = is_same(envelope, own, settings) or is_same(_without_detail(envelope), own, settings)
    return ("Send", own) if mine else ("SendAs", envelope)


def _unwrapped(address: str, own: str) -> str:
    """The address in an envelope sender that was signed or rewritten for the way, or made for one recipient.

    own: who logged in; of what may be the name in the latter, their own goes first.
    """
    rewritten = _REWRITTEN.match(address)
    if rewritten is not None:
        return f"{rewritten['local']}@{rewritten['domain']}"
    signed = _SIGNED.match(address)
    if signed is not None:
        return signed["whole"]
    returned = _RETURNED.match(address)
    if returned is None:
        return address
    named = returned["named"]
    names = [named[: joint.start()] for joint in _JOINED.finditer(named) if joint.start()] or [named]
    wanted = own.rpartition("\\")[2].partition("@")[0].casefold()
    name = next((one for one in names if one.casefold() == wanted), names[0])
    return f"{name}@{returned['domain']}"


def _without_detail(address: str) -> str:
    """An address without its detail (RFC 5233): `alice+news@example.com` is alice's."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if at and not local.startswith("+") else address


def _refused(key: str, facts: list[Fact]) -> Iterator[Observation]:
    """Sender addresses that the server did not let the user have; one for each attempt, however many recipients."""
    seen: set[str] = set()
    for fact in facts:
        match = _NOT_OWNED.search(fact.fields.get("text") or "") if fact.kind == "reject" else None
        if match is None:
            continue
        fields = fact.fields
        sender, user = str(fields.get("sender") or ""), match[1].rstrip(";,")
        id = identity("refused", fact.host, fact.pid, fact.ts // SECOND, user, sender)
        if id in seen:
            continue
        seen.add(id)
        yield Observation(
            id=id,
            ts=fact.ts,
            action="SendAs",
            actor=user,
            mailbox=sender or user,
            logon_type=LogonType.DELEGATE,
            result="Failed",
            client_ip=fields.get("client_ip", ""),
            client="Client=SMTP",
            host=fact.host,
            on_behalf_of=sender,
            properties=(("Envelope", sender), ("Reply", str(fields["text"]))),
            keys=(key,),
        )

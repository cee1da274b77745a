"""Plain submissions: an arrival, a Message-ID and what the queue says of it, and nothing else, as most mail that is
handed in. Their acts and records are put together from the values, without the objects that the general way goes
through.

What a record says beside these values is taken from one that the general way made (`_Form`), so there is one way of
saying it. Whatever is not as plain as here, or would have to be escaped in JSON, goes the general way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailwake.audit.model import Item
from mailwake.audit.observe.scene import identity
from mailwake.audit.observe.submission import SECOND, Letter, judge, told
from mailwake.audit.policy.matrix import edition
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings
from mailwake.events.fact import Fact
from mailwake.operations.audit_alone import file_alone
from mailwake.operations.audit_ready import USUAL, Rows, makes_ready
from mailwake.store.acts import Act
from mailwake.store.audit import StoredRecord

_SAID = frozenset(("arrive", "active", "message_id"))
_LARGEST = 1 << 63
_MOST = 50_000
"""Judgements and forms that are remembered."""


class Nobody:
    """Settings of nobody in particular, and what was asked of them."""

    def __init__(self) -> None:
        self.asked = False
        """Whether anything was asked but who is who."""
        self.pairs: list[tuple[str, str]] = []
        """Names that were asked about, whether they are of one account."""

    def organization(self, ts: int) -> OrganizationSettings:
        """See `Settings`."""
        self.asked = True
        return OrganizationSettings()

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        """See `Settings`."""
        self.asked = True
        return MailboxSettings(name, known=False)

    def actor(self, name: str, ts: int) -> ActorSettings:
        """See `Settings`."""
        self.asked = True
        return ActorSettings(name)

    def same_account(self, one: str, other: str) -> bool:
        """See `Settings`."""
        self.pairs.append((one, other))
        return False


class _Judged(NamedTuple):
    action: str
    mailbox: str
    asked: tuple[tuple[str, str], ...]


class _Form(NamedTuple):
    """A record of one kind with blanks."""

    text: str
    order: tuple[int, ...]
    """Which value goes into which blank."""
    act: Act
    record: StoredRecord


_judged: dict[tuple[str, str], _Judged | None] = {}
_forms: dict[tuple[str, bool, bool, int], _Form | None] = {}


def plain_rows(key: str, facts: list[Fact]) -> Rows | None:
    """Rows of the one message whose facts these are, all that there are under the key; None where it is not plain."""
    arrivals = [fact for fact in facts if fact[4] == "arrive"]
    if len(arrivals) != 1 or not arrivals[0][6].get("sasl_username"):
        return None
    arrival = arrivals[0]
    since, host = arrival[0] // SECOND * SECOND, arrival[1]
    for fact in facts:
        if fact[4] not in _SAID or "header_from" in fact[6] or fact[0] < since or fact[1] != host:
            return None
    senders = [arrival] if arrival[6].get("sender") is not None else [fact for fact in facts if fact[4] == "active"]
    envelopes: list[str] = [fact[6]["sender"] for fact in senders if fact[6].get("sender") is not None]
    message_ids = [fact[6]["message_id"] for fact in facts if fact[4] != "active" and fact[6].get("message_id")]
    sizes = [fact[6]["size"] for fact in facts if fact[4] != "message_id" and fact[6].get("size")]
    if len(envelopes) != 1 or len(message_ids) > 1 or len(sizes) > 1:
        return None
    size = sizes[0] if sizes else 0
    if not 0 <= size < _LARGEST:
        return None
    return _filled(key, arrival, envelopes[0], message_ids[0] if message_ids else "", size)


def _filled(key: str, arrival: Fact, envelope: str, message_id: str, size: int) -> Rows | None:
    ts, host, fields = arrival[0], arrival[1], arrival[6]
    user = str(fields["sasl_username"])
    judged = _judgement(user, envelope)
    subject, client_ip = fields.get("subject"), fields.get("client_ip", "")
    if judged is None:
        return None
    texts = f"{key}{host}{user}{judged.mailbox}{envelope}{message_id}{subject or ''}{client_ip}"
    if not (texts.isascii() and texts.isprintable()) or '"' in texts or "\\" in texts:
        return None
    form = _form(judged, subject, envelope, arrival)
    if form is None:
        return None
    id = identity("submission", host, key, ts // SECOND, user)
    values = (id, ts, size, user, judged.mailbox, message_id, subject, envelope, client_ip, host, key)
    body = form.text % tuple([values[number] for number in form.order])
    mailbox = judged.mailbox.lower()
    act = form.act._replace(
        key=key, ts=ts, id=id, host=host, mailbox=mailbox, record_mailbox=mailbox, record_ts=ts, record_id=id
    )
    record = form.record._replace(
        mailbox=mailbox,
        ts=ts,
        id=id,
        actor=user.lower(),
        client_ip=client_ip,
        host=host,
        message_ids=(message_id.strip("<>"),) if message_id else (),
        keys=(key,),
        body=body.encode(),
    )
    return Rows(act, record, judged.asked)


def _judgement(user: str, envelope: str) -> _Judged | None:
    """What handing in mail with this envelope sender is; None where it depends on more than who is who, or is none."""
    known = _judged.get((user, envelope))
    if known is None:
        if len(_judged) >= _MOST:
            _judged.clear()
        nobody = Nobody()
        action, mailbox = judge(Letter(user, envelope, (), ""), nobody)
        good = action and mailbox and not nobody.asked and not (nobody.pairs and action == "Send")
        known = _judged[user, envelope] = _Judged(action, mailbox, tuple(nobody.pairs)) if good else _Judged("", "", ())
    return known if known.action else None


def _form(judged: _Judged, subject: str | None, envelope: str, arrival: Fact) -> _Form | None:
    """The form for rows of this kind."""
    at = id(edition(USUAL.organization(arrival[0]).matrix, arrival[0]))
    kind = (judged.action, subject is None, not envelope, at)
    if kind not in _forms:
        if len(_forms) >= _MOST:
            _forms.clear()
        _forms[kind] = _form_of(judged, subject, envelope, arrival)
    return _forms[kind]


_BLANKS = ("@user@", "@mailbox@", "<@message@>", "@subject@", "@envelope@", "@ip@", "@host@", "@key@")
_SIZE = 2345678901


def _form_of(judged: _Judged, subject: str | None, envelope: str, arrival: Fact) -> _Form | None:
    """What the general way makes of blanks, in the order of `_filled`; None where that is not ready."""
    user, mailbox, message_id, title, sender, client_ip, host, key = _BLANKS
    sender = sender if envelope else ""
    blank = arrival._replace(host=host, fields={"client_ip": client_ip})
    item = Item(message_id=message_id, subject=None if subject is None else title, sender=sender, size=_SIZE)
    act = told(key, blank, Letter(user, sender, (), ""), (judged.action, mailbox), item)
    made = makes_ready(key, [act], asked=False)
    if made is None:
        return None
    filed, others = file_alone(made, USUAL, {}, throttling=False)
    if others or len(filed.acts) != 1 or len(filed.records) != 1:
        return None
    numbers = (f'"ts":{arrival[0]},', f'"size":{_SIZE}}}')
    blanks = (act.id, *numbers, *_BLANKS)
    order: list[int] = []
    text = ""
    for part in re.split(f"({'|'.join(map(re.escape, blanks))})", filed.records[0].body.decode()):
        if part not in blanks:
            text += part.replace("%", "%%")
            continue
        order.append(blanks.index(part))
        text += '"ts":%s,' if part == numbers[0] else '"size":%s}' if part == numbers[1] else "%s"
    return _Form(text, tuple(order), filed.acts[0], filed.records[0])

"""Journeys of the plainest kind, told from their facts at sight: most of a log.

One queue ID, or two of which the first one's delivery names the second (a filter that hands the message in again, the
next server of ours); each was born, queued, delivered at once to one recipient and removed, in this order, on one host.
The recipient may have a delivery session of a mailbox server; a filter may have said once what it found.

A rule of thumb decides nothing here: whatever `legs`, `links`, `walk` and `heads` would look at is either one of the
few facts asked for below, or the journey is not plain and goes their way. The rows are theirs, word for word
(tests/trace/test_plain.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import NO_TIME, Fact, Fields
from mailwake.store.rows import Row
from mailwake.trace.buckets import PREFIXED, Bucket
from mailwake.trace.fate import OUTCOMES, Fate, of_mailbox, sent
from mailwake.trace.filters import verdict_words
from mailwake.trace.heads import direction
from mailwake.trace.keys import is_name, travels
from mailwake.trace.learning import bare_id
from mailwake.trace.legs import by_agent
from mailwake.trace.links import AFTER, BEFORE
from mailwake.trace.model import PROVEN
from mailwake.trace.names import Book
from mailwake.trace.origins import is_internal, may_go_on
from mailwake.trace.refusals import MAX_TEXT, trace_id

_LEAST = 5
"""Facts of a plain leg, at least."""
_STAGES = {"arrive": 1, "message_id": 2, "header": 2, "active": 3, "deliver": 4, "remove": 5}
_ONCE = frozenset({"arrive", "message_id", "active", "deliver", "remove"})
_ARRIVAL = frozenset(f"{whose}client_{what}" for whose in ("", "orig_") for what in ("ip", "name", "port")) | {
    "sasl_method",
    "sasl_username",
    "orig_queue_id",
}
"""What an arrival may say: nothing of where else the message may have been."""
_NOT_PLAIN = frozenset(("folder", "inside", "next_ids", "names", "report"))
"""What a delivery may not say."""


class PlainLeg:
    """One life of a queue ID, as `model.Leg`, with its one recipient."""

    def __init__(self, bucket: Bucket, arrival: Fact, active: Fact, delivery: Fact, message_id: str) -> None:
        self.bucket = bucket
        self.key = bucket.key
        self.host = arrival[1]
        self.first = arrival[0]
        self.last = NO_TIME
        self.arrival = arrival[6]
        queued, delivered = active[6], delivery[6]
        self.sender: str = queued["sender"]
        self.size: int = queued.get("size", 0)
        self.message_id = message_id
        self.bare_id = bare_id(message_id)
        self.subject: str | None = None
        self.verdict: Fact | None = None
        self.delivery = delivery
        self.address: str = delivered["recipient"]
        self.original: str = delivered.get("orig_recipient") or self.address
        self.session: Bucket | None = None
        """Records of the mailbox server's session of the delivery."""
        self.origin: str = self.arrival.get("orig_queue_id", "")
        self.next_id: str = delivered.get("next_id", "")


class Journey:
    """One or two legs, in the order in which the message went through them, and the row that they make."""

    def __init__(self, legs: list[PlainLeg]) -> None:
        self.bare_id = legs[0].bare_id
        self.buckets = _buckets(legs)
        """All that is filed of it, in the order of the keys."""
        self.row = _row(legs)


def plain_leg(bucket: Bucket) -> PlainLeg | None:
    """The leg of a bucket, if it has one only and that is plain."""
    facts, key = bucket.facts, bucket.key
    if len(facts) < _LEAST or key.startswith(PREFIXED) or is_name(key) or travels(key):
        return None
    host, last, stage, stages = "", NO_TIME, 0, _STAGES
    found: dict[str, Fact] = {}
    subject: str | None = None
    for fact in facts:
        kind = fact[4]  # by place: a third of the time of names
        if kind == "verdict":
            if kind in found:
                return None
            found[kind] = fact
            continue
        now, ts = stages.get(kind, 0), fact[0]
        if now < stage or ts < last or ts == NO_TIME or (kind in found and kind != "header"):
            return None
        if now == 0 or (stage and host != fact[1]):
            return None
        if kind == "header" and subject is None and fact.fields.get("header") == "subject":
            subject = fact.fields.get("value")
        host, last, stage = fact[1], ts, now
        found[kind] = fact
    if not found.keys() >= _ONCE or not _is_plain(found):
        return None
    leg = PlainLeg(bucket, found["arrive"], found["active"], found["deliver"], found["message_id"].fields["message_id"])
    leg.subject, leg.verdict, leg.last = subject, found.get("verdict"), last
    return leg if leg.bare_id else None


def _is_plain(found: dict[str, Fact]) -> bool:
    """Whether the facts of a leg, by kind, say nothing that is looked at elsewhere."""
    active, delivery, message_id = found["active"], found["deliver"], found["message_id"][6]
    if active[2] != found["remove"][2] or not found["arrive"][6].keys() <= _ARRIVAL:
        return False
    if "resent" in message_id or not message_id.get("message_id"):
        return False
    queued, fields = active[6], delivery[6]
    if "sender" not in queued or queued.get("nrcpt") != 1:
        return False
    if fields.get("status") != "sent" or not fields.get("recipient") or not _NOT_PLAIN.isdisjoint(fields):
        return False
    if by_agent([delivery]):
        return False
    verdict = found.get("verdict")
    if verdict is None:
        return True
    said = verdict.fields
    return not said.get("quarantine") and not str(said.get("action", "")).startswith("Blocked")


def plain_journeys(filed: dict[str, Bucket]) -> tuple[list[Journey], list[Bucket]]:
    """Journeys that are plain as far as what is filed tells, and the buckets of all others.

    Not looked at: who else speaks of their Message-IDs. A journey is told as soon as its last leg is seen, while its
    facts are in the processor's cache: to fetch them once more costs as much as all else that is done with them.
    """
    legs: dict[str, PlainLeg] = {}
    journeys: list[Journey] = []
    taken: set[str] = set()
    for key, bucket in filed.items():
        leg = plain_leg(bucket)
        if leg is None:
            continue
        legs[key] = leg
        for known in _ways(leg, legs, filed):
            journeys.append(Journey(known))
            taken.update([one.key for one in journeys[-1].buckets])
    return journeys, [bucket for key, bucket in filed.items() if key not in taken]


def _ways(leg: PlainLeg, legs: dict[str, PlainLeg], filed: dict[str, Bucket]) -> list[list[PlainLeg]]:
    """The journey that a leg is all or the last missing part of, if there is one; legs: that were seen, with it."""
    if not leg.origin and not may_go_on(leg.arrival):
        if leg.next_id not in filed and _is_closed(leg, None, last=True):
            return [[leg]]
        child = legs.get(leg.next_id)
        if child is not None and _is_pair(leg, child):
            return [[leg, child]]
    for near in leg.bucket.near:
        parent = legs.get(near.key)
        if parent is not None and parent.next_id == leg.key:
            begins = not parent.origin and not may_go_on(parent.arrival)
            return [[parent, leg]] if begins and _is_pair(parent, leg) else []
    return []


def _buckets(legs: list[PlainLeg]) -> list[Bucket]:
    found = [leg.bucket for leg in legs]
    session = legs[-1].session
    if session is not None:
        found.append(session)
    if len(found) > 1:
        found.sort(key=_key)
    return found


def _key(bucket: Bucket) -> str:
    return bucket.key


def _is_pair(leg: PlainLeg, child: PlainLeg) -> bool:
    return _goes_on(leg, child) and _is_closed(leg, child, last=False) and _is_closed(child, leg, last=True)


def _goes_on(leg: PlainLeg, child: PlainLeg) -> bool:
    """Whether the one went on as the other beyond doubt, for the same recipient."""
    if child is leg or child.origin not in ("", leg.key) or child.next_id == leg.key:
        return False
    if child.verdict is not None and child.verdict.fields.get("queued_as"):
        return False
    if leg.delivery.fields.get("disposition") != "relay" or leg.bare_id != child.bare_id:
        return False
    if not leg.delivery.ts - BEFORE <= child.first <= leg.delivery.ts + AFTER or child.first < leg.first - AFTER:
        return False
    names = (child.address.lower(), child.original.lower())
    return leg.address.lower() in names


def _is_closed(leg: PlainLeg, other: PlainLeg | None, *, last: bool) -> bool:
    """Whether a leg is near nothing but the other one of its journey and, at the end, the session of its delivery.

    Keys that are only spoken of are no harm, but for names, which join all that speak of them.
    """
    if leg.next_id == leg.key:
        return False
    for near in leg.bucket.near:
        if not near.facts:
            if is_name(near.key):
                return False
        elif other is None or near is not other.bucket:
            if not last or not near.key.startswith("t:") or leg.session not in (None, near):
                return False
            leg.session = near
    return leg.session is None or (all(near is leg.bucket for near in leg.session.near) and _told(leg) is not None)


def _told(leg: PlainLeg) -> Fate | None:
    """What the mailbox server made of the delivery, if that is one thing."""
    token = leg.delivery.fields.get("token")
    if leg.session is None or not token:
        return None
    fates = of_mailbox([fact for fact in leg.session.facts if fact.fields.get("session") == token])
    return fates[0] if len(fates) == 1 else None


def _row(legs: list[PlainLeg]) -> Row:
    root, leg = legs[0], legs[-1]
    final, arrival = leg.delivery.fields, root.arrival
    fate = _told(leg) or sent(leg.delivery, final.get("reply", ""), final.get("dsn", ""))
    from_ip, from_host, sasl_user = _client(arrival)
    ours = bool(sasl_user) or is_internal(from_ip)
    hosts = (root.host,) if root.host == leg.host else (root.host, leg.host)
    verdicts = [one.verdict for one in legs if one.verdict is not None]
    return Row._make(  # by place, as in `heads`
        (
            root.first,  # received
            trace_id(root.host, root.key, root.first),
            0,  # leaf
            root.sender,
            fate.address or leg.address,  # recipient
            root.original,  # original_recipient
            _subject(legs),
            fate.status,
            fate.detail,
            OUTCOMES.get(fate.detail, "received"),  # outcome
            direction(ours, fate.detail),
            from_ip,
            from_host,
            final.get("relay_ip", ""),  # to_ip
            final.get("relay_host", "") or final.get("relay", ""),  # to_host
            root.size or leg.size,
            root.message_id,
            sasl_user,
            fate.folder,
            fate.reason[:MAX_TEXT],
            fate.dsn,
            verdict_words(verdicts) if verdicts else "",
            1,  # attempts
            max(root.first, fate.ts or leg.last),  # last
            hosts if not fate.host or fate.host in hosts else (*hosts, fate.host),
            tuple([one.key for one in legs]),  # queue_ids
            _keys(legs),
            "",  # parent_id
            "",  # relation
            PROVEN,  # grade
            fate.remark,
        )
    )


def _client(arrival: Fields) -> tuple[str, str, str]:
    """Address and name of who handed the message in, and as whom they logged in."""
    user = arrival.get("sasl_username", "")
    if "orig_client_ip" in arrival:
        return arrival["orig_client_ip"], arrival.get("orig_client_name", ""), user
    return arrival.get("client_ip", ""), arrival.get("client_name", ""), user


def _subject(legs: list[PlainLeg]) -> str | None:
    for leg in legs:
        if leg.subject is not None:
            return leg.subject
        if leg.verdict is not None and leg.verdict.fields.get("subject"):
            return str(leg.verdict.fields["subject"])
    return None


def _keys(legs: list[PlainLeg]) -> tuple[str, ...]:
    found = {leg.key for leg in legs}
    for leg in legs:
        found.update(leg.bucket.said)
    return tuple(sorted(found)) if len(found) > 1 else (legs[0].key,)


def note(journeys: Iterable[Journey], book: Book) -> None:
    """Enter plain journeys in the book, as `Workset.note` does."""
    for journey in journeys:
        for bucket in journey.buckets:
            first, last = bucket.span()
            book.keys.append(bucket.key)
            book.first.append(first)
            book.last.append(last)
            if not bucket.key.startswith("t:"):
                book.message_ids.append(journey.bare_id)
            for other in bucket.near:
                if not other.facts:
                    book.waited.append(other.key)
                    book.when.append(last)

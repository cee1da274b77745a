"""The facts in hand, filed by key and joined by the keys they mention; what is settled is let go.

A long log passes through in windows. After each window the journeys that it touched are computed from all their facts;
those that have ended, and ended long enough ago, are dropped from memory. When a later record speaks of one of them
again, its facts are recalled from the store, so that the answer is the same as if all had been read at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.buckets import (
    FILING,
    MENTIONING,
    PREFIXED,
    REFUSAL,
    SESSION,
    SPECIAL,
    Bucket,
    join,
    mentions,
    part,
    tidy,
)
from mailwake.trace.component import Component
from mailwake.trace.doors import Doors, Gates, is_decision, is_gate, with_client
from mailwake.trace.filters import filter_id
from mailwake.trace.instances import build_legs
from mailwake.trace.journeys import component_rows
from mailwake.trace.keys import fact_key, is_name, lone_key, refusal_key
from mailwake.trace.legs import agent_key
from mailwake.trace.model import Leg
from mailwake.trace.names import Book, asked, number
from mailwake.trace.origins import may_be_known
from mailwake.trace.plain import Journey, plain_journeys
from mailwake.trace.refused import Refused
from mailwake.trace.settled import Settled, is_group
from mailwake.trace.sweeps import Sweeps
from mailwake.trace.unnamed import Unnamed, is_spoken_of, is_unnamed

_AT_THE_DOOR = frozenset({"check", "proxy_client"})
_PASSED = 1 << 62
"""Mark of a bucket that is taken already."""
_KEY = attrgetter("key")
_KIND = itemgetter(4)


class Workset:
    """Facts under way. Not thread-safe."""

    def __init__(self) -> None:
        self._filed: dict[str, Bucket] = {}
        self._absent: dict[str, Bucket] = {}
        """Places kept for keys that facts in hand speak of, and that nothing is filed under."""
        self._by_message_id: dict[str, dict[str, None]] = {}
        self._continuing: set[str] = set()
        """Message-IDs of legs that may be later parts of a message seen before."""
        self._touched: list[Bucket] = []
        self._settled = Settled()
        self._searches = 0
        self._sweeps = Sweeps()
        self._doors = Doors()
        self._gates = Gates()
        self._unnamed = Unnamed()
        self.refused = Refused()
        self.struck: list[Row] = []
        """Rows of refusals that `flush` found to be twins of others."""

    def __len__(self) -> int:
        return len(self._filed)

    def add(self, facts: Iterable[Fact], *, again: bool = False) -> list[str]:
        """Take facts in; give the key of each, in order. again: some may be in hand already, and count once."""
        filed, touched = self._filed, self._touched
        keys: list[str] = []
        facts = list(facts)
        for fact, filing in zip(facts, map(FILING.get, map(_KIND, facts)), strict=True):
            key = fact[5]  # by place: a third of the time of its name
            if filing is None or (filing == SESSION and not key):
                keys.append("")
                continue
            if filing in (SPECIAL, SESSION):
                key = fact_key(fact)
            elif filing == REFUSAL and not key:
                key = lone_key(fact)
            keys.append(key)
            bucket = filed.get(key)
            if bucket is None:
                if (filing == REFUSAL or not key or fact.kind in _AT_THE_DOOR) and self._is_alone(fact, key):
                    continue
                bucket = filed[key] = self._absent.pop(key) if key in self._absent else Bucket(key)
                tidy(bucket)
            elif (again or bucket.recalled is not None) and _is_known(bucket, fact):
                continue
            bucket.facts.append(fact)
            if not bucket.touched:
                bucket.touched = True
                bucket.legs = bucket.group = None
                touched.append(bucket)
            elif bucket.legs is not None:
                bucket.legs = None
            if filing >= MENTIONING or filing == REFUSAL:
                self._join(bucket, fact)
                if filing != MENTIONING and is_decision(fact):
                    self._doors.decided(key, fact)
        return keys

    def note_deleted(self, facts: Iterable[Fact]) -> None:
        """Take note of deletions that name their message, whether or not that is in hand (see `sweeps`)."""
        for fact in facts:
            self._sweeps.name(fact)

    def _join(self, bucket: Bucket, fact: Fact) -> None:
        """Join a bucket with those that a fact of its speaks of."""
        for key in mentions(fact):
            if key != bucket.key:
                bucket.said.append(key)
                join(bucket, self._place(key))
        if "account" in fact[6] and is_unnamed(fact):
            self._unnamed.add(bucket.key, fact)

    def _is_alone(self, fact: Fact, key: str) -> bool:
        """Whether a fact belongs to no journey: a refusal without a queue ID, an order without one."""
        if not key:
            if fact.kind == "queue_action":
                self._sweeps.add(fact)
            return True
        if fact.kind == "proxy_client":
            self._doors.add(fact)
            return False
        if not key.startswith("n:") or is_named(fact):
            return False
        if is_gate(fact):
            self._gates.add(key, fact)
            return False
        self.refused.add(key, fact)
        return True

    def _place(self, key: str) -> Bucket:
        """The bucket of a key that facts speak of."""
        bucket = self._filed.get(key) or self._absent.get(key)
        if bucket is None:
            bucket = self._absent[key] = Bucket(key)
        return bucket

    def touched(self) -> set[str]:
        """Keys that facts were added under since the last `flush`, the keys they mention, and those under which a
        delivery agent may speak of them."""
        found = {bucket.key for bucket in self._touched}
        for bucket in self._touched:
            for other in bucket.near:
                found.add(other.key)
            found.update(filter(None, map(agent_key, self._legs_of(bucket))))
        return found

    def mentions(self, key: str) -> bool:
        """Whether facts in hand are filed under this key or speak of it."""
        return key in self._filed or key in self._absent

    def known(self, key: str) -> bool:
        """Whether facts under this key are in hand."""
        return key in self._filed

    def merge(self, key: str, facts: list[Fact]) -> None:
        """Put facts recalled from the store before those in hand; doubles fall away."""
        if key.startswith("n:") and facts[0].kind == "reject" and not is_named(facts[0]):
            self.add(facts)
            return
        later: list[Fact] = []
        bucket = self._filed.pop(key, None)
        if bucket is not None:
            later, bucket.facts, bucket.said, bucket.recalled = bucket.facts, [], [], None
            self._absent[key] = bucket
        self.add(facts)
        self._place(key).recalled = _identities(facts)
        self.add(later)

    def touched_message_ids(self) -> set[str]:
        """Message-IDs of the touched legs, and those that delivery agents spoke of."""
        found = {leg.bare_id for bucket in self._touched for leg in self._legs_of(bucket) if leg.message_id}
        found.update(bucket.key[2:] for bucket in self._touched if bucket.key.startswith("m:"))
        return found

    def flush(self) -> Iterator[tuple[set[str], list[Row]]]:
        """Compute the touched journeys: (keys, rows) of each; refusals without a queue ID have no keys."""
        self._join_gates()
        rows, self.struck = self.refused.flush(lambda fact: with_client(fact, self._doors.of(fact)))
        if rows:
            yield set(), rows
        touched, self._touched = self._touched, []
        for bucket in touched:
            bucket.touched = False
            self._legs_of(bucket)
        swept: dict[tuple[str, str, int], int] = {}
        if self._sweeps:
            swept = self._sweeps.assign([leg for bucket in self._filed.values() for leg in self._legs_of(bucket)])
            changed = [self._filed.get(key) for key in self._sweeps.take_changed()]
            touched.extend(bucket for bucket in changed if bucket is not None)
        for component, members in self._components(touched):
            self._settled.watch(members, self._legs_of)
            yield {bucket.key for bucket in members}, component_rows(component, swept)

    def _join_gates(self) -> None:
        """Join what was said before there was a queue ID with the message that it was about."""
        for key, door in self._doors.take_joined():
            bucket, behind = self._filed.get(key), self._filed.get(refusal_key(door))
            if bucket is not None and behind is not None and behind not in bucket.near:
                join(bucket, behind)
                self._touch(bucket)
        for bucket, behind in list(self._unnamed.sides(self._filed)) if self._unnamed else ():
            if behind not in bucket.near:
                join(bucket, behind)
                self._touch(bucket)
        if not self._gates:
            return
        arrivals = {key: self._legs_of(bucket) for key, bucket in self._filed.items() if not key.startswith(PREFIXED)}
        for gate, key in self._gates.assign(arrivals):
            bucket, behind = self._filed[gate], self._filed[key]
            if behind not in bucket.near:
                join(bucket, behind)
                self._touch(behind)
            self._touch(bucket)

    def _touch(self, bucket: Bucket) -> None:
        if not bucket.touched:
            bucket.touched = True
            bucket.group = None
            self._touched.append(bucket)

    def is_unclaimed(self, session: str) -> bool:
        """Whether a mailbox server's session is in hand, and no other server's reply names it. session: its key."""
        return session in self._filed and not is_spoken_of(self._filed[session])

    def gates(self) -> list[Fact]:
        """Rules that spoke before there was a queue ID, and the message they acted on is not in hand."""
        self._join_gates()
        return self._gates.open()

    def whole(self) -> Component:
        """All that is in hand as one component."""
        self._join_gates()
        component = Component()
        for bucket in sorted(self._filed.values(), key=_KEY):
            component.add(bucket.key, bucket.facts, self._legs_of(bucket), bucket.said)
        for fact in self.refused.facts():
            component.refusals.append(fact)
        return component

    def plain(self) -> list[Journey]:
        """The journeys in hand that are plain; `components` passes them by from then on."""
        self._join_gates()
        journeys, others = plain_journeys(self._filed)
        for bucket in others:
            self._legs_of(bucket)
        counts = Counter([journey.bare_id for journey in journeys])
        kept: list[Journey] = []
        for journey in journeys:
            message_id = journey.bare_id
            if counts[message_id] > 1 or message_id in self._by_message_id or "m:" + message_id in self._filed:
                continue  # somebody else speaks of its Message-ID
            kept.append(journey)
            for bucket in journey.buckets:
                bucket.mark = _PASSED
        return kept

    def components(self) -> Iterator[tuple[Component, list[Bucket]]]:
        """All journeys in hand, with what each consists of."""
        self._join_gates()
        buckets = [bucket for bucket in self._filed.values() if bucket.mark != _PASSED]
        for bucket in buckets:
            self._legs_of(bucket)
        return self._components(buckets)

    def _components(self, buckets: list[Bucket]) -> Iterator[tuple[Component, list[Bucket]]]:
        before = self._searches
        for bucket in buckets:
            if bucket.mark > before or not bucket.facts:
                continue
            members = self._gather(bucket)
            if len(members) > 1:
                members.sort(key=_KEY)
            component = Component()
            for member in members:
                component.add(member.key, member.facts, self._legs_of(member), member.said)
            yield component, members

    def note(self, members: list[Bucket], book: Book) -> None:
        """Enter a journey in the book, to be recalled by."""
        for agent, first, last in self._note(members, book):
            book.keys.append(agent)  # to be asked for: it may have been seen before
            book.first.append(first)
            book.last.append(last)

    def _note(self, members: list[Bucket], book: Book) -> list[tuple[str, int, int]]:
        """Enter a journey; delivery agents that may still speak of it, with the span of what they would speak of."""
        agents: list[tuple[str, int, int]] = []
        for bucket in members:
            first, last = bucket.span()
            book.keys.append(bucket.key)
            book.first.append(first)
            book.last.append(last)
            for leg in self._legs_of(bucket):
                if leg.message_id:
                    book.message_ids.append(leg.bare_id)
                    agent = agent_key(leg)
                    if agent and agent not in self._filed:
                        book.waited.append(agent)
                        book.when.append(last)
                        agents.append((agent, first, last))
            for other in bucket.near:
                if not other.facts:
                    book.waited.append(other.key)
                    book.when.append(last)
        return agents

    def questions(self, key: str) -> list[int]:
        """Names any of which, if remembered, means that there is more to know than what is in hand under this key."""
        bucket = self._filed.get(key)
        if bucket is None and is_name(key) and key in self._absent:
            spans = [near.span() for near in self._absent[key].near if near.facts]
            if spans:
                return asked(key, min(first for first, _ in spans), max(last for _, last in spans))
        if bucket is None:
            return [number(key)]
        names = asked(key, *bucket.span())  # somebody may wait for it
        if any(leg.arrival is None or _may_end_later(leg) for leg in self._legs_of(bucket)):
            names.append(number(key))
        return names

    def _legs_of(self, bucket: Bucket) -> list[Leg]:
        legs = bucket.legs
        if legs is None:
            apart = bucket.key.startswith(PREFIXED) or not bucket.facts
            legs = bucket.legs = [] if apart else build_legs(bucket.key, bucket.facts)
            if bucket.key.startswith("m:"):
                self._join_agent(bucket)
            for leg in legs:
                message_id = leg.bare_id
                if message_id:
                    self._by_message_id.setdefault(message_id, {})[bucket.key] = None
                    if may_be_known(leg):
                        self._continuing.add(message_id)
                    agent = self._filed.get("m:" + message_id)
                    if agent is not None and agent not in bucket.near:
                        join(bucket, agent)
        return legs

    def _join_agent(self, agent: Bucket) -> None:
        """Join what a delivery agent said of a Message-ID with the legs that have it."""
        for key in self._by_message_id.get(agent.key[2:], ()):
            bucket = self._filed.get(key)
            if bucket is not None and agent not in bucket.near:
                join(bucket, agent)

    def _gather(self, start: Bucket) -> list[Bucket]:
        """All buckets in hand that are joined with start, directly or through others."""
        filed, continuing = self._filed, self._continuing
        self._searches += 1
        mark = start.mark = self._searches
        found = [start]
        named = False
        """Whether names are among them, under which nothing is filed: they join those that speak of them."""
        seen: set[str] = set()
        for bucket in found:  # which grows meanwhile
            for other in bucket.near:
                if other.mark != mark:
                    other.mark = mark
                    if other.facts or is_name(other.key):
                        found.append(other)
                        named = named or not other.facts
            for leg in self._legs_of(bucket):
                if leg.bare_id in continuing and leg.bare_id not in seen:
                    seen.add(leg.bare_id)
                    for key in self._by_message_id[leg.bare_id]:
                        same = filed.get(key)
                        if same is not None and same.mark != mark:
                            same.mark = mark
                            found.append(same)
        return [bucket for bucket in found if bucket.facts] if named else found

    @property
    def settled_after(self) -> int:
        """How long (µs of log time) after their last record journeys that have ended are to be let go now."""
        return self._settled.after()

    def forget(self, before: int) -> Book:
        """Drop the journeys all of whose parts ended before the given time (µs), and those of which nothing was heard
        for days before it; give what they can be recalled by.

        To be called after `flush`.
        """
        self._doors.forget_decisions(before)
        self._gates.forget(before)
        self._unnamed.forget(before)
        gone = Book()
        # An order without queue IDs is judged by all that is queued: nothing of that may be missing then.
        for members in self._settled.leaving(before, ended_only=bool(self._sweeps)):
            if is_group(members):
                self._let_go(members, gone)
                continue
            for bucket in members:  # what is left of one that fell apart is watched anew
                if bucket.group is members:
                    self._settled.watch(self._gather(bucket), self._legs_of)
        return gone

    def _let_go(self, members: list[Bucket], gone: Book) -> None:
        self._note(members, gone)
        for bucket in members:
            self._drop(bucket)

    def clear(self) -> None:
        """Let everything go. Buckets, legs and links hold each other: without this they wait for the collector."""
        for bucket in [*self._filed.values(), *self._absent.values()]:
            for leg in bucket.legs or ():
                leg.inbound, leg.outbound = None, []
            bucket.near, bucket.group = [], None
        self._filed, self._absent, self._by_message_id = {}, {}, {}
        self._continuing, self._touched = set(), []
        self._settled, self._doors, self._gates, self.refused = Settled(), Doors(), Gates(), Refused()
        self._unnamed = Unnamed()

    def _drop(self, bucket: Bucket) -> None:
        key = bucket.key
        if bucket.facts[0].kind == "proxy_client":
            self._doors.forget(bucket.facts[0])
        for leg in self._legs_of(bucket):
            leg.inbound, leg.outbound = None, []  # legs and links hold each other
            keys = self._by_message_id.get(leg.bare_id)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del self._by_message_id[leg.bare_id]
                    self._continuing.discard(leg.bare_id)
        for name in part(bucket):
            self._absent.pop(name, None)
        bucket.legs = bucket.group = None  # buckets hold each other, too
        del self._filed[key]


def _may_end_later(leg: Leg) -> bool:
    """Whether the message may be in the queue still, as far as is known: it may stay there for days."""
    return not leg.removed and (leg.queued or not leg.rejects)


def is_named(fact: Fact) -> bool:
    """Whether a before-queue filter refused a message under an id of its own: its records tell why."""
    fields = fact.fields
    return fields.get("by") == "proxy" and bool(filter_id(fields.get("text", "")))


def _identities(facts: list[Fact]) -> set[tuple[int, str]]:
    return {(fact.ts, fact.raw) for fact in facts}


def _is_known(bucket: Bucket, fact: Fact) -> bool:
    """Whether this very record is filed already; if not, it is remembered as if it were."""
    if bucket.recalled is None:
        bucket.recalled = _identities(bucket.facts)
    identity = (fact.ts, fact.raw)
    if identity in bucket.recalled:
        return True
    bucket.recalled.add(identity)
    return False

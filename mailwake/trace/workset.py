"""The facts in hand, filed by key and joined by the keys they mention; what is settled is let go.

A long log passes through in windows. After each window the journeys that it touched are computed from all their facts;
those that have ended, and ended long enough ago, are dropped from memory. When a later record speaks of one of them
again, its facts are recalled from the store, so that the answer is the same as if all had been read at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
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
from mailwake.trace.instances import build_legs
from mailwake.trace.journeys import component_rows
from mailwake.trace.keys import client_key, fact_key, is_name, lone_key
from mailwake.trace.legs import agent_key
from mailwake.trace.links import Component, may_continue
from mailwake.trace.model import Leg
from mailwake.trace.names import Book, asked, number
from mailwake.trace.refusals import refusal_row
from mailwake.trace.sweeps import Sweeps

SETTLED_AFTER = 600_000_000
"""A journey whose every part has ended is settled this long (µs of log time) after its last record."""
IDLE_AFTER = 6 * 86400 * 1_000_000
"""One that has not ended is let go this long (µs) after its last record: the log may never tell its end."""
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
        self._ended: list[tuple[int, list[Bucket]]] = []
        """Journeys all of whose parts have ended, and when; see `Bucket.group` for those that went on after all."""
        self._open: list[tuple[int, int, list[Bucket]]] = []
        """A heap of the journeys that have not ended: time of the last record, a number, the parts."""
        self._searches = 0
        self._sweeps = Sweeps()
        self._doors: dict[tuple[str, str, int], list[Fact]] = {}
        """Clients of before-queue proxy sessions, whose later lines do not name them, by process."""
        self.refusals: dict[str, Fact] = {}

    def __len__(self) -> int:
        return len(self._filed)

    def add(self, facts: Iterable[Fact]) -> list[str]:
        """Take facts in; give the key of each, in order."""
        filed, touched = self._filed, self._touched
        keys: list[str] = []
        facts = list(facts)
        for fact, filing in zip(facts, map(FILING.get, map(_KIND, facts)), strict=True):
            if filing is None or (filing == SESSION and not fact.key):
                keys.append("")
                continue
            key = fact.key
            if filing == SPECIAL:
                key = fact_key(fact)
            elif filing == REFUSAL and not key:
                key = lone_key(fact)
            elif filing == SESSION:
                key = client_key(key)
            keys.append(key)
            bucket = filed.get(key)
            if bucket is None:
                if (filing == REFUSAL or not key or fact.kind == "check") and self._is_alone(fact, key):
                    continue
                bucket = filed[key] = self._absent.pop(key) if key in self._absent else Bucket(key)
                tidy(bucket)
            elif bucket.recalled is not None and not _is_new(bucket.recalled, fact):
                continue
            bucket.facts.append(fact)
            if not bucket.touched:
                bucket.touched = True
                bucket.legs = bucket.group = None
                touched.append(bucket)
            elif bucket.legs is not None:
                bucket.legs = None
            if filing >= MENTIONING or (filing == REFUSAL and "session" in fact.fields):
                self._join(bucket, fact)
        return keys

    def _join(self, bucket: Bucket, fact: Fact) -> None:
        """Join a bucket with those that a fact of its speaks of."""
        for key in mentions(fact):
            if key != bucket.key:
                bucket.said.append(key)
                join(bucket, self._place(key))

    def _is_alone(self, fact: Fact, key: str) -> bool:
        """Whether a fact belongs to no journey: a refusal without a queue ID, an order without one."""
        if not key:
            if fact.kind == "queue_action":
                self._sweeps.add(fact)
            elif fact.kind == "proxy_client":
                self._doors.setdefault((fact.host, fact.program, fact.pid), []).append(fact)
            return True
        if not key.startswith("n:"):
            return False
        before = self.refusals.get(key)
        if before is None or len(before.raw) < len(fact.raw):
            self.refusals[key] = fact
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
        if key.startswith("n:") and facts[0].kind == "reject":
            self.add(facts)
            return
        later: list[Fact] = []
        bucket = self._filed.pop(key, None)
        if bucket is not None:
            later, bucket.facts, bucket.said, bucket.recalled = bucket.facts, [], [], None
            self._absent[key] = bucket
        self.add(facts)
        self._place(key).recalled = {(fact.ts, fact.raw) for fact in facts}
        self.add(later)

    def touched_message_ids(self) -> set[str]:
        """Message-IDs of the touched legs, and those that delivery agents spoke of."""
        found = {leg.bare_id for bucket in self._touched for leg in self._legs_of(bucket) if leg.message_id}
        found.update(bucket.key[2:] for bucket in self._touched if bucket.key.startswith("m:"))
        return found

    def flush(self) -> Iterator[tuple[set[str], list[Row]]]:
        """Compute the touched journeys: (keys, rows) of each; refusals without a queue ID have no keys."""
        if self.refusals:
            refusals, self.refusals = self.refusals, {}
            yield set(), [refusal_row(self._with_client(fact), key) for key, fact in refusals.items()]
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
            self._watch(members)
            yield {bucket.key for bucket in members}, component_rows(component, swept)

    def _with_client(self, fact: Fact) -> Fact:
        """A before-queue proxy's decision with the client of its session: the last one that the process took before."""
        if (fact.fields.get("by") != "proxy" and fact.kind != "proxy_accept") or "client_ip" in fact.fields:
            return fact
        before = [door for door in self._doors.get((fact.host, fact.program, fact.pid), ()) if door.ts <= fact.ts]
        if not before:
            return fact
        door = max(before, key=lambda door: (door.ts, door.raw))
        return fact._replace(fields={**door.fields, **fact.fields})

    def components(self) -> Iterator[tuple[Component, set[str]]]:
        """All journeys in hand, with the keys of each."""
        buckets = list(self._filed.values())
        for bucket in buckets:
            self._legs_of(bucket)
        for component, members in self._components(buckets):
            yield component, {bucket.key for bucket in members}

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
            if component.proxies:
                component.proxies = [self._with_client(fact) for fact in component.proxies]
            yield component, members

    def note(self, members: Iterable[str], book: Book) -> None:
        """Enter a journey in the book, to be recalled by."""
        buckets = [self._filed[key] for key in members]
        self._note(buckets, book)
        for bucket in buckets:
            for agent in filter(None, map(agent_key, self._legs_of(bucket))):
                if agent not in self._filed:  # to be asked for: it may have been seen before
                    book.keys.append(agent)
                    book.first.append(bucket.span()[0])
                    book.last.append(bucket.span()[1])

    def _note(self, members: list[Bucket], book: Book) -> None:
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
            for other in bucket.near:
                if not other.facts:
                    book.waited.append(other.key)
                    book.when.append(last)

    def questions(self, key: str) -> list[int]:
        """Names any of which, if remembered, means that there is more to know than what is in hand under this key."""
        bucket = self._filed.get(key)
        if bucket is None and is_name(key) and key in self._absent:
            spans = [near.span() for near in self._absent[key].near if near.facts]
            if spans:
                return asked(key, min(first for first, _ in spans), max(last for _, last in spans))
        if bucket is None or any(leg.arrival is None for leg in self._legs_of(bucket)):
            return [number(key)]
        return asked(key, *bucket.span())

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
                    if may_continue(leg):
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

    def _watch(self, members: list[Bucket]) -> None:
        """Keep a journey in mind for `forget`: sooner if all of its parts have ended."""
        last, ended = 0, True
        for bucket in members:
            last = max(last, bucket.facts[-1].ts)
            for leg in self._legs_of(bucket):
                ended = ended and (leg.removed > 0 or not leg.queued or _is_deleted(leg))
                last = max(last, leg.last)
        for bucket in members:
            bucket.group = members
        if ended:
            self._ended.append((last, members))
        elif last:  # without a time it is not known to be old
            self._searches += 1
            heappush(self._open, (last, self._searches, members))

    def forget(self, before: int) -> Book:
        """Drop the journeys all of whose parts ended before the given time (µs), and those of which nothing was heard
        for days before it; give what they can be recalled by.

        To be called after `flush`.
        """
        for process in [name for name, doors in self._doors.items() if doors[-1].ts < before]:
            del self._doors[process]
        gone = Book()
        kept: list[tuple[int, list[Bucket]]] = []
        ended, self._ended = self._ended, kept
        for entry in ended:
            last, members = entry
            if last >= before:
                kept.append(entry)
            elif self._is_group(members):
                self._let_go(members, gone)
        # An order without queue IDs is judged by all that is queued: nothing of that may be missing then.
        while self._open and self._open[0][0] < before - IDLE_AFTER and not self._sweeps:
            members = heappop(self._open)[2]
            if self._is_group(members):
                self._let_go(members, gone)
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
        self._continuing, self._touched, self._ended, self.refusals = set(), [], [], {}
        self._doors, self._open = {}, []

    def _is_group(self, members: list[Bucket]) -> bool:
        """Whether these are still a journey. What is left of one that fell apart is watched anew."""
        for bucket in members:
            if bucket.group is not members:
                break
        else:
            return True
        for bucket in members:
            if bucket.group is members:
                self._watch(self._gather(bucket))
        return False

    def _drop(self, bucket: Bucket) -> None:
        key = bucket.key
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


def _is_deleted(leg: Leg) -> bool:
    return bool(leg.actions) and any(fact.fields.get("action") == "delete" for fact in leg.actions)


def _is_new(recalled: set[tuple[int, str]], fact: Fact) -> bool:
    """Whether a fact is not among those recalled; it is then added to them."""
    identity = (fact.ts, fact.raw)
    if identity in recalled:
        return False
    recalled.add(identity)
    return True

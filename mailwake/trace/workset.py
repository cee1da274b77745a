"""The facts in hand, filed by key and joined by the keys they mention; what is settled is let go.

A long log passes through in windows. After each window the journeys that it touched are computed from all their facts;
those that have ended, and ended long enough ago, are dropped from memory. When a later record speaks of one of them
again, its facts are recalled from the store, so that the answer is the same as if all had been read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.journeys import component_rows, refusal_row
from mailwake.trace.keys import fact_key, session_key
from mailwake.trace.legs import bare_id, build_legs
from mailwake.trace.links import Component, may_continue
from mailwake.trace.model import Leg
from mailwake.trace.names import asked, remembered
from mailwake.trace.sweeps import Sweeps
from mailwake.trace.walk import filter_id

Recall = Callable[[set[str]], list[Fact]]
"""Keys to the facts that the store has under them."""

SETTLED_AFTER = 600_000_000
"""A journey whose every part has ended is settled this long (µs of log time) after its last record."""
_PREFIXED = ("t:", "m:", "f:", "n:")


class Workset:
    """Facts under way. Not thread-safe."""

    def __init__(self) -> None:
        self._facts: dict[str, list[Fact]] = {}
        self._legs: dict[str, list[Leg]] = {}
        self._joined: dict[str, list[str]] = {}
        self._by_message_id: dict[str, dict[str, None]] = {}
        self._continuing: set[str] = set()
        """Message-IDs of legs that may be later parts of a message seen before."""
        self._touched: dict[str, None] = {}
        self._sweeps = Sweeps()
        self._recalled: dict[str, set[tuple[int, str]]] = {}
        """For keys recalled from the store: the facts that they have, to know them again when they are read anew."""
        self.refusals: dict[str, Fact] = {}

    def __len__(self) -> int:
        return len(self._facts)

    def add(self, facts: Iterable[Fact]) -> list[str]:
        """Take facts in; give the key of each, in order."""
        filed, touched, legs, recalled = self._facts, self._touched, self._legs, self._recalled
        keys: list[str] = []
        for fact in facts:
            key = fact_key(fact)
            keys.append(key)
            if not key:
                if fact.kind == "queue_action":
                    self._sweeps.add(fact)
                continue
            bucket = filed.get(key)
            if bucket is None:
                if fact.kind == "reject" and key.startswith("n:"):
                    before = self.refusals.get(key)
                    if before is None or len(before.raw) < len(fact.raw):
                        self.refusals[key] = fact
                    continue
                filed[key] = [fact]
            elif recalled and key in recalled:
                if (fact.ts, fact.raw) in recalled[key]:
                    continue
                recalled[key].add((fact.ts, fact.raw))
                bucket.append(fact)
            else:
                bucket.append(fact)
            touched[key] = None
            legs.pop(key, None)
            mentions = _MENTIONS.get(fact.kind)
            if mentions is not None:
                for other in mentions(fact):
                    if other != key:
                        self._join(key, other)
        return keys

    def _join(self, one: str, other: str) -> None:
        self._joined.setdefault(one, []).append(other)
        self._joined.setdefault(other, []).append(one)

    def touched(self) -> set[str]:
        """Keys that facts were added under since the last `flush`, and the keys they mention."""
        found = set(self._touched)
        for key in self._touched:
            found.update(self._joined.get(key, ()))
        return found

    def mentions(self, key: str) -> bool:
        """Whether facts in hand are filed under this key or speak of it."""
        return key in self._facts or key in self._joined

    def known(self, key: str) -> bool:
        """Whether facts under this key are in hand."""
        return key in self._facts

    def merge(self, key: str, facts: list[Fact]) -> None:
        """Put facts recalled from the store before those in hand; doubles fall away."""
        if key.startswith("n:") and facts[0].kind == "reject":
            self.add(facts)
            return
        self._recalled.pop(key, None)
        later = self._facts.pop(key, [])
        self._legs.pop(key, None)
        self.add(facts)
        self._recalled[key] = {(fact.ts, fact.raw) for fact in facts}
        self.add(later)

    def touched_message_ids(self) -> set[str]:
        """Message-IDs of the touched legs."""
        return {bare_id(leg.message_id) for key in self._touched for leg in self._legs_of(key) if leg.message_id}

    def flush(self) -> Iterator[tuple[set[str], list[Row]]]:
        """Compute the touched journeys: (keys, rows) of each; refusals without a queue ID have no keys."""
        for fact in self.refusals.values():
            yield set(), [refusal_row(fact)]
        self.refusals = {}
        touched, self._touched = self._touched, {}
        for key in touched:
            self._legs_of(key)
        swept = self._sweeps.assign(self._legs)
        for where in self._sweeps.take_changed():
            touched.setdefault(where)
        for component, members in self._components(touched):
            yield members, component_rows(component, swept)

    def components(self) -> Iterator[tuple[Component, set[str]]]:
        """All journeys in hand, with the keys of each."""
        for key in self._facts:
            self._legs_of(key)
        return self._components(self._facts)

    def _components(self, keys: Iterable[str]) -> Iterator[tuple[Component, set[str]]]:
        done: set[str] = set()
        for key in keys:
            if key in done or key not in self._facts:
                continue
            members = self._component_keys(key)
            done.update(members)
            component = Component()
            for member in sorted(members):
                component.add(member, self._facts[member], self._legs_of(member))
            component.dangling = self._dangling(members)
            yield component, members

    def _dangling(self, members: set[str]) -> list[str]:
        """Keys that these mention and nothing is filed under: queue IDs of other sites' servers, mostly."""
        found = {other for member in members for other in self._joined.get(member, ()) if other not in self._facts}
        return sorted(found)

    def names(self, members: Iterable[str]) -> list[str]:
        """What a journey can be recalled by, see `names`."""
        keys: list[tuple[str, int, int]] = []
        message_ids: list[str] = []
        waited: list[tuple[str, int]] = []
        for member in members:
            first, last = self.span(member)
            keys.append((member, first, last))
            message_ids.extend(bare_id(leg.message_id) for leg in self._legs_of(member) if leg.message_id)
            waited.extend((other, last) for other in self._joined.get(member, ()) if other not in self._facts)
        return remembered(keys, message_ids, waited)

    def span(self, key: str) -> tuple[int, int]:
        """First and last time (µs) of what is filed under a key."""
        times = [fact.ts for fact in self._facts[key]]
        return min(times), max(times)

    def questions(self, key: str) -> list[str]:
        """Names any of which, if remembered, means that there is more to know than what is in hand under this key."""
        facts = self._facts.get(key)
        if facts is None or any(leg.arrival is None for leg in self._legs_of(key)):
            return [key]
        return asked(key, *self.span(key))

    def _legs_of(self, key: str) -> list[Leg]:
        legs = self._legs.get(key)
        if legs is None:
            legs = self._legs[key] = [] if key.startswith(_PREFIXED) else build_legs(key, self._facts[key])
            for leg in legs:
                message_id = bare_id(leg.message_id)
                if message_id:
                    self._by_message_id.setdefault(message_id, {})[key] = None
                    if may_continue(leg):
                        self._continuing.add(message_id)
                    if ("m:" + message_id) in self._facts:
                        self._join(key, "m:" + message_id)
        return legs

    def _component_keys(self, start: str) -> set[str]:
        """All keys in hand that are joined with start, directly or through others."""
        found = {start}
        stack = [start]
        facts, joined, continuing = self._facts, self._joined, self._continuing
        seen: set[str] = set()
        while stack:
            key = stack.pop()
            near = joined.get(key, ())
            for other in near:
                if other not in found and other in facts:
                    found.add(other)
                    stack.append(other)
            for leg in self._legs_of(key):
                message_id = bare_id(leg.message_id)
                if message_id in continuing and message_id not in seen:
                    seen.add(message_id)
                    for other in self._by_message_id[message_id]:
                        if other not in found and other in facts:
                            found.add(other)
                            stack.append(other)
        return found

    def forget(self, before: int) -> list[str]:
        """Drop the journeys all of whose parts ended before the given time (µs); give what they can be recalled by."""
        gone: list[str] = []
        checked: set[str] = set()
        for start in list(self._facts):
            if start in checked or start not in self._facts:
                continue
            if not self._ended(start, before):
                continue
            members = self._component_keys(start)
            checked.update(members)
            if all(self._ended(member, before) for member in members):
                gone.extend(self.names(members))
                for member in members:
                    self._drop(member)
        return gone

    def _ended(self, key: str, before: int) -> bool:
        if self._facts[key][-1].ts >= before:
            return False
        return all(_is_over(leg, before) for leg in self._legs_of(key))

    def _drop(self, key: str) -> None:
        for leg in self._legs.pop(key, ()):
            leg.inbound, leg.outbound = None, []  # legs and links hold each other
            message_id = bare_id(leg.message_id)
            keys = self._by_message_id.get(message_id)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del self._by_message_id[message_id]
                    self._continuing.discard(message_id)
        for other in self._joined.pop(key, ()):
            back = self._joined.get(other)
            if back is not None:
                self._joined[other] = back = [name for name in back if name != key]
                if not back:
                    del self._joined[other]
        del self._facts[key]
        self._recalled.pop(key, None)


def _is_over(leg: Leg, before: int) -> bool:
    if leg.last >= before:
        return False
    return bool(leg.removed) or not leg.queued


def _arrive_mentions(fact: Fact) -> list[str]:
    fields = fact.fields
    return [fields[name] for name in ("orig_queue_id", "requeued_from", "parent_id") if fields.get(name)]


def _deliver_mentions(fact: Fact) -> list[str]:
    fields = fact.fields
    found = []
    token = fields.get("token")
    if token:
        found.append(session_key(token))
    next_id = fields.get("next_id")
    if next_id:
        found.append(next_id)
    if not token:
        found.extend(_filter_mention(fact))
    return found


def _filter_mention(fact: Fact) -> list[str]:
    name = filter_id(fact.fields.get("reply", ""))
    return [f"f:{name}"] if name else []


def _notify_mentions(fact: Fact) -> list[str]:
    child = fact.fields.get("child_id")
    return [child] if child else []


_MENTIONS: dict[str, Callable[[Fact], list[str]]] = {
    "arrive": _arrive_mentions,
    "deliver": _deliver_mentions,
    "notify": _notify_mentions,
    "verdict": lambda fact: list(fact.fields.get("queued_as", ())),
    "proxy_accept": _filter_mention,
}

"""Deliveries into a mailbox that name no session of the mailbox server's: joined with one by user and time.

OpenSMTPD gives a message to a program (mail.lmtp) that keeps the answer to itself, and logs no Message-ID either. The
mailbox server's session of that very user at that very time, which no other server's reply names, is its other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mailwake.events.fact import Fact
from mailwake.trace.buckets import Bucket
from mailwake.trace.component import Component
from mailwake.trace.model import Leg

NEAR = 10_000_000
"""How far (µs) the two may be apart: clocks of two hosts, and stamps of whole seconds."""


def is_unnamed(fact: Fact) -> bool:
    """Whether a record is of such a delivery."""
    fields = fact.fields
    return "account" in fields and fact.kind == "deliver" and fields.get("status") == "sent" and "token" not in fields


def names_of(fact: Fact) -> set[str]:
    """The users that a delivery may be for: the address before and after aliases, the account, without domains."""
    fields = fact.fields
    found = (fields.get(name, "") for name in ("recipient", "orig_recipient", "account"))
    return {_local(str(name)) for name in found if name}


def _local(name: str) -> str:
    return name.lower().partition("@")[0].partition("+")[0]


def _span(facts: Iterable[Fact]) -> tuple[int, int]:
    times = [fact.ts for fact in facts]
    return min(times), max(times)


def _users(facts: Iterable[Fact]) -> set[str]:
    return {_local(str(fact.fields["user"])) for fact in facts if fact.fields.get("user")}


def is_spoken_of(bucket: Bucket) -> bool:
    """Whether another server's reply names a session."""
    return any(bucket.key in other.said for other in bucket.near)


class Unnamed:
    """Such deliveries in hand."""

    def __init__(self) -> None:
        self._given: dict[str, list[Fact]] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._given)

    def add(self, key: str, fact: Fact) -> None:
        """Take one in, filed under a key."""
        self._given.setdefault(key, []).append(fact)

    def sides(self, filed: Mapping[str, Bucket]) -> Iterator[tuple[Bucket, Bucket]]:
        """What is filed of a message, and of a session that may be the other side of its delivery."""
        sessions: dict[str, list[tuple[int, int, Bucket]]] = {}
        for key, bucket in filed.items():
            if key.startswith("t:") and not is_spoken_of(bucket):
                for user in _users(bucket.facts):
                    sessions.setdefault(user, []).append((*_span(bucket.facts), bucket))
        for key, facts in self._given.items():
            for fact in facts if key in filed else ():
                for name in names_of(fact):
                    for first, last, bucket in sessions.get(name, ()):
                        if first - NEAR <= fact.ts <= last + NEAR:
                            yield filed[key], bucket

    def forget(self, before: int) -> None:
        """Let go of those of before a time (µs)."""
        left = {key: [fact for fact in facts if fact.ts >= before] for key, facts in self._given.items()}
        self._given = {key: facts for key, facts in left.items() if facts}


def other_sides(component: Component) -> dict[int, str]:
    """The session of each such delivery, by the identity of its record: the pairs that are nearest come first."""
    given = [
        fact
        for leg in component.legs
        for recipient in leg.recipients.values()
        for fact in recipient.attempts
        if is_unnamed(fact)
    ]
    if not given:
        return {}
    spoken = {key for said in component.said.values() for key in said}
    pairs = []
    for key, facts in component.mailboxes.items():
        if not key.startswith("t:") or key in spoken:
            continue
        users, (first, last) = _users(facts), _span(facts)
        for number, fact in enumerate(given):
            gap = max(first - fact.ts, fact.ts - last, 0)
            if gap <= NEAR and not users.isdisjoint(names_of(fact)):
                pairs.append((gap, fact.ts, fact.raw, first, key, number))
    found: dict[int, str] = {}
    taken: set[str] = set()
    for *_, key, number in sorted(pairs):
        if key not in taken and id(given[number]) not in found:
            taken.add(key)
            found[id(given[number])] = key
    return found


def sessions_of(component: Component, leg: Leg) -> list[str]:
    """The keys of the sessions that deliveries of a leg were joined with."""
    sides = component.sides
    return [sides[id(fact)] for one in leg.recipients.values() for fact in one.attempts if sides and id(fact) in sides]

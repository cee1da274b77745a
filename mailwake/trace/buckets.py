"""A bucket: the facts filed under one key, and which other keys its facts speak of."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.filters import filter_id
from mailwake.trace.keys import (
    QUEUE_KINDS,
    SESSION_KINDS,
    client_key,
    loop_key,
    met_at,
    met_loop,
    met_names,
    met_unsaved,
    met_with,
    refused_names,
    session_key,
    unsaved_key,
    words_met,
)
from mailwake.trace.model import Leg

PREFIXED = ("t:", "m:", "f:", "n:", "s:", "e:", "p:")
"""Beginnings of keys that are no queue IDs."""
PLAIN, REFUSAL, SESSION, MENTIONING, SPECIAL = 1, 2, 3, 4, 5
"""How a fact is filed: under its own key; so, or as a refusal that got no key; under its session's id, if it has one;
under its own key, and it may speak of other keys; under a key to be worked out, and it may speak of others."""
FILING: dict[str, int] = {
    **dict.fromkeys(QUEUE_KINDS, PLAIN),
    **dict.fromkeys(("arrive", "envelope", "deliver", "deliveries", "note", "notify"), MENTIONING),
    "reject": REFUSAL,
    **dict.fromkeys(SESSION_KINDS, SESSION),
    "check": SPECIAL,
    **dict.fromkeys(
        ("verdict", "policy", "mailbox", "item", "proxy_accept", "proxy_client", "traced", "abandoned"), SPECIAL
    ),
}
"""Kinds that are not here (statistics), and sessions without an id (a third of a log and more), are never filed."""
_ORIGINS = ("orig_queue_id", "requeued_from", "parent_id")


class Bucket:
    """What is known of one key. One without facts is a place kept for a key that others speak of.

    There is one for every third line of a log: what mostly stays as it is stands in the class, which halves the cost.
    """

    legs: list[Leg] | None = None
    """Made of the facts; None when they have to be made anew."""
    touched: bool = False
    mark: int = 0
    """Number of the search that came by last."""
    group: list[Bucket] | None = None
    """The journey it belongs to, once all parts of that have ended."""
    recalled: set[tuple[int, str]] | None = None
    """If recalled from the store: the facts that it has, to know them again when they are read anew."""

    gone: int = 0
    """How many of `near`, which a place without facts keeps, were let go meanwhile."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.facts: list[Fact] = []
        self.said: list[str] = []
        """Keys that its facts speak of."""
        self.near: list[Bucket] = []
        """Buckets whose facts speak of this one, or that its facts speak of."""

    def span(self) -> tuple[int, int]:
        """First and last time (µs) of its facts."""
        first = last = self.facts[0][0]
        for fact in self.facts:
            ts = fact[0]  # by place: a third of the time of its name
            if ts > last:
                last = ts
            elif ts < first:
                first = ts
        return first, last


def join(one: Bucket, other: Bucket) -> None:
    """Note that one speaks of the other; that it did so a moment ago already is quickly seen."""
    if not one.near or one.near[-1] is not other:
        one.near.append(other)
        other.near.append(one)


def part(bucket: Bucket) -> list[str]:
    """Take a bucket that is let go from the places near it; give the keys of those that nothing is near any more.

    Thousands may speak of one key, so a place is swept only when much of what it keeps is gone.
    """
    near, bucket.near, bucket.facts = bucket.near, [], []
    empty: list[str] = []
    for other in near:
        if not other.facts and other.near:
            other.gone += 1
            if other.gone >= len(other.near):
                other.near, other.gone = [], 0
                empty.append(other.key)
    for other in near:
        if other.gone > 100 and other.gone * 2 > len(other.near):
            tidy(other)
    return empty


def tidy(place: Bucket) -> None:
    """Sweep out what was let go: it has nothing near it."""
    if place.gone:
        place.near, place.gone = [known for known in place.near if known.near], 0


def mentions(fact: Fact) -> list[str]:
    """Keys that a fact speaks of."""
    names = fact[6].get("names")
    return [*names, *_mentions(fact)] if names else _mentions(fact)


def _mentions(fact: Fact) -> list[str]:
    kind, fields = fact[4], fact[6]
    if kind == "deliver" or kind == "deliveries":
        token, next_id = fields.get("token"), fields.get("next_id")
        if token:
            return [session_key(token), next_id] if next_id else [session_key(token)]
        found = list(fields["next_ids"]) if "next_ids" in fields else [next_id] if next_id else []
    elif kind == "arrive":
        origins = [fields[name] for name in _ORIGINS if fields.get(name)]
        return [*origins, client_key(fields["session"])] if "session" in fields else origins
    elif kind == "notify":
        return [fields["child_id"]] if fields.get("child_id") else []
    elif kind == "envelope" or kind == "reject":
        said = [client_key(fields["session"])] if "session" in fields else []
        name = filter_id(fields.get("text", "")) if kind == "reject" and fields.get("by") == "proxy" else ""
        if kind == "reject":
            said.extend(filter(None, (loop_key(fact), *refused_names(fact))))
        return [*said, "f:" + name] if name else said
    elif kind == "mailbox":
        unsaved = unsaved_key(fact)
        found = [unsaved] if unsaved else []
        return [*found, session_key(fields["token"])] if "token" in fields else found
    elif kind == "proxy_accept":
        found = []
    else:
        return list(fields.get("queued_as", ())) if kind == "verdict" else _remarked(fact)
    reply = fields.get("reply", "")
    name = filter_id(reply) if "(" in reply or ", id=" in reply else ""
    if name:
        found.append("f:" + name)
    if fields.get("status") != "sent":
        found += _refused(fact) if kind == "deliver" else _refused_each(fact)
    return found


def _refused(fact: Fact) -> list[str]:
    """What a delivery that another server refused speaks of, if that is one of ours."""
    echo, unsaved = met_with(fact), met_unsaved(fact)
    return [echo, *met_at(fact), *met_loop(fact), *met_names(fact), *unsaved] if echo else unsaved


def _refused_each(fact: Fact) -> list[str]:
    """The same of deliveries to several recipients, told by one record."""
    fields = fact.fields
    recipients = fields.get("recipients")
    if recipients is None:  # dma: another record names it; so do the words, mostly
        words = words_met(fact)
        recipients = [words[1:].partition(">")[0]] if words.startswith("<") else []
    found = [_refused(fact._replace(fields={**fields, "recipient": name})) for name in recipients]
    return [name for names in found for name in names]


def _remarked(fact: Fact) -> list[str]:
    """What a remark on one of several servers speaks of."""
    return met_names(fact) if fact.kind == "note" and "relay_ip" in fact.fields else []

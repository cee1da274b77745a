"""Facts of one queue ID to legs: one leg for each life of the ID on each host.

Short queue IDs are reused within seconds, lines of one second come in any order and the first or last lines of a life
may be missing; so facts are put in order by time and then by the order in which a queue produces them, and a new life
begins where one is born, or where the last one had ended.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from mailwake.events.fact import Fact
from mailwake.events.replies import enhanced_code
from mailwake.trace.learning import bare_id, deliver, forget_unrouted, has_ways, learn, split_local
from mailwake.trace.model import Leg
from mailwake.trace.nearest import Nearest
from mailwake.trace.parts import named
from mailwake.trace.twins import SECOND, without_doubles

_RANK = {
    "arrive": 0,
    "envelope": 1,
    "header": 1,
    "message_id": 2,
    "check": 3,
    "verdict": 3,
    "policy": 3,
    "reject": 4,
    "active": 5,
    "note": 6,
    "deliver": 6,
    "deliveries": 6,
    "expand": 5,
    "notify": 7,
    "expire": 8,
    "queue_action": 8,
    "remove": 9,
}
_OF_MANAGER = (_RANK["active"], _RANK["remove"])
_ONCE = 1 << _RANK["arrive"] | 1 << _RANK["message_id"] | 1 << _RANK["remove"]
"""What is said once in a life of an ID: a second one is of another life, or a double."""
_FOREIGN = frozenset({"verdict", "policy", "proxy_accept"})
"""What others than the queue's own host say of a message."""
_APART = _FOREIGN | {"deliveries"}
"""Kinds that have to be looked at before a life is made of them."""
_INTO_MAILBOX = frozenset({"mailbox", "command"})
_BY_ITSELF = frozenset({"virtual", "lmtp"})
"""Agents that never run a program."""
_LIST_REPLY = "250 Ok"
"""Mailman 3's answer (runners/lmtp.py), which has no session in it either; Dovecot's and Cyrus' do. An Exim transport
may have any name, and does not say that it speaks LMTP."""
_REMOVED_GRACE = 10_000_000
"""Facts this long (µs) after the end of a life still belong to it; later ones are of a life whose birth was not
seen."""


def order(fact: Fact) -> tuple[int, int]:
    """Sort key: time, then the order in which a queue produces its records."""
    return fact.ts, _RANK.get(fact.kind, 6)


def build_legs(key: str, facts: list[Fact]) -> list[Leg]:
    """All legs of one queue ID, from all facts filed under it (of all hosts), oldest first."""
    host = facts[0].host
    for fact in facts:
        if fact.host != host or fact.kind in _APART:
            return _of_several(key, facts)
    return _of_host(host, key, facts)


def _of_several(key: str, facts: list[Fact]) -> list[Leg]:
    """The same where several hosts, or filters too, speak of the ID."""
    own: dict[str, list[Fact]] = {}
    foreign: list[Fact] = []
    unnamed = False
    for fact in spread(facts):
        unnamed = unnamed or fact.kind == "deliveries"
        if fact.kind in _FOREIGN:
            foreign.append(fact)
        else:
            own.setdefault(fact.host, []).append(fact)
    for host in [host for host in own if "." in host and host.partition(".")[0] in own]:
        own[host.partition(".")[0]] += own.pop(host)  # two routes of the log, one with the full name
    legs: list[Leg] = []
    for host, mine in own.items():
        legs.extend(_of_host(host, key, mine))
    if unnamed:
        for told in legs:
            _name(told)
    if len(legs) > 1:
        legs.sort(key=_age)
    if len(foreign) > 1:
        foreign.sort(key=lambda fact: (fact.ts, fact.program, fact.raw))
    near = Nearest(legs)
    for fact in foreign:
        leg = near.to(fact)
        if leg is not None:
            _tell(leg, fact)
    return legs


def _tell(leg: Leg, fact: Fact) -> None:
    """Tell a leg what somebody else than its host says of it."""
    leg.facts.append(fact)
    if not leg.message_id and fact.fields.get("message_id"):
        leg.message_id = fact.fields["message_id"]  # not every server logs it
        leg.bare_id = bare_id(leg.message_id)
    if fact.kind != "proxy_accept":
        leg.verdicts.append(fact)
        leg.named.extend(fact.fields.get("recipients", ()))


def spread(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Facts, those of several deliveries taken apart into one for each recipient (with recipient "" for none).

    Those that do not name their recipients stay as they are: see `parts`.
    """
    for fact in facts:
        if fact.kind != "deliveries" or "recipients" not in fact.fields:
            yield fact
            continue
        fields = {name: value for name, value in fact.fields.items() if name not in ("recipients", "replies")}
        recipients = fact.fields["recipients"] or [""]
        replies = fact.fields.get("replies") or [fields.get("reply", "")] * len(recipients)
        for recipient, reply in zip(recipients, replies, strict=False):
            one = {**fields, "recipient": recipient, "reply": reply}
            if "dsn" not in fields:
                one["dsn"] = enhanced_code(reply)
            yield fact._replace(kind="deliver", fields=one)


def _of_host(host: str, key: str, facts: list[Fact]) -> list[Leg]:
    """All legs of one queue ID on one host. Facts mostly come in their order already, so that is looked at first."""
    last, last_rank, owner, in_order, doubled = 0, -1, "", True, False
    seen, manager, by_others = 0, -1, False
    for fact in facts:
        ts, rank = fact.ts, _RANK.get(fact.kind, 6)
        if ts <= last and (ts < last or rank < last_rank):
            in_order = False
        bit = 1 << rank
        if bit & _ONCE:
            doubled = doubled or bool(seen & bit)
            seen |= bit
        last, last_rank = ts, rank
        if rank in _OF_MANAGER:
            if owner and fact.program != owner:
                return _of_queues(host, key, without_doubles(facts))
            owner = fact.program
            by_others = by_others or manager not in (-1, fact.pid)
            manager = fact.pid
    if by_others and "/" not in owner:
        facts = _by_hand(facts)
    if not in_order:
        facts = sorted(facts, key=order)
    if doubled or not in_order or bool(facts[0].ts % SECOND) != bool(facts[-1].ts % SECOND):
        facts = without_doubles(facts)
    return _lives(host, key, facts)


def _by_hand(facts: list[Fact]) -> list[Fact]:
    """Facts, removals by postsuper told from those by the queue manager where the tag was cut down to `postfix`.

    Both say `removed`. The queue manager says of each message that it removes that it had it (`queue active`).
    """
    managers = {fact.pid for fact in facts if fact.kind == "active"}
    deleted = {"action": "delete", "actor": "admin"}
    return [
        fact._replace(kind="queue_action", fields=deleted)
        if fact.kind == "remove" and managers and fact.pid not in managers
        else fact
        for fact in facts
    ]


def _of_queues(host: str, key: str, facts: list[Fact]) -> list[Leg]:
    """The same where several queue managers, or one under several tags, may have been at work."""
    legs: list[Leg] = []
    queues = _queues(facts)
    born: dict[int, list[tuple[str, Leg]]] = {}
    for owner, queue in queues.items():
        for leg in _lives(host, key, sorted(queue, key=order)):
            born.setdefault(leg.first, []).append((owner, leg))
            legs.append(leg)
    for same in born.values():
        for owner, leg in same if len(same) > 1 else ():
            leg.instance = owner
    legs.sort(key=_age)
    return legs


def _age(leg: Leg) -> tuple[int, str]:
    return leg.first, leg.host + leg.instance


def _queues(facts: list[Fact]) -> dict[str, list[Fact]]:
    """Split one host's facts by Postfix instance, if two instances with queues of their own use the same ID.

    A `syslog_name` alone does not make an instance (services get one too): only who runs a queue manager does.
    """
    owners = {fact.program.partition("/")[0] for fact in facts if fact.kind in ("active", "remove")}
    if len(owners) < 2:
        return dict.fromkeys(owners or {""}, facts)
    split: dict[str, list[Fact]] = {owner: [] for owner in sorted(owners)}
    rest: list[Fact] = []
    for fact in facts:
        split.get(fact.program.partition("/")[0], rest).append(fact)
    times = {owner: sorted(fact.ts for fact in own) for owner, own in split.items()}
    for fact in rest:
        instance, ts = fact.program.partition("/")[0], fact.ts
        nearest = min(split, key=lambda owner: (not instance.startswith(owner), _distance(times[owner], ts)))
        split[nearest].append(fact)
    return split


def _distance(times: list[int], ts: int) -> int:
    """From a time to the nearest one of several, which are in order."""
    at = bisect_left(times, ts)
    return min(abs(one - ts) for one in times[max(at - 1, 0) : at + 1])


def _lives(host: str, key: str, facts: list[Fact]) -> list[Leg]:
    """Legs of facts that are in order."""
    leg = Leg(host, key, facts[0].ts)
    legs = [leg]
    for fact in facts:
        kind, ts = fact.kind, fact.ts
        if (kind == "arrive" or kind == "message_id" or (leg.removed and ts > leg.removed)) and _begins_another(
            leg, fact
        ):
            leg = Leg(host, key, ts)
            legs.append(leg)
        target = leg
        if kind == "deliver" and ts == leg.first and len(legs) > 1:
            target = _born_nearest(legs[-2], leg, fact)
        target.facts.append(fact)
        if ts > target.last:
            target.last = ts
        learn(target, fact, kind)
    for leg in legs:
        leg.bare_id = bare_id(leg.message_id)
        if len(leg.recipients) > 1:
            forget_unrouted(leg)
        for recipient in leg.recipients.values():
            if len(recipient.attempts) > 1 and has_ways(recipient.attempts):
                split_local(leg)
                break
    return legs


def _name(leg: Leg) -> None:
    """Put deliveries that name nobody down to the recipients that they are for."""
    before = set(map(id, leg.facts))
    leg.facts = named(leg)
    for fact in leg.facts:
        if id(fact) not in before:
            deliver(leg, fact)
    for recipient in leg.recipients.values():
        recipient.attempts.sort(key=lambda fact: (*order(fact), fact.raw))
    if not leg.recipients:
        leg.nameless = [fact for fact in leg.facts if fact.kind == "deliveries"]
        if leg.sender is None and leg.nameless:
            leg.sender = leg.nameless[0].fields.get("sender")


def _begins_another(leg: Leg, fact: Fact) -> bool:
    """Whether fact cannot belong to this life of the queue ID."""
    kind = fact.kind
    if kind == "arrive":
        if leg.arrival is None:
            return bool(leg.removed) or leg.queued
        # A record for each recipient of one message: all of them name the session that it came in by.
        return "session" not in fact.fields or fact.fields["session"] != leg.arrival.get("session")
    if leg.removed and fact.ts > leg.removed:
        if kind == "message_id":
            return True
        return fact.ts > leg.removed + _REMOVED_GRACE
    return (
        kind == "message_id"
        and not fact.fields.get("resent")
        and leg.queued
        and leg.message_id != fact.fields["message_id"]
    )


def _born_nearest(before: Leg, after: Leg, fact: Fact) -> Leg:
    """The life that a delivery in the very second of a rebirth belongs to: its `delay=` tells when the message came."""
    delay = fact.fields.get("delay")
    if delay is None or (before.removed and before.removed < fact.ts):
        return after
    born = fact.ts - int(delay * 1_000_000)
    return before if abs(born - before.first) < abs(born - after.first) else after


def agent_key(leg: Leg) -> str:
    """The key under which a local delivery agent (Dovecot's LDA) speaks of this leg's deliveries; "" without any."""
    if leg.message_id:
        for recipient in leg.recipients.values():
            if by_agent(recipient.attempts):
                return "m:" + leg.bare_id
    return ""


def by_agent(attempts: list[Fact]) -> bool:
    """Whether a recipient's mail may have been given to a program of the mailbox server's, or to a mailing list: these
    have no session to name."""
    for attempt in attempts:
        fields = attempt.fields
        if (
            fields.get("disposition") in _INTO_MAILBOX
            and not fields.get("token")
            and "relay_ip" not in fields
            and fields.get("agent") not in _BY_ITSELF
        ):
            return True
        if fields.get("reply") == _LIST_REPLY and (fields.get("agent") == "lmtp" or "transport" in fields):
            return True
    return False

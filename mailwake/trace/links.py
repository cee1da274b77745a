"""Links between legs, strongest evidence first, each with its rule and grade; the weakest is in `same_id`."""

from __future__ import annotations

from mailwake.trace.component import Component
from mailwake.trace.doors import apply, with_client
from mailwake.trace.hops import by_instance, by_sending, names_of
from mailwake.trace.model import INFERRED, PROVEN, Leg, Recipient, attach
from mailwake.trace.origins import may_continue
from mailwake.trace.same_id import SameId, addresses_of
from mailwake.trace.sessions import lend
from mailwake.trace.split import Split, split_of
from mailwake.trace.unnamed import other_sides

_MINUTE = 60_000_000
BEFORE = 60 * _MINUTE
"""A next hop logs its arrival before the previous one logs the delivery: by the whole transfer, and clocks differ."""
AFTER = 10 * _MINUTE


def resolve(component: Component) -> None:
    """Find for each leg which one it came from (`Leg.inbound`), and so where each message went on."""
    legs = component.legs
    _prepare(component)
    if component.mailboxes:
        component.sides = other_sides(component)
    if len(legs) < 2:  # nothing goes on to itself
        return
    for leg in legs:
        if leg.arrival is not None:
            _by_origin(component, leg)
    if component.tracked:
        component.names = names_of(legs)
    component.astray.clear()
    for leg in legs:
        split = split_of(leg)
        for recipient in leg.recipients.values():
            _by_reply(component, leg, recipient, split)
        if leg.verdicts:
            _by_verdict(component, leg)
    if component.tracked:
        by_sending(legs)
    _by_message_id(component)
    if component.astray:
        _for_want_of_better(component)
    if component.tracked:
        by_instance(legs)


def _by_message_id(component: Component) -> None:
    for same in _by_bare_id(component.legs):
        found: SameId | None = None
        for place, leg in enumerate(same):
            if leg.inbound is None and may_continue(leg):
                found = found or SameId(component, same)
                found.join(place)


def _prepare(component: Component) -> None:
    """Forget all links, and tell the legs what others than their own queue say of them."""
    if component.sessions:
        lend(component.legs, component.sessions)
    for leg in component.legs:
        leg.inbound = None
        leg.outbound = []
    if component.gates:
        apply(component.gates, component.legs)
    if component.doors:
        component.proxies = [with_client(fact, component.doors) for fact in component.proxies]
        component.refusals = [with_client(fact, component.doors) for fact in component.refusals]
    if component.filters or component.proxies:
        _by_filter(component)


def _by_bare_id(legs: list[Leg]) -> list[list[Leg]]:
    """Legs that have a Message-ID in common."""
    mids: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.message_id:
            mids.setdefault(leg.bare_id, []).append(leg)
    return [same for same in mids.values() if len(same) > 1]


def _by_origin(component: Component, leg: Leg) -> None:
    """XFORWARD's orig_queue_id (Postfix smtpd), and orig_id= of a requeued message (Postfix pickup)."""
    rule, origin = "orig_queue_id", leg.arrival.get("orig_queue_id", "") if leg.arrival is not None else ""
    if leg.requeued_from:
        rule, origin = "orig_id", leg.requeued_from
    if not origin or _came_to_nothing(leg):
        return
    parents = [p for p in component.legs_of.get(origin, ()) if p is not leg and p.first <= leg.first + AFTER]
    if len(parents) == 1:
        attach(parents[0], leg, rule, PROVEN, None)
    elif parents:
        parent = min(parents, key=lambda p: (rule == "orig_id" and p.host != leg.host, _distance(p, leg)))
        attach(parent, leg, rule, PROVEN, None)


def _came_to_nothing(leg: Leg) -> bool:
    """Whether no message came of an arrival: a filter that passes on each command named the recipients and then, when
    it had decided, took them back. One that is told with its recipients is in the queue."""
    if leg.arrival is not None and leg.arrival.get("recipients"):
        return False
    return not (leg.message_id or leg.queued or leg.recipients or leg.rejects or leg.checks or leg.removed)


def _distance(parent: Leg, leg: Leg) -> tuple[bool, int]:
    """How far the arrival of leg is from the life of parent; Message-IDs that agree come first."""
    gap = max(parent.first - leg.first, leg.first - parent.last, 0)
    return _other_id(parent, leg), gap


def _other_id(one: Leg, other: Leg) -> bool:
    return bool(one.message_id and other.message_id and one.bare_id != other.bare_id)


def _for_want_of_better(component: Component) -> None:
    """Recipients of whom nothing tells that they went elsewhere go where the reply says, as an address may be
    rewritten."""
    for leg in component.legs:
        linked = {id(link.recipient) for link in leg.outbound}
        left = [one for one in leg.recipients.values() if id(one) in component.astray and id(one) not in linked]
        found = {low: link.child for link in leg.outbound for low in addresses_of(link.child)} if left else {}
        for recipient in left:
            if recipient.low in found:
                attach(leg, found[recipient.low], "Message-ID", INFERRED, recipient)
            else:
                _by_reply(component, leg, recipient, None)


def _by_reply(component: Component, leg: Leg, recipient: Recipient, split: Split | None) -> None:
    """The queue ID in the reply of the next server (`queued as`), or of a local forward (`forwarded as`).

    split: a filter may have split the message; who is not in the one that it names is looked for in others first.
    """
    for attempt in recipient.attempts:
        next_id = attempt.fields.get("next_id")
        if next_id and "next_ids" in attempt.fields:
            next_id = _own_id(component, recipient, attempt.fields["next_ids"]) or next_id
        if next_id and (next_id in component.legs_of or next_id in component.names):
            child = _candidate(component, next_id, leg, attempt.ts)
            if split is not None and child is not None and split.is_without(child, recipient):
                component.astray.add(id(recipient))
                continue
            rule = "forwarded as" if attempt.fields.get("disposition") == "forward" else "queued as"
            attach(leg, child, rule, PROVEN, recipient)


def _own_id(component: Component, recipient: Recipient, ids: list[str]) -> str:
    """Which of the ids that a server gave for one transaction is of the message that it made for this recipient."""
    for name in ids:
        for leg in component.legs_of.get(name, ()):
            if recipient.low in (known.lower() for known in leg.named) or recipient.low in addresses_of(leg):
                return name
    return ""


def _by_verdict(component: Component, leg: Leg) -> None:
    """The queue IDs under which a filter says that it handed the message on."""
    for verdict in leg.verdicts:
        for queue_id in verdict.fields.get("queued_as", ()):
            attach(leg, _candidate(component, queue_id, leg, verdict.ts or leg.last), "queued_as", PROVEN, None)


def _candidate(component: Component, queue_id: str, parent: Leg, when: int) -> Leg | None:
    """The life of queue_id that began when parent handed a message over."""
    found = [
        leg
        for leg in component.legs_of.get(queue_id) or component.names.get(queue_id, [])
        if leg is not parent
        and when - BEFORE <= leg.first <= when + AFTER
        # Another Message-ID, from outside: another site's server uses an ID that happens to be one of ours, too.
        and (may_continue(leg) or not _other_id(parent, leg))
    ]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda leg: _distance_at(parent, leg, when))


def _distance_at(parent: Leg, leg: Leg, when: int) -> tuple[bool, int]:
    return _other_id(parent, leg), abs(leg.first - when)


def _by_filter(component: Component) -> None:
    """What a filter before the queue says of the messages that it handed on, and who the client was. To be repeated at
    will."""
    for facts in component.filters.values():
        for fact in facts:
            for queue_id in fact.fields.get("queued_as", ()):
                leg = _born_at(component, queue_id, fact.ts)
                if leg is not None and all(known is not fact for known in leg.verdicts):
                    leg.verdicts.append(fact)
                    leg.verdicts.sort(key=lambda known: (known.ts, known.program, known.raw))
    for fact in component.proxies:
        leg = _born_at(component, str(fact.fields.get("next_id", "")), fact.ts)
        if leg is not None and "client_ip" in fact.fields:
            leg.door = fact


def _born_at(component: Component, queue_id: str, when: int) -> Leg | None:
    """The life of an ID that began next to a time."""
    legs = [leg for leg in component.legs_of.get(queue_id, ()) if when - BEFORE <= leg.first <= when + AFTER]
    return min(legs, key=lambda leg: (abs(leg.first - when), leg.host)) if legs else None

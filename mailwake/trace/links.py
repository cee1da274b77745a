"""Links between legs, strongest evidence first, each with its rule and grade.

A Message-ID alone never joins: lists, cron mails and retries repeat it. It is used only where a leg came from one of
our
own hosts (loopback, private address, local submission) and nothing stronger says from which message.
"""

from __future__ import annotations

from ipaddress import ip_address

from mailwake.events.fact import Fact
from mailwake.trace.handover import Handovers
from mailwake.trace.hops import by_instance, by_sending, names_of
from mailwake.trace.instances import addresses
from mailwake.trace.legs import by_agent
from mailwake.trace.model import INFERRED, PROVEN, Leg, Recipient, attach
from mailwake.trace.sessions import lend

_MINUTE = 60_000_000
_BEFORE = 60 * _MINUTE
"""A next hop logs its arrival before the previous one logs the delivery: by the whole transfer, and clocks differ."""
_AFTER = 10 * _MINUTE
_INFER_BEFORE = 5 * _MINUTE
_INFER_AFTER = 5 * _MINUTE
_PREFIXES = frozenset({"t:", "m:", "f:", "n:", "s:"})
"""Of keys that are no queue IDs: see `keys`."""


class Component:
    """The legs, delivery sessions and filter records that point to each other."""

    __slots__ = (
        "filters",
        "legs",
        "legs_of",
        "mailboxes",
        "names",
        "proxies",
        "refusals",
        "said",
        "sessions",
        "tracked",
    )

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self.legs_of: dict[str, list[Leg]] = {}
        """Legs by queue ID."""
        self.mailboxes: dict[str, list[Fact]] = {}
        """Facts of delivery sessions by their key."""
        self.filters: dict[str, list[Fact]] = {}
        """Verdicts by the filter's own id, of filters that stand in the way as a hop of their own."""
        self.proxies: list[Fact] = []
        self.refusals: list[Fact] = []
        self.sessions: dict[str, list[Fact]] = {}
        """Records of clients' sessions by the session's id."""
        self.said: dict[str, list[str]] = {}
        """The keys that what is filed under a queue ID speaks of."""
        self.tracked = False
        """Whether legs are among these that carry an id of the message's own: see `instances`."""
        self.names: dict[str, list[Leg]] = {}
        """Legs by other names than the key they are filed under, once links are resolved."""

    def add(self, key: str, facts: list[Fact], legs: list[Leg], said: list[str]) -> None:
        """Take in one bucket: what is filed under key, the legs made of it, and the keys that the facts speak of."""
        prefix = key[:2]
        if prefix[1:] != ":" or prefix not in _PREFIXES:
            self.legs_of[key] = legs
            self.legs.extend(legs)
            self.said[key] = said
            self.tracked = self.tracked or (bool(legs) and legs[0].tracked)
            for fact in facts:
                if fact.kind == "proxy_accept":
                    self.proxies.append(fact)
        elif prefix == "f:":
            self.filters[key[2:]] = facts
        elif prefix == "n:":
            (self.proxies if facts[0].kind == "proxy_accept" else self.refusals).append(facts[0])
        elif prefix == "s:":
            self.sessions[key[2:]] = facts
        else:
            self.mailboxes[key] = facts


def is_internal(ip: str) -> bool:
    """Whether an address can only be one of our own machines: loopback, link-local or private (RFC 1918, RFC 4193)."""
    if not ip:
        return True
    if ip[0] in "23456789":  # most of the world
        return False
    if ip.startswith(("127.", "::1")):
        return True
    if not ip.startswith(("10.", "172.", "192.168.", "169.254.", "f", "F")):
        return False
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return address.is_private or address.is_link_local


def may_continue(leg: Leg) -> bool:
    """Whether a leg, by where it came from, can be a later part of a message seen before."""
    arrival = leg.arrival
    if arrival is None:
        return False
    if arrival.get("sasl_username"):
        return False
    return is_internal(arrival.get("client_ip", "")) or "hosted" in arrival


def resolve(component: Component) -> None:
    """Find for each leg which one it came from (`Leg.inbound`), and so where each message went on."""
    legs = component.legs
    if component.sessions:
        lend(legs, component.sessions)
    for leg in legs:
        leg.inbound = None
        leg.outbound = []
    if len(legs) < 2:  # nothing goes on to itself
        return
    for leg in legs:
        if leg.arrival is not None:
            _by_origin(component, leg)
    if component.tracked:
        component.names = names_of(legs)
    for leg in legs:
        for recipient in leg.recipients.values():
            _by_reply(component, leg, recipient)
        if leg.verdicts:
            _by_verdict(component, leg)
    if component.tracked:
        by_sending(legs)
    _by_message_id(component)
    if component.tracked:
        by_instance(legs)


def _by_message_id(component: Component) -> None:
    for same in _by_bare_id(component.legs):
        found: _Same | None = None
        for place, leg in enumerate(same):
            if leg.inbound is None and may_continue(leg):
                found = found or _Same(component, same)
                found.join(place)


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
    if not origin:
        return
    parents = [p for p in component.legs_of.get(origin, ()) if p is not leg and p.first <= leg.first + _AFTER]
    if len(parents) == 1:
        attach(parents[0], leg, rule, PROVEN, None)
    elif parents:
        parent = min(parents, key=lambda p: (rule == "orig_id" and p.host != leg.host, _distance(p, leg)))
        attach(parent, leg, rule, PROVEN, None)


def _distance(parent: Leg, leg: Leg) -> tuple[bool, int]:
    """How far the arrival of leg is from the life of parent; Message-IDs that agree come first."""
    gap = max(parent.first - leg.first, leg.first - parent.last, 0)
    return _other_id(parent, leg), gap


def _other_id(one: Leg, other: Leg) -> bool:
    return bool(one.message_id and other.message_id and one.bare_id != other.bare_id)


def _by_reply(component: Component, leg: Leg, recipient: Recipient) -> None:
    """The queue ID in the reply of the next server (`queued as`), or of a local forward (`forwarded as`)."""
    for attempt in recipient.attempts:
        next_id = attempt.fields.get("next_id")
        if next_id and "next_ids" in attempt.fields:
            next_id = _own_id(component, recipient, attempt.fields["next_ids"]) or next_id
        if next_id and (next_id in component.legs_of or next_id in component.names):
            child = _candidate(component, next_id, leg, attempt.ts)
            rule = "forwarded as" if attempt.fields.get("disposition") == "forward" else "queued as"
            attach(leg, child, rule, PROVEN, recipient)


def _own_id(component: Component, recipient: Recipient, ids: list[str]) -> str:
    """Which of the ids that a server gave for one transaction is of the message that it made for this recipient."""
    for name in ids:
        for leg in component.legs_of.get(name, ()):
            if recipient.low in (known.lower() for known in leg.named) or recipient.low in _addresses(leg):
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
        and when - _BEFORE <= leg.first <= when + _AFTER
        # Another Message-ID, from outside: another site's server uses an ID that happens to be one of ours, too.
        and (may_continue(leg) or not _other_id(parent, leg))
    ]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda leg: _distance_at(parent, leg, when))


def _distance_at(parent: Leg, leg: Leg, when: int) -> tuple[bool, int]:
    return _other_id(parent, leg), abs(leg.first - when)


class _Same:
    """Legs of one Message-ID, and what they handed over to one another."""

    def __init__(self, component: Component, legs: list[Leg]) -> None:
        self._component = component
        self._legs = legs
        self._linked = {id(link.recipient) for leg in legs for link in leg.outbound if link.recipient is not None}
        self._handovers = Handovers()
        self._redirects: Handovers | None = None
        self._forwarded: dict[tuple[int, str, int], Recipient] = {}
        for place, leg in enumerate(legs):
            for recipient in leg.recipients.values():
                for fact in self._handed(recipient):
                    for reach in _reaches(leg, fact):
                        self._handovers.add(leg, place, recipient.low, fact, reach)

    def _handed(self, recipient: Recipient) -> list[Fact]:
        """Deliveries of a recipient to another server, that nothing stronger says the end of."""
        if id(recipient) in self._linked:
            return []
        return [fact for fact in recipient.attempts if _is_handover(self._component, fact)]

    def join(self, place: int) -> None:
        """Find which leg the one at this place came from: handed over by one of our own hosts at that very time, for a
        recipient that it then had."""
        leg = self._legs[place]
        wanted = _addresses(leg)
        ways = _ways(leg)
        near = [
            found
            for low in wanted
            for way in ways
            if (found := self._handovers.nearest(low, way, leg.first, _INFER_AFTER, place)) is not None
        ]
        if not near:
            self._by_redirect(place, leg, wanted)
            return
        number = min(near)[4]
        best = self._legs[number]
        for recipient in best.recipients.values():
            if recipient.low not in wanted:
                continue
            facts = self._handed(recipient)
            if any(_reaches_at(best, fact, leg, ways) for fact in facts) and attach(
                best, leg, "Message-ID", INFERRED, recipient
            ):
                self._linked.add(id(recipient))
                for fact in facts:
                    for reach in _reaches(best, fact):
                        self._handovers.take(best, number, recipient.low, fact, reach)

    def _by_redirect(self, place: int, leg: Leg, wanted: set[str]) -> None:
        """Sieve's redirect: the mailbox server hands the same message in again, for another recipient."""
        if not self._component.mailboxes:
            return
        if self._redirects is None:
            self._redirects = self._find_redirects()
        near = [
            (*found, low)
            for low in wanted
            if (found := self._redirects.nearest(low, "", leg.first, _INFER_BEFORE, place)) is not None
        ]
        if near:
            gap, _, _, _, number, low = min(near)
            either = (self._forwarded.get((number, low, leg.first + way)) for way in (gap, -gap))
            attach(self._legs[number], leg, "redirect", INFERRED, next(one for one in either if one is not None))

    def _find_redirects(self) -> Handovers:
        redirects = Handovers()
        for place, leg in enumerate(self._legs):
            for recipient in leg.recipients.values():
                for fact in mailbox_facts(self._component, leg, recipient):
                    if fact.fields.get("action") == "forwarded":
                        low = fact.fields.get("target", "").lower()
                        redirects.add(leg, place, low, fact, "")
                        self._forwarded.setdefault((place, low, fact.ts), recipient)
        return redirects


def _addresses(leg: Leg) -> set[str]:
    """The recipients of a leg, before aliases and after."""
    if leg.tracked:
        return addresses(leg)
    found = {recipient.low for recipient in leg.recipients.values()}
    found.update(recipient.low_original for recipient in leg.recipients.values())
    return found


def _is_handover(component: Component, fact: Fact) -> bool:
    fields = fact.fields
    if fields.get("status") != "sent" or fields.get("token"):
        return False
    if fields.get("disposition") not in ("relay", None) and not _is_pipe(fact):
        return False
    return not fields.get("next_id") or fields["next_id"] not in component.legs_of


def _is_pipe(fact: Fact) -> bool:
    """Given to a program, which may hand it in again by the sendmail command or by SMTP (Postfix FILTER_README)."""
    return fact.fields.get("agent") == "pipe" and "relay_ip" not in fact.fields


def _is_loopback(ip: str) -> bool:
    return ip == "::1" or ip.startswith(("127.", "::ffff:127."))


def _reaches(leg: Leg, fact: Fact) -> tuple[str, ...]:
    """Where a delivery can have gone by its relay's address: the host itself, a private address, the world, unknown."""
    if _is_pipe(fact):
        return (f"pipe of {leg.host}",)
    ip = str(fact.fields.get("relay_ip", ""))
    if not ip:
        return "unknown", f"unknown from {leg.host}"
    if _is_loopback(ip):
        return (f"loopback of {leg.host}",)
    return ("private",) if is_internal(ip) else ("public",)


def _ways(leg: Leg) -> tuple[str, ...]:
    """Which of these can be how a leg was handed in."""
    arrival = leg.arrival
    if arrival is None:
        return ()
    if "local" in arrival:  # by the sendmail command: no server does that, but a filter of the same host
        return (f"pipe of {leg.host}",)
    if "hosted" in arrival:
        return ("public", "private", "unknown")
    ip = str(arrival.get("client_ip", ""))
    own = (*(f"loopback of {host}" for host in dict.fromkeys((leg.host, ""))), f"pipe of {leg.host}")
    if not ip:
        return (*own, "private", "public", "unknown")
    if _is_loopback(ip):
        return (*own, f"unknown from {leg.host}")
    return (*own, "private", "unknown")


def _reaches_at(parent: Leg, fact: Fact, leg: Leg, ways: tuple[str, ...]) -> bool:
    """Whether a delivery can have handed the message to leg, right then."""
    return abs(fact.ts - leg.first) <= _INFER_AFTER and any(reach in ways for reach in _reaches(parent, fact))


def mailbox_facts(component: Component, leg: Leg, recipient: Recipient) -> list[Fact]:
    """What the mailbox server said of this recipient's delivery. Not to be changed: it may be what is filed."""
    if not component.mailboxes:
        return []
    found: list[Fact] = []
    for attempt in recipient.attempts:
        token = attempt.fields.get("token")
        if token:
            told = _of_session(component, token, recipient)
            found = [*found, *told] if found else told
    if found or not leg.message_id or not by_agent(recipient.attempts):
        return found
    return [
        fact
        for fact in component.mailboxes.get(f"m:{leg.bare_id}", ())
        if _is_user(fact, recipient) and abs(fact.ts - recipient.attempts[-1].ts) <= _MINUTE
    ]


def _of_session(component: Component, token: str, recipient: Recipient) -> list[Fact]:
    facts = component.mailboxes.get("t:" + (token.partition(":")[0] if ":" in token else token), [])
    if len(facts) == 1 and facts[0].fields.get("session") == token:
        return facts
    exact = [fact for fact in facts if fact.fields.get("session") == token]
    return exact or [fact for fact in facts if _is_user(fact, recipient)]


def _is_user(fact: Fact, recipient: Recipient) -> bool:
    names = {recipient.low, recipient.low_original}
    fields = fact.fields
    user = str(fields.get("user", "")).lower()
    if str(fields.get("recipient", "")).lower() in names or user in names:
        return True
    return "@" not in user and bool(user) and any(name.partition("@")[0].partition("+")[0] == user for name in names)

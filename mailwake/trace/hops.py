"""Links between the legs of one message on several servers, by the id that goes with it: Exchange network message ids.

That the legs are of one message is proven by the id. Which server had it from which is told by a delivery that names
the next server; where none does, the message began on the server that had it first.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.trace.instances import addresses
from mailwake.trace.keys import travels
from mailwake.trace.model import INFERRED, PROVEN, Leg, Recipient, attach

RULE = "network message id"
_NEAR = 600_000_000
"""A handover to a server and its arrival there are no further apart (µs): transfer, and clocks that differ."""


def names_of(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    """Legs by the names that their servers gave the message for others to call it by."""
    found: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.tracked:
            for fact in leg.facts:
                for name in fact.fields.get("names", ()) if fact.kind == "arrive" else ():
                    if leg not in found.setdefault(name, []):
                        found[name].append(leg)
    return found


def label(host: str) -> str:
    """A host's name without its domain, to compare: logs write the one, replies the other."""
    return host.partition(".")[0].upper()


def _messages(legs: list[Leg]) -> list[list[Leg]]:
    """Legs of one id, oldest first, where there are several."""
    same: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.tracked and travels(leg.key):
            same.setdefault(leg.key, []).append(leg)
    return [sorted(group, key=lambda leg: (leg.first, leg.host)) for group in same.values() if len(group) > 1]


def by_sending(legs: list[Leg]) -> None:
    """Join servers of one message where a delivery names the next one."""
    for same in _messages(legs):
        hosts = {label(leg.host): leg for leg in same}
        for leg in same:
            linked = {id(link.recipient) for link in leg.outbound}
            for recipient in leg.recipients.values():
                child = _next(hosts, recipient) if id(recipient) not in linked else None
                if child is not None:
                    attach(leg, child, RULE, PROVEN, recipient)


def _next(hosts: dict[str, Leg], recipient: Recipient) -> Leg | None:
    for fact in recipient.attempts:
        fields = fact.fields
        if fields.get("status") == "sent" and fields.get("disposition") == "relay":
            found = hosts.get(label(fields.get("relay_host", "")))
            if found is not None:
                return found
    return None


def by_instance(legs: list[Leg]) -> None:
    """Join servers of one message of which nothing says who handed it over."""
    for same in _messages(legs):
        beginnings = [leg for leg in same if leg.inbound is None]
        first = next((leg for leg in beginnings if leg.arrival is not None), beginnings[0] if beginnings else None)
        for leg in beginnings:
            if first is None or leg is first:
                continue
            between = _between(legs, leg)
            if between is None or not attach(between[0], leg, RULE, INFERRED, between[1]):
                attach(first, leg, RULE, PROVEN, None)


def _between(legs: list[Leg], leg: Leg) -> tuple[Leg, Recipient] | None:
    """The last handover, by a server of another kind that stands between two of these, before a leg begins."""
    wanted = addresses(leg)
    found: list[tuple[int, str, Leg, Recipient]] = []
    for other in legs:
        if other.tracked or not leg.bare_id or other.bare_id != leg.bare_id or other.inbound is None:
            continue
        linked = {id(link.recipient) for link in other.outbound}
        for recipient in other.recipients.values():
            final = recipient.attempts[-1]
            gap = abs(final.ts - leg.first)
            if (
                final.fields.get("status") == "sent"
                and recipient.low in wanted
                and id(recipient) not in linked
                and gap <= _NEAR
            ):
                found.append((gap, other.host + other.key, other, recipient))
    best = min(found, key=lambda entry: entry[:2], default=None)
    return None if best is None else best[2:]

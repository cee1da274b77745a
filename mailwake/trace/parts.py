"""Deliveries that do not name their recipients: which of the message's they are for.

A server may divide a message into one queue file for each domain, or for each recipient, and tell of a delivery by the
domain or by the number of the part alone (Haraka); one that passes a message straight on speaks of all of it. Whom the
message is for is known from the records of its envelope. Parts are numbered in the order of these; where their times do
not tell the order, nothing is claimed.
"""

from __future__ import annotations

from bisect import bisect_left

from mailwake.events.fact import Fact, Fields
from mailwake.trace.model import Leg

_UNNAMED = frozenset({"recipients", "domain", "part", "count"})
_RELAY = ("relay", "relay_host", "relay_ip", "relay_port")
_NEAR = 60_000_000
_SAME = 2_000_000
"""Records of one attempt are this close (µs)."""


def _of_each(fact: Fact, names: list[str]) -> list[Fact]:
    """A delivery that one record tells of for several recipients: a fact for each."""
    fields = {name: value for name, value in fact.fields.items() if name not in _UNNAMED}
    return [fact._replace(kind="deliver", fields={**fields, "recipient": name}) for name in names]


def named(leg: Leg) -> list[Fact]:
    """The facts of a leg, its unnamed deliveries replaced by one for each recipient."""
    parts = _Parts(leg)
    notes = sorted((fact.ts, fact.raw, place) for place, fact in enumerate(leg.facts) if _tells_relay(fact))
    found: list[Fact] = []
    for fact in leg.facts:
        if fact.kind != "deliveries":
            found.append(fact)
            continue
        behind = bisect_left(notes, (fact.ts + 1,))
        relay = _relay(leg.facts[notes[behind - 1][2]]) if behind else {}
        whole = fact if "relay_ip" in fact.fields else fact._replace(fields={**relay, **fact.fields})
        found.extend(_of_each(whole, parts.recipients(fact)) or [fact])
    return found


def _tells_relay(fact: Fact) -> bool:
    return fact.kind == "note" and "relay_ip" in fact.fields


def _relay(note: Fact) -> Fields:
    """Where a note, the last before a delivery, says that it goes."""
    return {name: note.fields[name] for name in _RELAY if name in note.fields}


class _Parts:
    """How a message was divided."""

    def __init__(self, leg: Leg) -> None:
        unnamed = [fact for fact in leg.facts if fact.kind == "deliveries"]
        taken = [fact for fact in leg.facts if fact.kind == "envelope" and fact.fields.get("recipient")]
        when: dict[str, tuple[int, str, str]] = {}
        for fact in taken:
            name = str(fact.fields["recipient"])
            when[name.lower()] = min(when.get(name.lower(), (fact.ts, fact.raw, name)), (fact.ts, fact.raw, name))
        self._names = [name for _, _, name in sorted(when.values())] or list(dict.fromkeys(filter(None, leg.named)))
        self._sure = len({ts for ts, _, _ in when.values()}) == len(when)
        """Whether the times tell the order of the recipients."""
        self._groups: dict[str, list[str]] = {}
        for name in self._names:
            self._groups.setdefault(name.rpartition("@")[2].lower(), []).append(name)
        numbers = {int(fact.fields["part"]) for fact in unnamed if "part" in fact.fields}
        self._single = max(numbers, default=0) > len(self._groups)
        """Whether there is a part for each recipient, and not for each domain."""
        self._alike = len({fact.fields.get("status") for fact in unnamed}) == 1
        self._domains = {
            int(fact.fields["part"]): str(fact.fields["domain"]).lower()
            for fact in unnamed
            if "part" in fact.fields and "domain" in fact.fields
        }
        self._told = [
            (fact.ts, str(fact.fields.get("recipient", "")).lower())
            for fact in leg.facts
            if fact.kind == "deliver" and fact.fields.get("status") != "sent"
        ]

    def recipients(self, fact: Fact) -> list[str]:
        """Whom a delivery is for; `@domain` when the envelope is not known, nobody when it cannot be told."""
        domain, part = str(fact.fields.get("domain", "")).lower(), int(fact.fields.get("part", 0))
        if self._single and part:
            found = self._one(part, domain)
        elif domain:
            found = self._groups.get(domain, [])
        else:
            found = self._of_part(part) if part else self._names
        if not self._names and domain:
            return [f"@{domain}"]
        if fact.fields.get("status") != "sent":
            return self._without(found, fact.ts, _SAME)
        if fact.fields.get("count", len(found)) < len(found):
            return self._without(found, fact.ts, _NEAR)
        return found

    def _one(self, part: int, domain: str) -> list[str]:
        """The recipient of a part, where there is one for each."""
        same = self._groups.get(domain, []) if domain else []
        if len(same) == 1:
            return same
        return self._names[part - 1 : part] if self._sure or self._alike else []

    def _of_part(self, part: int) -> list[str]:
        """The recipients of a part, where there is one for each domain."""
        if part in self._domains:
            return self._groups.get(self._domains[part], [])
        left = [domain for domain in self._groups if domain not in self._domains.values()]
        if len(left) == 1:
            return self._groups[left[0]]
        ordered = list(self._groups.values())
        return ordered[part - 1] if 0 < part <= len(ordered) and (self._sure or self._alike) else []

    def _without(self, names: list[str], when: int, near: int) -> list[str]:
        """Names without those of which another record of the same attempt tells more."""
        told = {name for ts, name in self._told if abs(ts - when) <= near}
        return [name for name in names if name.lower() not in told]

"""Messages with an id that goes with them from server to server, and what a service reports of them.

Exchange's network message id stands in the records of every server and every service that a message passes, over copies
made for groups and forks as well. So all its records are filed under it, and each host's are one leg: a second arrival
on the same host (mailbox submission, transport, mailbox delivery write logs of their own) is no second life. Where a
version has no such id, the key is the server's own number with its name, `4711@HUB01`, and the same holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mailwake.events.fact import Fact, Fields
from mailwake.trace import legs as queue_legs
from mailwake.trace.keys import is_name, travels
from mailwake.trace.learning import bare_id, learn
from mailwake.trace.legs import order, spread
from mailwake.trace.model import Leg, Recipient

_FOREIGN = frozenset({"verdict", "policy"})
_KEPT = ("sender", "message_id", "subject", "size")
_SHARED = ("recipients", "header_from", "parent_message_id", "direction", "hosted", "orig_client_ip")
"""What a later arrival on a host may add to the first; who handed it in is the first one's to say."""


def build_legs(key: str, facts: list[Fact]) -> list[Leg]:
    """All legs of one key, from all facts filed under it (of all hosts), oldest first."""
    if travels(key) or is_name(key):
        return _tracked(key, facts)
    return queue_legs.build_legs(key, facts)


def _tracked(key: str, facts: list[Fact]) -> list[Leg]:
    own: dict[str, list[Fact]] = {}
    foreign: list[Fact] = []
    reports: list[Fact] = []
    for fact in facts:
        if fact.kind == "traced":
            reports.append(fact)
        elif fact.kind in _FOREIGN:
            foreign.append(fact)
        else:
            own.setdefault(fact.host, []).append(fact)
    legs = [_leg(host, key, mine) for host, mine in own.items()]
    legs.sort(key=lambda leg: (leg.first, leg.host))
    traced = _reported(reports)
    if not legs and reports:
        legs.append(_of_reports(key, reports, traced))
    for fact in sorted(foreign, key=lambda fact: (fact.ts, fact.host, fact.raw)):
        leg = _home(legs, fact)
        if leg is not None:
            leg.facts.append(fact)
            leg.verdicts.append(fact)
    if traced and own:
        _tell(legs, reports, traced)
    _give_events(legs)
    return legs


def _leg(host: str, key: str, facts: list[Fact]) -> Leg:
    facts = sorted(facts, key=lambda fact: (*order(fact), fact.program, fact.raw))
    leg = Leg(host, key, facts[0].ts)
    leg.tracked = True
    leg.expansions, leg.nameless = [], []
    for fact in spread(facts):
        kind = fact.kind
        leg.facts.append(fact)
        leg.last = max(leg.last, fact.ts)
        if kind == "expand":
            leg.expansions.append(fact)
        elif kind == "arrive" and leg.arrival is not None:
            _arrive_again(leg, fact.fields)
        elif kind == "deliver" and not fact.fields.get("recipient"):
            leg.nameless.append(fact)
        else:
            learn(leg, fact, kind)
    for fact in facts:
        _fill(leg, fact.fields)
    leg.bare_id = bare_id(leg.message_id)
    return leg


def _arrive_again(leg: Leg, fields: Fields) -> None:
    more = {name: fields[name] for name in _SHARED if name in fields}
    leg.arrival = {**more, **(leg.arrival or {})}
    leg.named.extend(fields.get("recipients", ()))


def _fill(leg: Leg, fields: Fields) -> None:
    """Every record names the message anew: what the arrival did not say, or was lost with it."""
    if leg.sender is None:
        leg.sender = fields.get("sender")
    if not leg.message_id:
        leg.message_id = fields.get("message_id", "")
    if leg.subject is None:
        leg.subject = fields.get("subject")
    if not leg.size:
        leg.size = fields.get("size", 0)


def _home(legs: list[Leg], fact: Fact) -> Leg | None:
    """The leg that a filter's record belongs to: that of its host, else the first."""
    return next((leg for leg in legs if leg.host == fact.host), legs[0] if legs else None)


# -- what a service reports
# ------------------------------------------------------------------------------------------


def _reported(reports: list[Fact]) -> dict[str, Fact]:
    """Address (lower case) -> the report on it, with `recipient` and `status`; of several the one that says most."""
    found: dict[str, Fact] = {}
    for fact in sorted(reports, key=lambda fact: (fact.ts, fact.raw)):
        fields = fact.fields
        events = fields.get("events") or [""] * len(fields["recipients"])
        for address, status, event in zip(fields["recipients"], fields["statuses"], events, strict=True):
            one = fact._replace(fields={**fields, "recipient": address, "status": status, "event": event})
            before = found.get(address.lower())
            if before is None or (is_final(status), fact.raw) >= (is_final(before.fields["status"]), before.raw):
                found[address.lower()] = one
    return found


def is_final(status: str) -> bool:
    """Whether a reported status is an end, and no passing state."""
    return bool(status) and status.replace(" ", "").lower() not in _PASSING


_PASSING = frozenset({"pending", "gettingstatus", "none", "unknown", "unknownfuturevalue"})


def _of_reports(key: str, reports: list[Fact], traced: dict[str, Fact]) -> Leg:
    """The leg of a message of which there are only reports."""
    reports = sorted(reports, key=lambda fact: (fact.ts, fact.raw))
    leg = Leg(reports[0].host, key, reports[0].ts)
    leg.tracked, leg.traced = True, traced
    leg.expansions, leg.nameless = [], []
    leg.facts = reports
    for fact in reports:
        leg.last = max(leg.last, fact.ts)
        _fill(leg, fact.fields)
    leg.arrival = _arrival(reports)
    leg.bare_id = bare_id(leg.message_id)
    _take_in(leg, traced)
    return leg


def _arrival(reports: Iterable[Fact]) -> Fields:
    found: Fields = {}
    for fact in reports:
        for name in ("sender", "client_ip", "direction", "connector", "hosted"):
            if name in fact.fields:
                found.setdefault(name, fact.fields[name])
    return found


def _take_in(leg: Leg, traced: dict[str, Fact]) -> None:
    """Recipients that are known from reports alone."""
    for low, fact in traced.items():
        if fact.fields["status"].lower() != "expanded":
            address = fact.fields["recipient"]
            recipient = leg.recipients[low, low] = Recipient(address, address)
            recipient.attempts.append(fact)
        else:
            leg.expansions.append(_as_expansion(fact))


def _as_expansion(fact: Fact) -> Fact:
    fields = fact.fields
    return fact._replace(fields={**fields, "action": "expand", "recipients": []})


def _tell(legs: list[Leg], reports: list[Fact], traced: dict[str, Fact]) -> None:
    """Let the legs know what is reported; of recipients that none of them knows the first takes the report as it is."""
    known = {low for leg in legs for low in addresses(leg)}
    for leg in legs:
        leg.traced = traced
    first = legs[0]
    first.facts.extend(sorted(reports, key=lambda fact: (fact.ts, fact.raw)))
    _take_in(first, {low: fact for low, fact in traced.items() if low not in known})
    for fact in reports:
        _fill(first, fact.fields)
    first.bare_id = bare_id(first.message_id)
    if first.arrival is None:
        first.arrival = _arrival(reports)


def _give_events(legs: list[Leg]) -> None:
    """Events that name no recipient (details asked for by recipient) are those of the only one there is."""
    known = {recipient.low for leg in legs for recipient in leg.recipients.values()}
    if len(known) != 1 or not any(leg.nameless for leg in legs):
        return
    low = next(iter(known))
    address = next(r.address for leg in legs for r in leg.recipients.values() if r.low == low)
    for leg in legs:
        if leg.nameless:
            mine = leg.recipients.setdefault((low, low), Recipient(address, address))
            mine.attempts.extend(leg.nameless)
            leg.nameless = []


def addresses(leg: Leg) -> set[str]:
    """All addresses (lower case) that a leg speaks of."""
    found = {recipient.low for recipient in leg.recipients.values()}
    found.update(recipient.low_original for recipient in leg.recipients.values())
    found.update(name.lower() for name in leg.named)
    for fact in leg.expansions:
        found.add(fact.fields["recipient"].lower())
        found.update(name.lower() for name in fact.fields["recipients"])
    return found


# -- who an address became
# -------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """One address of a tracked leg: given way to others (expansion), tried (recipient), or neither."""

    original: str
    """As first addressed."""
    address: str
    recipient: Recipient | None
    expansion: Fact | None


def turns(leg: Leg, expected: dict[str, str]) -> list[Turn]:
    """All addresses of a leg, or those that the ones expected (lower case -> as first addressed) became; each once."""
    gave_way: dict[str, list[Fact]] = {}
    for fact in leg.expansions:
        gave_way.setdefault(fact.fields["recipient"].lower(), []).append(fact)
    own = {recipient.low: recipient for recipient in leg.recipients.values()}
    starts = expected or _addressed(leg)
    spelled = {name.lower(): name for name in (*leg.named, *starts.values())}
    seen: set[str] = set()
    found: list[Turn] = []
    for low, original in starts.items():
        waiting = [low]
        names = {low: spelled.get(low, low)}
        while waiting:
            low = waiting.pop()
            if low in seen:
                continue
            seen.add(low)
            recipient, facts = own.get(low), gave_way.get(low, [])
            address = recipient.address if recipient is not None else names[low]
            shown = [fact for fact in facts if _is_row(fact, recipient)]
            if shown:
                found.append(Turn(original, shown[0].fields["recipient"], None, shown[0]))
            if recipient is not None or not facts:
                found.append(Turn(original, address, recipient, None))
            for fact in facts:
                for name in fact.fields["recipients"]:
                    names.setdefault(name.lower(), name)
                    waiting.append(name.lower())
    return found


def _is_row(fact: Fact, recipient: Recipient | None) -> bool:
    """Whether an address that gave way has a row: a group, and a mailbox all of whose mail goes elsewhere."""
    action = fact.fields["action"]
    return action == "expand" or (action == "redirect" and recipient is None)


def _addressed(leg: Leg) -> dict[str, str]:
    """The addresses that a message was for before any of them gave way, as far as the leg knows."""
    after = {name.lower() for fact in leg.expansions for name in fact.fields["recipients"]}
    before = [fact.fields["recipient"] for fact in leg.expansions]
    names: list[str] = [*leg.named, *before, *(recipient.address for recipient in leg.recipients.values())]
    found = {name.lower(): name for name in names[::-1] if name.lower() not in after}
    found = dict(sorted(found.items()))
    for name in sorted(names):  # of rings, anyone
        found.setdefault(name.lower(), name)
    return found

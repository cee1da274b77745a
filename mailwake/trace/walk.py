"""From the first leg of a message down to the end of every recipient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from mailwake.trace.component import Component
from mailwake.trace.echoes import is_told_before
from mailwake.trace.fate import (
    Fate,
    ended,
    gave_way,
    kept_back,
    of_attempts,
    of_mailbox,
    once_for_all,
    refused,
    untold,
    untried,
)
from mailwake.trace.filters import filter_fates, filter_id, kept_from, left_out
from mailwake.trace.instances import Turn, addresses, turns
from mailwake.trace.learning import is_passing
from mailwake.trace.mailboxes import mailbox_facts
from mailwake.trace.model import INFERRED, PROVEN, Leg, Link, Recipient
from mailwake.trace.reports import tried, with_report

MAX_HOPS = 60
"""So many legs of one message are followed: `postsuper -r ALL` by cron makes another of each run."""


class Leaf(NamedTuple):
    """The end of one recipient, and the way there."""

    original: str | None
    address: str | None
    fate: Fate
    path: tuple[Leg, ...]
    grade: str
    recipient: Recipient | None


class _Ways:
    """A leg's recipients by address, and where they went on to."""

    __slots__ = ("by_name", "expanded", "own", "whole")

    def __init__(self, leg: Leg) -> None:
        self.own: dict[int, list[Link]] = {}
        """Links of one recipient, by its object's identity."""
        self.whole: list[Link] = []
        """Links that hold for the whole message."""
        for link in leg.outbound:
            if link.recipient is None:
                self.whole.append(link)
            else:
                self.own.setdefault(id(link.recipient), []).append(link)
        recipients = leg.recipients.values()
        self.expanded = _expansions(leg) if len(recipients) > 1 else frozenset()
        self.by_name: dict[str, list[Recipient]] = {}
        for recipient in recipients:
            self.by_name.setdefault(recipient.low, []).append(recipient)
            if recipient.low_original != recipient.low:
                self.by_name.setdefault(recipient.low_original, []).append(recipient)


class Walker:
    """Walks one message; `swept` tells when a leg was deleted by an order that named no queue ID (0: it was not)."""

    def __init__(self, component: Component, swept: dict[tuple[str, str, int], int]) -> None:
        self._component = component
        self._swept = swept
        self._known: dict[int, _Ways] = {}
        self.leaves: list[Leaf] = []

    def _ways(self, leg: Leg) -> _Ways:
        """Made once for each leg: thousands of recipients may go the same way."""
        ways = self._known.get(id(leg))
        if ways is None:
            ways = self._known[id(leg)] = _Ways(leg)
        return ways

    def _too_far(self, leg: Leg, expected: dict[str, str], path: tuple[Leg, ...], grade: str) -> bool:
        """Whether so many hops lie behind that the rest is not followed; this is then said."""
        if len(path) < MAX_HOPS:
            return False
        remark = f"more than {MAX_HOPS} hops; the rest is not followed"
        fate = Fate("GettingStatus", "Unknown", "", "", leg.last, remark=remark)
        for original in expected.values() or [None]:
            self.leaves.append(Leaf(original, original, fate, path, grade, None))
        return True

    def leg(self, leg: Leg, expected: dict[str, str], path: tuple[Leg, ...], grade: str) -> None:
        """Follow all recipients of leg; expected: address (lower case) to the address it was first sent to."""
        if self._too_far(leg, expected, path, grade):
            return
        if leg.tracked:
            self._tracked(leg, expected, path, grade)
            return
        path = (*path, leg)
        recipients = leg.recipients.values()
        expanded = set(self._ways(leg).expanded) if len(recipients) > 1 else set()
        redirected = _redirected(leg) if leg.checks else None
        for recipient in recipients:
            original = recipient.original
            if expected:
                original = expected.get(recipient.low_original) or expected.get(recipient.low) or original
                if original is recipient.original and len(expected) == 1 and len(recipients) == 1:
                    original = next(iter(expected.values()))  # the address was rewritten on the way
                    if not leg.queued and redirected is None and "@" not in recipient.low:
                        self._at_home(leg, recipient, original, path, grade)
                        continue
            if redirected is not None and original.lower() == recipient.low:
                original = redirected[0]
            if recipient.original in expanded:
                expanded.discard(recipient.original)
                fate = Fate("Expanded", "Expanded", "", "", leg.first)
                self.leaves.append(Leaf(original, recipient.original, fate, path, grade, None))
            self._recipient(leg, recipient, original, path, grade)
        if redirected is not None:
            self._instead(leg, redirected, path, grade)
            return
        complete = leg.queued and 0 < leg.nrcpt <= len(recipients)
        if not complete or leg.rejects or not self.leaves:
            self._missing(leg, expected, path, grade)

    def _instead(self, leg: Leg, redirected: list[str], path: tuple[Leg, ...], grade: str) -> None:
        """Those whom somebody else, or a file, got the message instead of."""
        if leg.copies and not leg.recipients:
            self._recipient(leg, _into_copy(leg, redirected[0]), redirected[0], path, grade)
        for address in redirected:
            fate = Fate("Expanded", "Redirected", redirected_reason(leg), "", leg.first, address=_target(leg))
            self.leaves.append(Leaf(address, fate.address or address, fate, path, grade, None))

    def _tracked(self, leg: Leg, expected: dict[str, str], path: tuple[Leg, ...], grade: str) -> None:
        """Follow the recipients of a leg that tells who each address became; expected as for `leg`."""
        path = (*path, leg)
        swept = self._swept.get(leg.place, 0) if self._swept else 0
        for turn in turns(leg, expected):
            if turn.expansion is not None:
                fate = gave_way(turn.expansion)
                self.leaves.append(Leaf(turn.original, turn.address, fate, path, grade, None))
            elif turn.recipient is not None:
                self._recipient(leg, turn.recipient, turn.original, path, grade)
            elif not self._elsewhere(leg, turn, path, grade):
                fate = with_report(leg.traced.get(turn.address.lower()), kept_back(leg, untried(leg, swept)))
                self.leaves.append(Leaf(turn.original, turn.address, fate, path, grade, None))
        if not self.leaves and len(path) == 1:
            self.leaves.append(Leaf(None, None, _of_nobody(leg, swept), path, grade, None))

    def _elsewhere(self, leg: Leg, turn: Turn, path: tuple[Leg, ...], grade: str) -> bool:
        """Follow an address of which this leg tells no more to a server that does; whether there is one."""
        low = turn.address.lower()
        for link in leg.outbound:
            if link.recipient is None and link.child.tracked and low in addresses(link.child):
                self._child(link, {low: turn.original}, path, grade)
                return True
        return False

    def _missing(self, leg: Leg, expected: dict[str, str], path: tuple[Leg, ...], grade: str) -> None:
        """Recipients that no delivery line names: those the leg before handed over, or that other lines name."""
        whole = [link for link in leg.outbound if link.recipient is None]
        if whole and not leg.recipients:
            for link in whole:
                self.leg(link.child, expected, path, _weaker(grade, link.grade))
            return
        seen = {recipient.low for recipient in leg.recipients.values()}
        if (again := once_for_all(leg)) is not None:
            seen -= again
        seen.update(recipient.low_original for recipient in leg.recipients.values())
        left = {low: original for low, original in expected.items() if low not in seen}
        if left and leg.nrcpt and len(leg.recipients) >= leg.nrcpt:
            left = {}
        if not expected and not (leg.queued and 0 < leg.nrcpt <= len(leg.recipients)):
            left = {name.lower(): name for name in leg.named if name.lower() not in seen}
        swept = self._swept.get(leg.place, 0) if self._swept else 0
        own = {
            str(fact.fields.get("recipient", "")).lower() for fact in leg.rejects if fact.fields.get("stage") == "RCPT"
        }
        for low in [low for low in left if low in own]:
            del left[low]  # taken, and refused by itself after all: see below
        asked = _only_asked(leg) if leg.checks and not leg.queued else frozenset()
        for low, original in left.items():
            fate = untold(leg, original, swept)
            if low not in asked or fate.detail != "Unknown":
                self.leaves.append(Leaf(original, original, fate, path, grade, None))
        self._refused(leg, seen.union(left), path, grade)
        if not self.leaves and not left and len(path) == 1:
            self.leaves.append(Leaf(None, None, _of_nobody(leg, swept), path, grade, None))

    def _refused(self, leg: Leg, seen: set[str], path: tuple[Leg, ...], grade: str) -> None:
        """Recipients that were refused beside others, but for those seen, and those of whom the leg before tells it."""
        for fact in leg.rejects:
            name = fact.fields.get("recipient")
            if fact.fields.get("stage") == "RCPT" and name and name.lower() not in seen:
                if len(path) > 1 and is_told_before(fact, path[:-1]):
                    continue
                seen.add(name.lower())
                self.leaves.append(Leaf(name, name, refused(fact), path, grade, None))

    def _recipient(self, leg: Leg, recipient: Recipient, original: str, path: tuple[Leg, ...], grade: str) -> None:
        kept = self._kept(leg, recipient) if leg.outbound and not leg.tracked else None
        if kept is not None:
            self.leaves.append(Leaf(original, recipient.address, kept, path, grade, recipient))
            return
        if leg.outbound and not (leg.tracked and ended(recipient.attempts)):
            links = _onward(self._ways(leg), recipient, self._ways)
            if links and self._follow(links, recipient, original, path, grade):
                return
        component = self._component
        fates = self._by_filter(recipient, original, path, grade) if component.filters else None
        if fates is None:
            fates = of_mailbox(mailbox_facts(component, leg, recipient)) if component.mailboxes else []
            if not fates or component.unsaved:
                swept = self._swept.get(leg.place, 0) if self._swept else 0
                fates = _with_refusal(fates, tried(leg, recipient, swept))
            if leg.verdicts:
                fates = [self._by_verdict(leg, recipient, fate) for fate in fates]
        for fate in fates:
            self.leaves.append(Leaf._make((original, fate.address or recipient.address, fate, path, grade, recipient)))

    def _kept(self, leg: Leg, recipient: Recipient) -> Fate | None:
        """What a filter did with the message for a recipient whom it was not handed on for, while it was for others."""
        final = recipient.attempts[-1]
        ways = self._ways(leg)
        own = ways.own.get(id(recipient), [])
        if final.fields.get("status") != "sent" or any(_has(self._ways(link.child), recipient) for link in own):
            return None
        kept = kept_from(leg.verdicts, recipient.address) if leg.verdicts else None
        if kept is not None:
            return kept
        if not own or any(_has(self._ways(link.child), recipient) for link in ways.whole):
            return None
        return left_out(_reply(recipient), final.ts)

    def _follow(
        self, links: list[Link], recipient: Recipient, original: str, path: tuple[Leg, ...], grade: str
    ) -> bool:
        """Go where the recipient went on to; whether its end is there, and not (a redirect's copy aside) here too."""
        onward = False
        for link in links:
            if link.rule == "redirect":
                continue
            onward = True
            expected = {recipient.low: original}
            if link.rule == "forwarded as":
                fate = Fate("Expanded", "Redirected", _reply(recipient), "", recipient.attempts[-1].ts)
                self.leaves.append(Leaf(original, recipient.address, fate, path, grade, recipient))
                expected = {known.low_original: original for known in link.child.recipients.values()} or expected
            self._child(link, expected, path, grade)
        if onward:
            return True
        for link in links:
            expected = {known.low_original: original for known in link.child.recipients.values()}
            self._child(link, expected, path, grade)
        return False

    def _child(self, link: Link, expected: dict[str, str], path: tuple[Leg, ...], grade: str) -> None:
        child = link.child
        if child in path:
            return
        low = next(iter(expected))
        if link.rule not in ("forwarded as", "redirect", "orig_id") and len(child.recipients) > 1:
            self._part(child, low, expected[low], path, _weaker(grade, link.grade))
            return
        self.leg(child, expected, path, _weaker(grade, link.grade))

    def _part(self, leg: Leg, low: str, original: str, path: tuple[Leg, ...], grade: str) -> None:
        """Of a leg with several recipients follow only what became of one."""
        if self._too_far(leg, {low: original}, path, grade):
            return
        if leg.tracked:
            self._tracked(leg, {low: original}, path, grade)
            return
        path = (*path, leg)
        ways = self._ways(leg)
        found = ways.by_name.get(low, ())
        said: set[str] = set()
        for recipient in found:
            if recipient.low_original == low and recipient.original in ways.expanded and recipient.original not in said:
                said.add(recipient.original)
                fate = Fate("Expanded", "Expanded", "", "", leg.first)
                self.leaves.append(Leaf(original, recipient.original, fate, path, grade, None))
            self._recipient(leg, recipient, original, path, grade)
        if not found and (members := _members(leg, low)):
            fate = Fate("Expanded", "Expanded", "", "", leg.first)
            self.leaves.append(Leaf(original, original, fate, path, grade, None))
            for recipient in members:
                self._at_home(leg, recipient, original, path, _weaker(grade, INFERRED))
        elif not found:
            swept = self._swept.get(leg.place, 0)
            self.leaves.append(Leaf(original, original, untried(leg, swept), path, grade, None))

    def _at_home(self, leg: Leg, recipient: Recipient, original: str, path: tuple[Leg, ...], grade: str) -> None:
        """Follow a recipient that a local address stood for: the log may leave out its domain."""
        before = len(self.leaves)
        self._recipient(leg, recipient, original, path, grade)
        domain = original.rpartition("@")[2]
        for place, leaf in enumerate(self.leaves[before:], before):
            if leaf.address and "@" not in leaf.address and leaf.address[0] not in "|/" and domain:
                self.leaves[place] = leaf._replace(address=f"{leaf.address}@{domain}")

    def _by_filter(self, recipient: Recipient, original: str, path: tuple[Leg, ...], grade: str) -> list[Fate] | None:
        """A filter that stands in the way as a hop with an id of its own (Proxmox): it decides per recipient."""
        facts = self._component.filters.get(filter_id(_reply(recipient)))
        return filter_fates(facts, recipient.address, recipient.attempts[-1].ts) if facts else None

    def _by_verdict(self, leg: Leg, recipient: Recipient, fate: Fate) -> Fate:
        """A filter that took the message and kept it: its own record says whether it was quarantined."""
        if fate.detail not in ("Discarded", "Relayed", "Rejected", "Bounced"):
            return fate
        for fact in leg.verdicts:
            fields = fact.fields
            if fate.detail == "Discarded" and fields.get("quarantine"):
                return fate._replace(status="Quarantined", detail="Quarantined")
        return fate


def _with_refusal(fates: list[Fate], last: Fate) -> list[Fate]:
    """What a mailbox server did, and what it said in the end: it may have given on a copy and refused the message."""
    if last.status == "Delivered":
        return fates or [last]
    return [*(fate for fate in fates if fate.detail == "Redirected"), last]


def _only_asked(leg: Leg) -> frozenset[str]:
    """Recipients of whom is known only that a rule let them pass: the client may have gone without sending anything."""
    passing = {id(fact) for fact in leg.checks if is_passing(fact)}
    return frozenset(str(fact.fields.get("recipient", "")).lower() for fact in leg.checks if id(fact) in passing)


def _of_nobody(leg: Leg, swept: int) -> Fate:
    """The end of a message of which no record names a recipient."""
    if not leg.nameless:
        return untried(leg, swept)
    nobody = Recipient("", "")
    nobody.attempts = leg.nameless
    return of_attempts(leg, nobody, swept)


def _reply(recipient: Recipient) -> str:
    return str(recipient.attempts[-1].fields.get("reply", ""))


def _onward(ways: _Ways, recipient: Recipient, ways_of: Callable[[Leg], _Ways]) -> list[Link]:
    """Where this recipient went on to: by its own reply, else with the whole message."""
    own = ways.own.get(id(recipient))
    if own:
        if own[-1].rule == "redirect":
            return own
        # A filter that split the message names but one of the queue IDs in its reply: each recipient is in its own.
        return [_with_recipient(ways, recipient, own[-1], ways_of)]
    final = recipient.attempts[-1].fields
    for link in reversed(ways.whole):
        if link.rule == "orig_id":
            if final.get("status") == "deferred":
                return [link]
        elif final.get("status") == "sent":
            names = ways_of(link.child).by_name
            if not names or recipient.low in names or recipient.low_original in names:
                return [link]
    return []


def _with_recipient(ways: _Ways, recipient: Recipient, named: Link, ways_of: Callable[[Leg], _Ways]) -> Link:
    """The link named, or another one if that alone leads to where this recipient is."""
    if not ways.whole or _has(ways_of(named.child), recipient):
        return named
    return next((link for link in ways.whole if _has(ways_of(link.child), recipient)), named)


def _has(ways: _Ways, recipient: Recipient) -> bool:
    return recipient.low in ways.by_name or recipient.low_original in ways.by_name


def _expansions(leg: Leg) -> frozenset[str]:
    """Addresses that an alias turned into several recipients."""
    turned = [r.original for r in leg.recipients.values() if r.low_original != r.low]
    if not turned:
        return frozenset()
    counts = Counter(turned)
    kept = {r.low for r in leg.recipients.values() if r.low_original == r.low}
    return frozenset(original for original, count in counts.items() if count > 1 or original.lower() in kept)


def _members(leg: Leg, low: str) -> list[Recipient]:
    """Whom an address stood for that a leg was handed: those whom nobody had named, where it is the only one that is
    named and not told of. Sendmail's log has the members of an alias alone; Postfix and Exim tell the address, too."""
    if leg.queued or leg.inbound is None:
        return []
    parent = leg.inbound.parent
    own = {id(link.recipient) for link in parent.outbound if link.child is leg}
    handed = {one.low for one in parent.recipients.values() if id(None) in own or id(one) in own}
    known = {name for one in leg.recipients.values() for name in (one.low, one.low_original)}
    if handed - known != {low}:
        return []
    return [one for one in leg.recipients.values() if not handed & {one.low, one.low_original}]


def _redirected(leg: Leg) -> list[str] | None:
    """Recipients that a header or body check replaced by one other address (REDIRECT, access(5))."""
    target = _target(leg).lower()
    if not target:
        return None
    first = [recipient.original for recipient in leg.recipients.values() if recipient.low == target]
    names = {name.lower(): name for name in [*reversed(leg.named), *reversed(first)] if name.lower() != target}
    return list(names.values())[::-1] or None


def _target(leg: Leg) -> str:
    for fact in leg.checks:
        if "redirect" in fact.fields.get("action", ""):
            return str(fact.fields.get("target") or fact.fields.get("text", "")) or _unasked(leg) or _copy(leg)
    return ""


def _copy(leg: Leg) -> str:
    """The file or command that Exim's system filter gave the message to."""
    return next((str(fact.fields.get("relay", "")) for fact in leg.copies), "")


def _into_copy(leg: Leg, name: str) -> Recipient:
    """Somebody whom the message was for, who got it there instead."""
    made = Recipient(name, name)
    made.attempts = leg.copies
    return made


def _unasked(leg: Leg) -> str:
    """The recipient whom the sender did not name: a filter that redirects need not say where to. Of several, the first
    by name, as the order of lines of one second means nothing."""
    named = {name.lower() for name in leg.named}
    return min((one.address for one in leg.recipients.values() if one.low_original not in named), default="")


def redirected_reason(leg: Leg) -> str:
    """The words of the rule that redirected the message."""
    return next((str(f.fields.get("value", "")) for f in leg.checks if "redirect" in f.fields.get("action", "")), "")


def _weaker(one: str, other: str) -> str:
    return one if one != PROVEN else other

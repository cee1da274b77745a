"""Joining legs of one Message-ID, where nothing stronger says which came from which.

A Message-ID alone never joins: lists, cron mails and retries repeat it. It is used only where a leg came from one of
our own hosts (loopback, private address, local submission), from a leg that handed the message over at that very time.
"""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.component import Component
from mailwake.trace.filters import kept_from
from mailwake.trace.handover import Handovers
from mailwake.trace.instances import addresses
from mailwake.trace.mailboxes import mailbox_facts
from mailwake.trace.model import INFERRED, Leg, Recipient, attach
from mailwake.trace.origins import CLOSE, is_pipe, is_transport, reaches, reaches_at, ways


class SameId:
    """Legs of one Message-ID, and what they handed over to one another."""

    def __init__(self, component: Component, legs: list[Leg]) -> None:
        self._component = component
        self._legs = legs
        self._linked = {id(link.recipient) for leg in legs for link in leg.outbound if link.recipient is not None}
        self._handovers = Handovers()
        self._redirects: Handovers | None = None
        self._forwarded: dict[tuple[int, str, int], Recipient] = {}
        self._places: dict[int, dict[str, list[tuple[int, Recipient]]]] = {}
        """Recipients of a leg by address, with their place among them; by the leg's number."""
        for place, leg in enumerate(legs):
            for recipient in leg.recipients.values():
                for fact in self._handed(recipient):
                    for reach in reaches(leg, fact):
                        self._handovers.add(leg, place, recipient.low, fact, reach)

    def _handed(self, recipient: Recipient) -> list[Fact]:
        """Deliveries of a recipient to another server, that nothing stronger says the end of."""
        if id(recipient) in self._linked:
            return []
        astray = id(recipient) in self._component.astray
        return [fact for fact in recipient.attempts if _is_handover(self._component, fact, astray=astray)]

    def join(self, place: int) -> None:
        """Find which leg the one at this place came from: handed over by one of our own hosts at that very time, for a
        recipient that it then had."""
        leg = self._legs[place]
        wanted = addresses_of(leg)
        known = ways(leg)
        near = [
            found
            for low in wanted
            for way in known
            if (found := self._handovers.nearest(low, way, leg.first, CLOSE, place)) is not None
        ]
        for number in dict.fromkeys(found[4] for found in sorted(near)):
            if self._by_handover(number, leg, wanted, known):
                return
        if not self._by_release(leg, wanted):
            self._by_redirect(place, leg, wanted)

    def _by_handover(self, number: int, leg: Leg, wanted: set[str], known: tuple[str, ...]) -> bool:
        """Join a leg to the one with this number, which handed the message over then; not to one that came from it."""
        best = self._legs[number]
        joined = False
        for recipient in self._named(number, wanted):
            facts = self._handed(recipient)
            if any(reaches_at(best, fact, leg, known) for fact in facts) and attach(
                best, leg, "Message-ID", INFERRED, recipient
            ):
                joined = True
                self._linked.add(id(recipient))
                for fact in facts:
                    for reach in reaches(best, fact):
                        self._handovers.take(best, number, recipient.low, fact, reach)
                if id(recipient) in self._component.astray:
                    break  # split by the filter: one that is named again, by an alias, is in a message of its own
        return joined

    def _named(self, number: int, wanted: set[str]) -> list[Recipient]:
        """Those recipients of the leg with this number whose address is wanted, in its order: it may have thousands."""
        places = self._places.get(number)
        if places is None:
            places = self._places[number] = {}
            for place, recipient in enumerate(self._legs[number].recipients.values()):
                places.setdefault(recipient.low, []).append((place, recipient))
        found = {place: recipient for low in wanted for place, recipient in places.get(low, ())}
        return [found[place] for place in sorted(found)]

    def _by_release(self, leg: Leg, wanted: set[str]) -> bool:
        """Out of a filter's quarantine: it hands the same message in again for whom it had kept it from, much later."""
        for parent in sorted(self._legs, key=lambda known: -known.first):
            if not any(fact.fields.get("quarantine") for fact in parent.verdicts) or parent.first >= leg.first:
                continue
            released = False
            for recipient in parent.recipients.values():
                kept = kept_from(parent.verdicts, recipient.address) if recipient.low in wanted else None
                if kept is not None and kept.detail == "Quarantined" and kept.ts <= leg.first:
                    released = attach(parent, leg, "released", INFERRED, recipient) or released
            if released:
                return True
        return False

    def _by_redirect(self, place: int, leg: Leg, wanted: set[str]) -> None:
        """Sieve's redirect: the mailbox server hands the same message in again, for another recipient."""
        if not self._component.mailboxes:
            return
        if self._redirects is None:
            self._redirects = self._find_redirects()
        near = [
            (*found, low)
            for low in wanted
            if (found := self._redirects.nearest(low, "", leg.first, CLOSE, place)) is not None
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


def addresses_of(leg: Leg) -> set[str]:
    """The recipients of a leg, before aliases and after."""
    if leg.tracked:
        return addresses(leg)
    found = {recipient.low for recipient in leg.recipients.values()}
    found.update(recipient.low_original for recipient in leg.recipients.values())
    return found


def _is_handover(component: Component, fact: Fact, *, astray: bool) -> bool:
    fields = fact.fields
    if fields.get("status") != "sent" or fields.get("token"):
        return False
    if fields.get("disposition") not in ("relay", None) and not is_pipe(fact) and not is_transport(fact):
        return False
    return astray or not fields.get("next_id") or fields["next_id"] not in component.legs_of

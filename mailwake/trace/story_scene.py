"""The stage of a story: the legs of one message rebuilt from its facts, what else hangs on them, and the clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.journeys import component_rows, identity
from mailwake.trace.mailboxes import mailbox_facts
from mailwake.trace.model import Leg, Link, Recipient
from mailwake.trace.refusals import refusal_row
from mailwake.trace.sessions import refusal_id, refusals
from mailwake.trace.tries import tries, try_rows
from mailwake.trace.workset import Workset

_SECOND = 1_000_000


class Scene:
    """One message, its legs in the order of its way, and the messages around it."""

    def __init__(self, rows: Sequence[Row], facts: Iterable[Fact]) -> None:
        """rows: those of the message that are known, at least one; what is not given is computed from the facts.

        What is given wins: it may know of orders that are not filed under the message (see `sweeps`).
        """
        self.trace_id = rows[0].trace_id
        workset = Workset()
        workset.add(facts)
        self.component = workset.whole()
        found = component_rows(self.component, {})  # also resolves the links
        own = {row.leaf: row for row in found if row.trace_id == self.trace_id} | {row.leaf: row for row in rows}
        self.rows = [own[leaf] for leaf in sorted(own)]
        self.others = [row for row in found if row.trace_id != self.trace_id]
        self.root = next((leg for leg in self.component.legs if identity(leg) == self.trace_id), None)
        self.legs: list[Leg] = []
        self.links: list[Link] = []
        if self.root is not None:
            self._follow(self.root)
        self.depth = {id(leg): number for number, leg in enumerate(self.legs)}
        tried = [] if self.legs else self._tried()
        self.lone = [] if self.legs else [*self._refusals(), *self.component.proxies, *self._echoes(), *tried]
        """Records that are the message themselves: refusals and proxy sessions without a queue ID."""
        self.earlier = tried[:-1]
        """Those among them that the last one, of the same try, knows more than."""
        self.children = self._children()
        self.skew: dict[str, int] = {}
        """Host to how far its clock is ahead of the first host's, µs; only hosts where it shows."""
        self._clocks()

    def _refusals(self) -> list[Fact]:
        """Refusals without a queue ID: of a session's those that are this message."""
        found = self.component.refusals
        for facts in self.component.sessions.values():
            found = [*found, *(fact for fact in refusals(facts) if refusal_id(fact) == self.trace_id)]
        return found

    @property
    def sessions(self) -> list[Fact]:
        """Records of the clients' sessions that are filed under the session's id."""
        return [fact for facts in self.component.sessions.values() for fact in facts]

    def _echoes(self) -> list[Fact]:
        """The refusal of a machine of ours that this is; others in the same words are no part of it."""
        facts = (fact for known in self.component.echoes.values() for fact in known)
        return [fact for fact in facts if refusal_row(fact).trace_id == self.trace_id][:1]

    def _tried(self) -> list[Fact]:
        """The refusals, one command after the other, of the try that this is."""
        found = (one for facts in self.component.tries.values() for one in tries(facts))
        return next((one for one in found if try_rows(one)[0].trace_id == self.trace_id), [])

    def _follow(self, leg: Leg) -> None:
        if leg in self.legs:  # a leg equals only itself
            return
        self.legs.append(leg)
        for link in leg.outbound:
            if all(known.child is not link.child for known in self.links):
                self.links.append(link)
            self._follow(link.child)

    def _children(self) -> list[tuple[Leg, Leg, str]]:
        """(parent leg of this message, first leg of another message, relation)."""
        above = {row.trace_id: row for row in self.others if row.parent_id == self.trace_id}
        found = []
        for leg in self.component.legs:
            row = above.get(identity(leg)) if leg.inbound is None else None
            if row is not None:
                found.append((self._reporter(leg), leg, row.relation))
        return found

    def _reporter(self, child: Leg) -> Leg:
        """The leg that this child reports on: the one whose notice names it, or Exim's R=, else the first."""
        named = (child.arrival or {}).get("parent_id", "")
        for leg in self.legs:
            if leg.key == named or any(notice.fields.get("child_id") == child.key for notice in leg.notices):
                return leg
        return self.legs[0]

    def at(self, fact: Fact) -> int:
        """The time of a fact by the clock of the first host."""
        return fact.ts - self.skew.get(fact.host, 0)

    @property
    def door(self) -> Fact | None:
        """The record by which the message came in, or was refused; None when that is not in the logs."""
        if self.root is None:
            return self.lone[0] if self.lone else None
        known = (fact for fact in self.root.facts if fact.kind == "arrive")
        return next(known, None) or next(iter(self.root.rejects), None)

    def mailbox(self, leg: Leg, recipient: Recipient) -> list[Fact]:
        """What the mailbox server said of one recipient."""
        return mailbox_facts(self.component, leg, recipient)

    def last_leg(self, row: Row) -> Leg | None:
        """The leg on which a row ends."""
        if not row.queue_ids:
            return None
        return next((leg for leg in reversed(self.legs) if leg.key == row.queue_ids[-1]), None)

    # -- clocks -----------------------------------------------------------------------------------------------------

    def _clocks(self) -> None:
        """Learn skew from links: a message arrives neither before it came to the host before, nor after it left it.

        The host before logs its delivery after the next one logs the arrival, so the arrival lies between.
        """
        if self.root is None:
            return
        seen = {self.root.host}
        for link in self.links:
            parent, child = link.parent, link.child
            if child.host not in seen:
                seen.add(child.host)
                self._learn(child.host, child.first, parent, _handed_over(link))
        for leg in self.legs:
            for recipient in leg.recipients.values():
                for fact in self.mailbox(leg, recipient):
                    if fact.host not in seen:
                        seen.add(fact.host)
                        self._learn(fact.host, fact.ts, leg, recipient.attempts[-1].ts)
            for fact in leg.verdicts:
                if fact.host not in seen and fact.ts:
                    seen.add(fact.host)
                    self._learn(fact.host, fact.ts, leg, leg.last)

    def _learn(self, host: str, when: int, parent: Leg, left: int) -> None:
        ahead = self.skew.get(parent.host, 0)
        low, high = parent.first - ahead, left - ahead
        whole = when % _SECOND == 0 or parent.first % _SECOND == 0
        tolerance = _SECOND if whole else 0
        if when > high + tolerance:
            self.skew[host] = when - high
        elif when < low - tolerance:
            self.skew[host] = when - low


def sending(link: Link) -> Fact | None:
    """The delivery of the earlier leg that this link was seen in."""
    recipients = [link.recipient] if link.recipient is not None else list(link.parent.recipients.values())
    attempts = [fact for recipient in recipients for fact in recipient.attempts if fact.fields.get("status") == "sent"]
    named = [fact for fact in attempts if fact.fields.get("next_id") == link.child.key]
    found = named or attempts
    return found[-1] if found else None


def _handed_over(link: Link) -> int:
    fact = sending(link)
    return fact.ts if fact is not None else max(link.parent.last, link.child.first)

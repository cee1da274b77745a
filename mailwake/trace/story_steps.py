"""From the records of each leg to steps: what came in, what was tried, what was decided, in Exchange's words.

Records that say nothing by themselves stand behind the step that they belong to: Message-ID, subject and activation
behind the arrival, a later activation behind the attempt that it led to, `removed` behind what came last.
"""

from __future__ import annotations

from itertools import groupby

from mailwake.events.fact import Fact
from mailwake.events.told import tell
from mailwake.trace.model import Leg, Link
from mailwake.trace.story_deliver import delivery
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_mailbox import mailbox_drafts
from mailwake.trace.story_rules import MAKERS, rejection
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_tracked import arrival, ways
from mailwake.trace.story_verdicts import same_verdict, verdict
from mailwake.trace.story_words import client, stages

_BIRTH = frozenset({"arrive", "envelope", "message_id", "header", "active"})
"""Kinds that tell of the arrival, in whatever order they come."""


def drafts(scene: Scene) -> list[Draft]:
    """All steps of the message, leg by leg."""
    found: list[Draft] = []
    for leg in scene.legs:
        found.extend(_LegSteps(scene, leg).drafts)
    for fact in scene.lone:
        found.extend(_lone(scene, fact))
    return found


def _lone(scene: Scene, fact: Fact) -> list[Draft]:
    """A refusal without a queue ID, or a message that a before-queue filter took."""
    rest = [verdict(other, "") for facts in scene.component.filters.values() for other in facts]
    if fact.kind == "reject":
        return [*rest, rejection(fact, "")]
    draft = Draft(
        fact,
        "Receive",
        tell(
            "{host} took it for its filter, which answered: {reply}", host=fact.host, reply=fact.fields.get("reply", "")
        ),
    )
    return [draft, *rest]


class _LegSteps:
    """The steps of one leg."""

    def __init__(self, scene: Scene, leg: Leg) -> None:
        self.scene, self.leg = scene, leg
        self.depth = scene.depth[id(leg)]
        self.drafts: list[Draft] = []
        self.waiting: list[Fact] = []
        """Records that belong to the next step: activations and notes before an attempt."""
        self.attempts: dict[str, int] = {}
        self.said: dict[object, Draft] = {}
        known = set(map(id, leg.facts))
        told = [fact for fact in (*leg.checks, *leg.verdicts) if id(fact) not in known]  # by others than its own queue
        facts = sorted([*told, *leg.facts], key=lambda fact: fact.ts)  # stable: a leg's order within one time stays
        tried = next((number for number, fact in enumerate(facts) if fact.kind == "deliver"), len(facts))
        self._birth([fact for fact in facts[:tried] if fact.kind in _BIRTH])
        rest = [fact for number, fact in enumerate(facts) if fact.kind not in _BIRTH or number > tried]
        for _, group in groupby(rest, key=_moment):
            self._facts(list(group))
        self._flush()
        for recipient in leg.recipients.values():
            self._put(*mailbox_drafts(scene.mailbox(leg, recipient), recipient))

    def _put(self, *drafts: Draft) -> None:
        for draft in drafts:
            draft.queue_id = draft.queue_id or self.leg.key
            draft.depth = self.depth
            self.drafts.append(draft)

    def _facts(self, facts: list[Fact]) -> None:
        fact = facts[0]
        if fact.kind == "deliver":
            self._deliver(facts)
        elif fact.kind in ("note", "active"):
            self.waiting.append(fact)
        elif fact.kind == "remove" and self.drafts:
            self.drafts[-1].after.append(fact)
        else:
            self._other(fact)

    def _other(self, fact: Fact) -> None:
        maker = MAKERS.get(fact.kind)
        same = same_verdict(fact)
        known = self.said.get(same) if same is not None else None
        if known is not None:
            self._again(known, fact)
        elif maker is not None:
            self._put(maker(fact, self.leg.host))
            if same is not None:
                self.said[same] = self.drafts[-1]
        elif self.drafts:
            self.drafts[-1].after.append(fact)

    def _again(self, known: Draft, fact: Fact) -> None:
        """A second record of the same verdict: it stands behind the first, or before it when it alone has a time."""
        if fact.ts and not known.fact.ts:
            fuller = verdict(fact, self.leg.host)
            known.after.append(known.fact)
            known.fact, known.text, known.details = fact, fuller.text, fuller.details
        else:
            known.after.append(fact)

    def _birth(self, facts: list[Fact]) -> None:
        """The arrival is one step, however many records tell of it."""
        if facts:
            fact = next((fact for fact in facts if fact.kind == "arrive"), facts[0])
            draft = self._arrival(fact)
            draft.after = [other for other in facts if other is not fact]
            self._put(draft)

    def _arrival(self, fact: Fact) -> Draft:
        link, host = self.leg.inbound, self.leg.host or tell("The server")
        fields = self.leg.arrival or fact.fields  # which the session's records may have lent its client
        if link is not None and self.depth:
            draft = Draft(fact, *_taken_over(link, host))
            draft.details.extend(ways(fields))
            return draft
        if self.leg.tracked and fact.kind == "arrive":
            return arrival(fact, host)
        if fact.kind != "arrive":
            if self.leg.sender == "":
                return Draft(fact, "Receive", tell("{host} made it itself: a report of the mail system.", host=host))
            return Draft(
                fact, "Receive", tell("{host} had it in its queue; how it came in is not in these logs.", host=host)
            )
        if "local" in fields:
            if self.leg.sender == "" and not fields.get("uid"):
                return Draft(fact, "Receive", tell("{host} made it itself: a report of the mail system.", host=host))
            who = fields.get("user") or (tell("uid {uid}", uid=fields["uid"]) if "uid" in fields else "")
            return Draft(
                fact,
                "Submit",
                tell(
                    "A program on {host}{who_part} handed it in.",
                    host=self.leg.host or tell("the server"),
                    who_part=f" ({who})" if who else "",
                ),
            )
        origin = "orig_" if "orig_client_ip" in fields else ""
        text = tell("{host} took it from {client}", host=host, client=client(fields, origin))
        if fields.get("sasl_username"):
            return Draft(
                fact,
                "Submit",
                tell("{text}, logged in as {sasl_username}.", text=text, sasl_username=fields["sasl_username"]),
            )
        return Draft(fact, "Receive", tell("{words}.", words=text))

    def _deliver(self, facts: list[Fact]) -> None:
        fact = facts[0]
        fields = fact.fields
        number = 1
        for other in facts:
            name = other.fields.get("recipient", "").lower()
            number = self.attempts[name] = self.attempts.get(name, 0) + 1
        link = next((link for link in self.leg.outbound if _is_by(link, fact)), None)
        draft = delivery(facts, link, in_mailbox=bool(fields.get("token")) and self._told(fact))
        if (number > 1 and not self.leg.tracked) or fields.get("status") == "deferred":
            draft.details.insert(0, tell("attempt {number}", number=number))
        delays = stages(fields.get("delays", ""))
        if delays:
            draft.details.append(delays)
        for other in self.waiting:
            draft.before.append(other)
            if other.kind == "note":
                draft.details.append(str(other.fields.get("text", "")))
        self.waiting = []
        self._put(draft)

    def _told(self, fact: Fact) -> bool:
        """Whether the mailbox server's own records of this delivery are here."""
        for recipient in self.leg.recipients.values():
            if any(attempt is fact for attempt in recipient.attempts):
                return bool(self.scene.mailbox(self.leg, recipient))
        return False

    def _flush(self) -> None:
        """Notes that no attempt followed are steps of their own."""
        for fact in self.waiting:
            if fact.kind == "note":
                self._put(Draft(fact, "Note", str(fact.fields.get("text", ""))))
            elif self.drafts:
                self.drafts[-1].after.append(fact)


def _moment(fact: Fact) -> object:
    """Deliveries with one moment, reply and process are one step; any other record is one by itself."""
    fields = fact.fields
    if fact.kind != "deliver":
        return id(fact)
    return fact.ts, fact.pid, fields.get("status"), fields.get("reply"), fields.get("relay"), fields.get("next_id")


def _is_by(link: Link, fact: Fact) -> bool:
    """Whether this delivery handed the message over that link."""
    if fact.fields.get("status") != "sent" or link.rule == "redirect":
        return False
    if link.recipient is not None:
        return any(attempt is fact for attempt in link.recipient.attempts)
    names = {known.address.lower() for known in link.child.recipients.values()}
    names.update(known.original.lower() for known in link.child.recipients.values())
    return not names or str(fact.fields.get("recipient", "")).lower() in names


def _taken_over(link: Link, host: str) -> tuple[str, str]:
    parent = link.parent
    if link.rule == "orig_id":
        return "Resubmit", tell(
            "{host} took it up again after it was requeued (queue ID before: {key}).", host=host, key=parent.key
        )
    if link.rule in ("forwarded as", "redirect"):
        return "Redirect", tell(
            "{host} took it up again for its new address (queue ID before: {key}).", host=host, key=parent.key
        )
    if parent.host == host:
        return "Receive", tell(
            "{host} took it back from its filter (queue ID before: {key}).", host=host, key=parent.key
        )
    return "Receive", tell(
        "{host} took it from {host2} (queue ID there: {key}).", host=host, host2=parent.host, key=parent.key
    )

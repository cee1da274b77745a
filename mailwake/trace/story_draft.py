"""Drafts of steps: what is known of one while the records are read; then their order and the time between."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwake.events.fact import Fact
from mailwake.trace.model import PROVEN
from mailwake.trace.story_model import PLAIN, Step
from mailwake.trace.story_scene import Scene


@dataclass
class Draft:
    """A step in the making."""

    fact: Fact
    """The record that makes it a step."""
    event: str
    text: str
    tone: str = PLAIN
    recipient: str = ""
    queue_id: str = ""
    depth: int = 0
    """Place of its leg on the way; of steps at the same time the earlier leg's come first."""
    details: list[str] = field(default_factory=list)
    before: list[Fact] = field(default_factory=list)
    """Records that belong to it and stand before its own."""
    after: list[Fact] = field(default_factory=list)
    grade: str = PROVEN

    def attach(self, fact: Fact, detail: str = "") -> None:
        """Put a record of the same process behind this step, by process and time only."""
        self.before.append(fact)
        if detail and detail not in self.details:
            self.details.append(detail)


def timeline(scene: Scene, drafts: list[Draft]) -> tuple[Step, ...]:
    """Steps in order of the first host's clock, with the seconds since the step before and since the start.

    Clocks are put right by `Scene.skew`; what disorder is left (records of one second) must not count backwards.
    """
    rank = {id(draft): number for number, draft in enumerate(drafts)}
    timed = [draft for draft in drafts if draft.fact.ts and not draft.depth] or drafts
    begin = min((scene.at(draft.fact) for draft in timed), default=0)
    drafts = sorted(drafts, key=lambda draft: (_when(scene, draft, begin), draft.depth, rank[id(draft)]))
    steps: list[Step] = []
    previous = begin
    for draft in drafts:
        when = max(_when(scene, draft, begin), previous)
        steps.append(step(draft, (when - begin) / 1e6, (when - previous) / 1e6))
        previous = when
    return tuple(steps)


def _when(scene: Scene, draft: Draft, begin: int) -> int:
    """Nothing happens to a message before it comes in: what is left of skew within a second must not say so."""
    return max(scene.at(draft.fact), begin) if draft.fact.ts else begin


def step(draft: Draft, since_start: float = 0.0, since_previous: float = 0.0) -> Step:
    """The finished step."""
    fact = draft.fact
    records = [*sorted(draft.before, key=lambda other: other.ts), fact, *draft.after]
    return Step(
        ts=fact.ts,
        host=fact.host,
        program=fact.program,
        queue_id=draft.queue_id,
        event=draft.event,
        text=draft.text,
        recipient=draft.recipient,
        tone=draft.tone,
        since_start=since_start,
        since_previous=since_previous,
        details=tuple(draft.details),
        raw=tuple(dict.fromkeys(record.raw for record in records)),
        grade=draft.grade,
    )

"""Other messages in a line each: what this one came out of, what came out of it, earlier and later attempts."""

from __future__ import annotations

from mailwake.events.told import tell
from mailwake.store.rows import Row
from mailwake.trace.causes import explain
from mailwake.trace.model import INFERRED, PROVEN
from mailwake.trace.story_model import Relative
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_words import plain_seconds

RELATIONS = (
    *(tell("failure notification"), tell("delay notification"), tell("success notification")),
    *(tell("postmaster notification"), tell("forwarded"), tell("child"), tell("made of it")),
)
"""What a row says of the message that it came out of."""


def relatives(scene: Scene) -> tuple[Relative, ...]:
    """Parents, then children, a line for each recipient."""
    own = scene.rows[0]
    found = []
    if own.parent_id:
        above = [row for row in scene.others if row.trace_id == own.parent_id]
        found += [
            relative(row, tell("parent: this is its {relation}", relation=tell(own.relation or "child")))
            for row in above
        ]
    children = [row for row in scene.others if row.parent_id == scene.trace_id]
    found += [relative(row, tell("child: {relation}", relation=tell(row.relation or "made of it"))) for row in children]
    return tuple(found)


def relative(row: Row, relation: str, grade: str = PROVEN) -> Relative:
    """One row of another message in a line."""
    cause = explain(row)
    return Relative(
        relation=relation,
        trace_id=row.trace_id,
        received=row.received,
        sender=row.sender,
        recipient=row.recipient,
        status=row.status,
        detail=row.detail,
        reason=row.reason,
        text=tell("{words}.", words=tell(cause.title)) if cause is not None else "",
        grade=grade,
    )


def attempt(row: Row, other: Row) -> Relative:
    """Another attempt of the same client network, sender and recipient."""
    later = other.received > row.received
    span = plain_seconds(abs(other.received - row.received) / 1e6)
    return relative(
        other,
        tell("later attempt ({span} after)", span=span)
        if later
        else tell("earlier attempt ({span} before)", span=span),
        INFERRED,
    )

"""Other messages in a line each: what this one came out of, what came out of it, earlier and later attempts."""

from __future__ import annotations

from mailwake.store.rows import Row
from mailwake.trace.causes import explain
from mailwake.trace.model import INFERRED, PROVEN
from mailwake.trace.story_model import Relative
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_words import plain_seconds


def relatives(scene: Scene) -> tuple[Relative, ...]:
    """Parents, then children, a line for each recipient."""
    own = scene.rows[0]
    found = []
    if own.parent_id:
        above = [row for row in scene.others if row.trace_id == own.parent_id]
        found += [relative(row, f"parent: this is its {own.relation or 'child'}") for row in above]
    children = [row for row in scene.others if row.parent_id == scene.trace_id]
    found += [relative(row, f"child: {row.relation or 'made of it'}") for row in children]
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
        text=f"{cause.title}." if cause is not None else "",
        grade=grade,
    )


def attempt(row: Row, other: Row) -> Relative:
    """Another attempt of the same client network, sender and recipient."""
    later = other.received > row.received
    span = plain_seconds(abs(other.received - row.received) / 1e6)
    return relative(
        other, f"{'later' if later else 'earlier'} attempt ({span} {'after' if later else 'before'})", INFERRED
    )

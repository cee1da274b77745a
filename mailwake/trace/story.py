"""The whole story of one message: from its rows and the facts of its journey to what an administrator wants to read.

For whoever renders it (`cli/render_story.py`, later the web): all parts are frozen dataclasses of `story_model`.

    Story
      headline    one sentence or two: the verdict, `tone` good | bad | wait | plain
      outcomes    an Outcome for each row (recipient): text, detail, seconds, folder, host, queue_id, dsn, reason (the
                  server's own words), cause (None, or Cause: key, title, sentence, advice, who), mailbox (lines)
      message     Message: sender, recipients, subject, message_id, size, client_name/client_ip, helo, tls, sasl_user,
                  direction, verdicts (Verdict: filter, action, score, required, symbols, text) ...
      timeline    Steps in order: ts (as logged), host, program, queue_id, event, text, recipient, tone, since_start
                  and since_previous (seconds, put right for skewed clocks), details (lines to indent), raw (records)
      tree        Nodes (normally one root): host, queue_id, first, last, recipients (End: address, status, text, tone)
                  and edges (Edge: words, rule, grade, recipients, node). Notifications have rule `notification`.
      evidence    Evidence for each link: parent, child, rule, grade, words
      missing     Missing: key, text: what the logs do not tell; empty when all is there
      session     Steps of the client's connection: Connect, TLS, Auth, Screen, Lost, Disconnect with counters
      attempts    Relatives: the same client network, sender and recipient before or after (greylisting), inferred
      relatives   Relatives: what this message came out of (`parent: ...`) and what came out of it (`child: ...`)
      also        Relatives: other messages that the question matched too, newest first
      zone        the zone that times are to be shown in
    Times are µs UTC, durations seconds; "" and None are not known (sender "" is the null sender).
    `Story.to_json()` gives it all with Exchange's names; `plain_seconds()` words a duration as the sentences here do.

Sources: RFC 3463 (enhanced status codes), postsuper(1), bounce(8), lmtp(8); Exchange's event names after
`Get-MessageTraceDetailV2` and the message tracking log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailwake.events.fact import Fact
from mailwake.events.told import tell
from mailwake.store.rows import Row
from mailwake.trace.story_draft import Draft, step, timeline
from mailwake.trace.story_message import message
from mailwake.trace.story_missing import missing
from mailwake.trace.story_model import Relative, Story
from mailwake.trace.story_outcomes import headline, outcomes
from mailwake.trace.story_relatives import relatives
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_session import attach_incoming, attach_outgoing
from mailwake.trace.story_steps import drafts
from mailwake.trace.story_tree import evidence, tree
from mailwake.trace.story_words import plain_seconds

__all__ = ["Story", "build", "build_from", "plain_seconds"]


def build(
    rows: Sequence[Row],
    facts: Iterable[Fact],
    *,
    sessions: Sequence[Fact] = (),
    attempts: Sequence[Relative] = (),
    also: Sequence[Relative] = (),
    zone: str = "UTC",
) -> Story:
    """Tell the story of the message that these rows are of.

    facts: all filed under any of the rows' keys; sessions: what the processes that handled it logged beside it.
    """
    return build_from(Scene(rows, facts), sessions=sessions, attempts=attempts, also=also, zone=zone)


def build_from(
    scene: Scene,
    *,
    sessions: Sequence[Fact] = (),
    attempts: Sequence[Relative] = (),
    also: Sequence[Relative] = (),
    zone: str = "UTC",
) -> Story:
    """The same from a scene that was set up before."""
    swept = _swept(scene)
    found = drafts(scene)
    attach_outgoing(found, sessions)
    tls, session = attach_incoming(
        next((draft for draft in found if draft.fact is scene.door), None), sessions, scene.rows[0].sender
    )
    found.extend(_orders(scene, swept))
    ends = outcomes(scene)
    verdict, tone = headline(ends)
    return Story(
        trace_id=scene.trace_id,
        headline=verdict,
        tone=tone,
        outcomes=ends,
        message=message(scene, tls),
        timeline=timeline(scene, found),
        tree=tree(scene, swept),
        evidence=evidence(scene),
        missing=missing(scene, swept),
        session=tuple(step(draft) for draft in session),
        attempts=tuple(attempts),
        relatives=relatives(scene),
        also=tuple(also),
        zone=zone,
    )


def _swept(scene: Scene) -> dict[tuple[str, str, int], int]:
    """Legs that an order without queue IDs deleted, as the rows say it (see `sweeps`)."""
    found = {}
    for row in scene.rows:
        leg = scene.last_leg(row) if row.detail == "Deleted" and "does not name" in row.remark else None
        if leg is not None:
            found[leg.place] = row.last
    return found


def _orders(scene: Scene, swept: dict[tuple[str, str, int], int]) -> list[Draft]:
    """A step for each order that named no queue ID; its record is not filed under the message."""
    found = []
    for (host, key, _), when in swept.items():
        fact = Fact(when, host, "", 0, "queue_action", key, {"action": "delete"}, "", scene.legs[0].facts[0].origin)
        text = tell("An administrator deleted all of the queue on {host}; the log names no queue ID.", host=host)
        found.append(Draft(fact, "Drop", text, "bad", queue_id=key, depth=len(scene.legs), grade="inferred"))
    return found

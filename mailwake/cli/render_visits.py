"""Sessions of a client for people: what came of each, and its steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from mailwake.cli.render_story import Show, steps_of, time_of, wrapped
from mailwake.cli.terminal import toned
from mailwake.operations.when import zone_name
from mailwake.trace.story_visits import Visits


def lines(found: Visits, zone: tzinfo, room: int | None, show: Show, *, raw: bool = False) -> Iterator[str]:
    """See `render_story.lines`."""
    yield from (toned(text, "", bold=True) for text in wrapped(found.headline, room, ""))
    for visit in found.visits:
        yield ""
        program = f" {visit.program}" if visit.program else ""
        where = f"{visit.host}{program}" if visit.host else visit.program
        name = visit.client_name if visit.client_name not in ("", visit.client_ip) else ""
        who = f", {name}[{visit.client_ip}]" if name else f", [{visit.client_ip}]" if visit.client_ip else ""
        head = f"{time_of(visit.first, zone)} {zone_name(zone)}, {where}{who}"
        yield from (toned(text, "", bold=True) for text in wrapped(head, room, ""))
        yield from (toned(text, visit.tone) for text in wrapped(visit.headline, room, "  "))
        yield from steps_of(visit.steps, zone, room, raw)
        for queue_id in visit.queue_ids if visit.queue_ids != (found.asked,) else ():
            yield from wrapped(show(queue_id), room, "  ")
    if found.more:
        yield ""
        yield "There are older ones."

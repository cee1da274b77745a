"""Stories of many messages, for reports: what each one's own records say, fetched for a batch of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from mailwake.events.fact import Fact
from mailwake.operations.backend import Backend
from mailwake.operations.show import DAY, MATCHES, Shown, keys_of, narrowing, records_of
from mailwake.store.query import Cursor, Equals, Node, Or
from mailwake.store.rows import Row
from mailwake.trace.story import Story, build_from
from mailwake.trace.story_scene import Scene


class _Ahead:
    """A backend whose facts of some rows were fetched ahead; what it does not have it asks for."""

    def __init__(self, backend: Backend, rows: Sequence[Row]) -> None:
        self._backend = backend
        self._known = keys_of(rows)
        self._low, self._high = min(row.received for row in rows) - DAY, max(row.last for row in rows) + DAY
        self._facts: defaultdict[str, list[Fact]] = defaultdict(list)
        for key, fact in backend.filed(self._known, self._low, self._high):
            self._facts[key].append(fact)

    def search(self, node: Node, limit: int, cursor: Cursor | None = None, *, since: int | None = None) -> list[Row]:
        return self._backend.search(node, limit, cursor, since=since)

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        wanted = set(keys)
        if low is None or high is None or low < self._low or high > self._high or not wanted <= self._known:
            return self._backend.facts(wanted, low, high)
        found = [fact for key in sorted(wanted) for fact in self._facts.get(key, ()) if low <= fact.ts <= high]
        return sorted(found, key=lambda fact: fact.ts)


def tell_many(
    backend: Backend, trace_ids: Sequence[str], zone: str = "UTC", shown: Shown | None = None
) -> Iterator[tuple[list[Row], Story]]:
    """Rows and story of each message, in this order; those that are not there are left out.

    trace_ids: as rows have them, some hundred at most. A story lacks what processes logged without naming the message
    (sessions) and the attempts before it. shown: see `show.tell`.
    """
    wanted = Or(tuple(Equals("trace_id", one) for one in trace_ids))
    of_each: dict[str, list[Row]] = {one: [] for one in trace_ids}
    limit = MATCHES * len(trace_ids)
    found = backend.search(wanted, limit)
    for row in found:
        if len(of_each[row.trace_id]) < MATCHES:
            of_each[row.trace_id].append(row)
    if len(found) == limit:  # a message to very many may have taken the place of others
        for one, known in of_each.items():
            if len(known) < MATCHES:
                of_each[one] = backend.search(Equals("trace_id", one), MATCHES)
    rows = [row for known in of_each.values() for row in known]
    if not rows:
        return
    ahead = _Ahead(backend, rows)
    for known in filter(None, of_each.values()):
        scene = Scene(known, records_of(ahead, known, narrowing(shown, known)))
        yield known, build_from(scene, sessions=scene.sessions, zone=zone)

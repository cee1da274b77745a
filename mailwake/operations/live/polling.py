"""Message traces of a tenant into a spool, again and again; where it was is noted when its rows are on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import orjson

from mailwake.operations import durable
from mailwake.operations.live.graph import REACH, SPAN, Graph, GraphError, Page
from mailwake.operations.live.keeper import Keeper
from mailwake.operations.live.spool import Spool, SpoolFullError

if TYPE_CHECKING:
    from mailwake.operations.live.sources import GraphSource
    from mailwake.operations.live.status import Gauge

_PLACE = ".graph"
_BEHIND = 60.0
"""Seconds before now up to which is asked: the end must not lie in Microsoft's future."""
_AGAIN_EVERY = 6 * 3600.0
_AGAIN = 2 * 86_400.0
"""So often so far back is asked once more: what waited is delivered or returned within two days."""
_PACE = 3.2
"""Seconds between requests: 100 in five minutes are allowed, for all that ask."""


class Place(NamedTuple):
    """How far the traces were taken (Unix times)."""

    until: float
    """All before it was taken once; 0 for nothing."""
    end: float = 0.0
    """Of the span that is being taken."""
    next: str = ""
    """Its next page; "" when none is under way."""
    looked_back: float = 0.0


class GraphPoller(Keeper):
    """One thread that asks for one tenant."""

    def __init__(
        self, source: GraphSource, spool: Spool, gauge: Gauge, now: Callable[[], float] = time.time, pace: float = _PACE
    ) -> None:
        """Goes on where it was. now: the time (Unix). pace: seconds between requests. Raises OSError."""
        super().__init__("graph")
        self._source, self._spool, self._gauge, self._now, self._pace = source, spool, gauge, now, pace
        self._file = spool.folder / _PLACE
        self.place = Place(*orjson.loads(self._file.read_bytes())) if self._file.exists() else Place(0.0)
        self._graph = Graph(source.tenant, (source.client_id, source.client_secret), url=source.url, login=source.login)

    def round(self) -> bool:
        """Take one page; False when nothing is left to take now. Raises GraphError, SpoolFullError, OSError."""
        address = self.place.next
        if not address:
            begin, end = self._span()
            if end - begin < 1:
                return False
            back = self._now() if begin <= end - _AGAIN + 1 else self.place.looked_back
            self.place = self.place._replace(end=end, looked_back=back)
            address = self._graph.first(begin, end)
        self._keep(self._graph.page(address))
        return bool(self.place.next) or self.place.until < self._now() - _BEHIND - self._source.every

    def _span(self) -> tuple[float, float]:
        """What to ask for next: from a little before what was taken up to now, at most as long as Graph allows."""
        now = self._now()
        latest = float(int(now - _BEHIND))
        earliest = now - min(self._source.days * 86_400.0, REACH)
        back = self._source.overlap
        if now - self.place.looked_back >= _AGAIN_EVERY and self.place.until:
            back = max(back, _AGAIN)
        begin = max(earliest, now - REACH, self.place.until - back) if self.place.until else earliest
        begin = float(int(begin))
        return begin, min(latest, begin + SPAN)

    def _keep(self, page: Page) -> None:
        self._spool.append(page.lines, durable=True)
        self._gauge.hear(0)
        done = Place(max(self.place.until, self.place.end), looked_back=self.place.looked_back)
        self.place = self.place._replace(next=page.next) if page.next else done
        durable.write(self._file, orjson.dumps(list(self.place)))

    def _run(self) -> None:
        while not self._ended.is_set():
            wait = self._pace
            try:
                if not self.round():
                    wait = self._source.every
            except GraphError as error:
                self._gauge.note(str(error))
                wait = max(self._pace, error.after)
                self._give_up_page(error)
            except (SpoolFullError, OSError) as error:
                self._gauge.note(f"the traces wait: {error}")
            self._ended.wait(wait)

    def _give_up_page(self, error: GraphError) -> None:
        """An address of a page holds for a while only: the span is begun anew then; what is known comes to nothing."""
        if error.status in (400, 404, 410):
            self.place = self.place._replace(next="")

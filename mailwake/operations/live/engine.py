"""The one thread that reads, correlates and writes while a server runs.

What the followers find is taken in windows of some tenths of a second or some thousand records, correlated and written
as an import does, and the places in the logs are committed with the window they belong to. What fails (a full disk, a
store that cannot be written) is begun again from the committed places; what is read twice is known again.
"""

from __future__ import annotations

import gc
import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.audit.observe.naming import placed
from mailwake.events.fact import NO_TIME, Fact
from mailwake.ingest.fact_tail import FactTail
from mailwake.ingest.follow import Follower
from mailwake.ingest.places import Places
from mailwake.ingest.resume import Saved
from mailwake.ingest.tail import Tail
from mailwake.operations import auditing, skew
from mailwake.operations.correlate import Correlator
from mailwake.operations.live import status
from mailwake.operations.live.admissions import admission
from mailwake.operations.live.spool import Spool
from mailwake.operations.live.status import Gauge, SourceStatus
from mailwake.operations.opening import StoreBackend
from mailwake.operations.reviving import StoredReviver
from mailwake.operations.writer import Writer
from mailwake.store import files, journeys
from mailwake.store.database import Database

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

log = logging.getLogger(__name__)

WINDOW = 5_000
"""Records after which a window is written."""
MOST = 50_000
"""Records of one window at most."""
WINDOW_EVERY = 0.25
"""Seconds from the beginning of one window's writing to that of the next, at least, unless there is much."""
SHARE, SELDOM = 4.0, 1.0
"""On a busy machine a window takes longer to write: then the next one waits for so many times that long, up to so many
seconds. Each window is pieces that have to be merged, which those who ask at that moment wait for."""
LOOK_EVERY = 0.1
"""Seconds between looks at files that have nothing more."""
AUDIT_EVERY = 2.0
"""Seconds between making audit records."""
PLACES_EVERY = 1.0
"""Seconds between commits of the places: what is read again after a crash is known again."""
STATUS_EVERY = 2.0
CLOCKS_EVERY = 30.0
"""Seconds between comparisons of the hosts' clocks, in moments when nothing waits."""
COLLECT_EVERY = 120.0
"""Seconds between looks of the cycle collector at everything. Facts in hand are millions and make no cycles: left to
itself it looked at all of them again and again, which took a third of the time at 20,000 lines a second."""
_COLLECTING = (50_000, 20, 1 << 30)
_MARGIN = 5.0
"""Seconds by which the last look may be older than it is noted."""
_AGAIN_AFTER = (1.0, 5.0, 15.0, 60.0)
"""Seconds before it is tried again after a failure."""


@dataclass
class Feed:
    """One source: where its lines are, and its counts."""

    gauge: Gauge
    pattern: str
    zone: str | None = None
    host: str = ""
    spool: Spool | None = None
    """Where the lines are put that come over the network; None for a log file."""


@dataclass
class _Window:
    """What was read and not written yet."""

    facts: list[Fact] = field(default_factory=list)
    closed: list[tuple[Feed, Tail[Fact]]] = field(default_factory=list)
    gauges: dict[int, Gauge] = field(default_factory=dict)
    admitted: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of each feed: how often and how many were lost here, as far as it is told in this window."""
    begun: float = 0.0


class Engine:
    """Live ingest of one process; `start` and `stop` from any thread."""

    def __init__(self, database: Database, directory: Directory, feeds: list[Feed]) -> None:
        """feeds: all of them; they do not change while it runs."""
        self.feeds = feeds
        self._database, self._directory = database, directory
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live")
        self._backlog: dict[int, int] = {}
        self._before = status.settled(database.path)
        self.settled = {one.gauge.now.name: self._before.get(one.gauge.now.name, time.time()) for one in feeds}
        """Of each source, since when all that was there is in the store."""
        self.failure = ""
        """Why nothing is written at the moment; "" when all is well."""
        self.admitted: dict[int, tuple[int, int]] = {}
        """Losses of each feed that are told in the store."""
        self.windows = 0
        """Windows written."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write what was read, and end."""
        self._ended.set()
        self._thread.join()

    def last_look(self, feed: Feed) -> float:
        """Up to when all of this source was read and kept, before this session (Unix time); inf when it is new."""
        return self._before.get(feed.gauge.now.name, math.inf)

    def look(self) -> list[SourceStatus]:
        """The status of each source now."""
        return [feed.gauge.look(self._backlog.get(id(feed), 0)) for feed in self.feeds]

    def save_status(self) -> None:
        """Leave the status in the data directory, for other processes and the next one."""
        status.save(self._database.path, self.look(), self.settled)

    def _run(self) -> None:
        from django.db import connections

        failed, collecting = 0, gc.get_threshold()
        gc.set_threshold(*_COLLECTING)
        try:
            self.save_status()  # what is rotated from now on is read, whatever happens to this process
            while not self._ended.is_set():
                before = self.windows
                try:
                    _Session(self).run()
                except Exception as error:
                    failed = failed + 1 if self.windows == before else 1
                    self.failure = f"{type(error).__name__}: {error}"
                    log.exception("live reading stopped; it is begun again from what was written")
                    self._before = dict(self.settled)
                    self.save_status()
                    self._ended.wait(_AGAIN_AFTER[min(failed, len(_AGAIN_AFTER)) - 1])
        finally:
            gc.set_threshold(*collecting)
            self.save_status()
            connections.close_all()


class _Session:
    """Reading from the committed places on, until it is to end or something fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._database, self._directory = engine._database, engine._directory
        known = files.load(self._database)
        self._places = Places((one.path, Saved(one.offset, one.head, one.tail)) for one in known)
        self._correlator = Correlator(self._database, StoredReviver())
        self._followers = [self._follower(feed) for feed in engine.feeds]
        self._window = _Window()
        self._high: dict[int, int] = {}
        """Latest time read of each feed."""
        self._caught_up: dict[str, float] = {}
        """Of each source, when (Unix time) the last look began that left nothing unread."""
        self._audited = self._told = self._wrote = self._placed = self._compared = 0.0
        self._took = 0.0
        """Seconds that the last window took to write."""
        self._collected = time.monotonic()
        self._places_wait = False
        """There are places that are not committed yet."""

    def _follower(self, feed: Feed) -> Follower[Fact]:
        is_closed: Callable[[Path], bool] = feed.spool.is_closed if feed.spool is not None else lambda _: False
        return Follower(
            feed.pattern,
            lambda path, offset: FactTail(path, offset, feed.zone, feed.host),
            resume=self._places.offset,
            is_closed=is_closed,
            since=self._engine.last_look(feed) - _MARGIN,
        )

    def run(self) -> None:
        """Read and write. Raises what goes wrong."""
        import pyarrow  # noqa: F401 - a second, which the first window would have to wait for

        micros = time.time_ns() // 1000
        organization = self._directory.settings().organization(micros)
        prefixes, public = organization.shared_prefixes, organization.public_prefixes
        try:
            with self._database.merging(), Writer(self._database, journeys.next_version(self._database)) as writer:
                self._correlator.before_reading = writer.drain
                writer.place = lambda signs: placed(signs, prefixes, public)
                while not self._engine._ended.is_set():
                    self._round(writer)
                self._write(writer)
                self._audit(writer)
        finally:
            for follower in self._followers:
                follower.close()

    def _round(self, writer: Writer) -> None:
        busy = self._read()
        window = self._window
        if not window.begun and not self._places_wait:
            self._engine.settled.update(self._caught_up)
        late = self._places_wait and time.monotonic() - self._placed >= PLACES_EVERY
        if not window.begun and (late or self._has_losses()):
            window.begun = time.monotonic()
        due = window.begun and time.monotonic() - self._wrote >= max(WINDOW_EVERY, min(SHARE * self._took, SELDOM))
        if len(window.facts) >= WINDOW or due:
            self._write(writer)
        if time.monotonic() - self._audited >= AUDIT_EVERY:
            self._audit(writer)
        if time.monotonic() - self._told >= STATUS_EVERY:
            self._told = time.monotonic()
            self._engine.save_status()
        if time.monotonic() - self._collected >= COLLECT_EVERY:
            gc.collect()
            self._collected = time.monotonic()
        if not busy:
            if time.monotonic() - self._compared >= CLOCKS_EVERY:
                self._compare_clocks()
            self._engine._ended.wait(LOOK_EVERY)

    def _read(self) -> bool:
        """One look at all feeds; whether there is more to read at once."""
        busy = False
        for feed, follower in zip(self._engine.feeds, self._followers, strict=True):
            began = time.time()
            for tail, facts, over in follower.poll():
                self._take(feed, facts)
                if over:
                    self._window.closed.append((feed, tail))
                busy = busy or not tail.at_end
                if len(self._window.facts) >= MOST:
                    busy = True
                    break
            self._engine._backlog[id(feed)] = follower.backlog
            if not follower.backlog:
                self._caught_up[feed.gauge.now.name] = began
            for text in follower.losses:
                feed.gauge.lose(0, text)
            follower.losses.clear()
            for path, text in follower.errors.items():
                feed.gauge.note(f"{path}: {text}" if path not in text else text)
        return busy

    def _take(self, feed: Feed, facts: list[Fact]) -> None:
        window = self._window
        window.begun = window.begun or time.monotonic()
        if facts:
            window.facts.extend(facts)
            window.gauges[id(feed)] = feed.gauge
            feed.gauge.read(facts)
            self._high[id(feed)] = max([self._high.get(id(feed), NO_TIME), *(fact.ts for fact in facts)])

    def _has_losses(self) -> bool:
        feeds = self._engine.feeds
        return any(one.gauge.admitted()[0] > self._engine.admitted.get(id(one), (0, 0))[0] for one in feeds)

    def _admit(self) -> None:
        """What was lost on the way here becomes a record, too: who asks about that time is told."""
        for feed in self._engine.feeds:
            losses, lost, why = feed.gauge.admitted()
            before = self._engine.admitted.get(id(feed), (0, 0))
            if losses > before[0]:
                self._window.admitted[id(feed)] = (losses, lost)
                self._window.begun = self._window.begun or time.monotonic()
                self._window.facts.append(admission(feed.gauge.now.name, lost - before[1], why))

    def _write(self, writer: Writer) -> None:
        """Correlate and write what was read. All that the logs gave so far is in this window, so their places at this
        moment are committed behind it, if it is time; also those of files that were only renamed."""
        self._wrote = time.monotonic()
        self._admit()
        window, self._window = self._window, _Window()
        if not window.begun and not self._places_wait:
            return
        caught_up = dict(self._caught_up)
        tails = [*(tail for _, tail in window.closed), *(one for f in self._followers for one in f.tails.values())]
        places: list[files.Place] = []
        self._places_wait = not self._is_time_for_places(window)
        if not self._places_wait:
            self._placed = self._wrote
            places = [files.Place(path, *saved) for path, saved in self._places.commit(tails)]
        writer.write(self._correlator.window(window.facts, self._watermark()), places)
        writer.drain()
        self._took = time.monotonic() - self._wrote
        if not self._places_wait:
            self._engine.settled.update(caught_up)
        self._engine.windows += 1
        self._engine.admitted.update(window.admitted)
        self._engine.failure = ""
        for gauge in window.gauges.values():
            gauge.written()
        for feed, tail in window.closed:
            if feed.spool is not None:
                feed.spool.remove(tail.path, tail.offset)

    def _is_time_for_places(self, window: _Window) -> bool:
        late = self._wrote - self._placed >= PLACES_EVERY
        return late or bool(window.closed) or self._engine._ended.is_set()

    def _watermark(self) -> int:
        """All feeds have been read up to this time (µs): those without a backlog up to now."""
        behind = [self._high.get(id(feed), NO_TIME) for feed in self._engine.feeds if self._engine._backlog[id(feed)]]
        high = max(self._high.values(), default=NO_TIME)
        return min([high, time.time_ns() // 1000, *behind])

    def _compare_clocks(self) -> None:
        self._compared = time.monotonic()
        found = skew.learn(StoreBackend(self._database))
        for feed in self._engine.feeds:
            feed.gauge.compare(found)

    def _audit(self, writer: Writer) -> None:
        self._audited = time.monotonic()
        writer.drain()
        auditing.work(self._database, lambda _: nullcontext(self._directory))

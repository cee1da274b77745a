"""Live ingest of a serving process: made of the configured sources, started and stopped with it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.operations.live.engine import Engine, Feed
from mailwake.operations.live.journald import JournalKeeper
from mailwake.operations.live.listen import Listener
from mailwake.operations.live.polling import GraphPoller
from mailwake.operations.live.sources import AnySource, FileSource, GraphSource, JournalSource, SyslogSource
from mailwake.operations.live.spool import Spool, SpoolFullError
from mailwake.operations.live.status import Gauge, SourceStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailwake.directory.directory import Directory
    from mailwake.operations.live.sources import PushSource
    from mailwake.store.database import Database

FOLDER = Path("live") / "spool"
"""Below the data directory."""
_BATCHES = 256
"""Ids of batches that are remembered, so that one that comes twice is read once. After a restart it is; its records
are known by their content."""


class PushPoint:
    """Where one push source's records go in."""

    def __init__(self, source: PushSource, spool: Spool, gauge: Gauge) -> None:
        """Ready to take."""
        self.source, self.gauge, self._spool = source, gauge, spool
        self._lock = threading.Lock()
        self._batches: deque[str] = deque(maxlen=_BATCHES)

    def take(self, lines: list[bytes], batch: str = "") -> None:
        """Keep records; they are on the disk when this returns. Raises SpoolFullError.

        batch: an id by which the sender names these very records again when it has seen no answer; "" for none.
        """
        with self._lock:
            if batch and batch in self._batches:
                return
        try:
            self._spool.append(lines, durable=True)
        except SpoolFullError as error:
            self.gauge.refuse(1, f"a request was put off: {error}")
            raise
        if batch:
            with self._lock:
                self._batches.append(batch)


class Live:
    """All of it."""

    def __init__(self, database: Database, directory: Directory, sources: Sequence[AnySource]) -> None:
        """Listens at once, so that an address in use is told at the start. Raises ListenError, OSError."""
        self.points: dict[str, PushPoint] = {}
        """Push sources by name."""
        self._takers: list[Listener | JournalKeeper | GraphPoller] = []
        self._spools: list[Spool] = []
        feeds = []
        try:
            for source in sources:
                feeds.append(self._feed(database.path, source))
        except BaseException:
            for taker in self._takers:
                taker.stop()
            raise
        self.engine = Engine(database, directory, feeds)

    def start(self) -> None:
        """Begin to read and to take messages."""
        self.engine.start()
        for taker in self._takers:
            taker.start()

    def stop(self) -> None:
        """End in order: take nothing more, write what was read."""
        for taker in self._takers:
            taker.stop()
        for spool in self._spools:
            spool.close()
        self.engine.stop()

    def look(self) -> list[SourceStatus]:
        """The status of each source now."""
        return self.engine.look()

    def _feed(self, data_dir: Path, source: AnySource) -> Feed:
        gauge = Gauge(source.title, source.type)
        if isinstance(source, FileSource):
            return Feed(gauge, str(source.path), source.zone, source.host)
        spool = Spool(data_dir / FOLDER / folder_name(source.title))
        self._spools.append(spool)
        if isinstance(source, SyslogSource):
            self._takers.append(Listener(source, spool, gauge))
        elif isinstance(source, GraphSource):
            self._takers.append(GraphPoller(source, spool, gauge))
        elif isinstance(source, JournalSource):
            self._takers.append(JournalKeeper(source, spool, gauge))
        else:
            self.points[source.name] = PushPoint(source, spool, gauge)
        return Feed(gauge, str(spool.folder), source.zone, source.host, spool)


def folder_name(title: str) -> str:
    """A folder for the spool of a source."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{plain}-{hashlib.blake2b(title.encode(), digest_size=4).hexdigest()}"

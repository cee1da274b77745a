"""Live ingest of a serving process: made of the configured sources, started and stopped with it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.operations.live.engine import Engine, Feed
from mailwake.operations.live.listen import Listener
from mailwake.operations.live.sources import FileSource, PushSource, SyslogSource
from mailwake.operations.live.spool import Spool, SpoolFullError
from mailwake.operations.live.status import Gauge, SourceStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailwake.directory.directory import Directory
    from mailwake.store.database import Database

FOLDER = Path("live") / "spool"
"""Below the data directory."""


class PushPoint:
    """Where one push source's records go in."""

    def __init__(self, source: PushSource, spool: Spool, gauge: Gauge) -> None:
        """Ready to take."""
        self.source, self.gauge, self._spool = source, gauge, spool

    def take(self, lines: list[bytes]) -> None:
        """Keep records; they are on the disk when this returns. Raises SpoolFullError."""
        try:
            self._spool.append(lines, durable=True)
        except SpoolFullError as error:
            self.gauge.refuse(1, f"a request was put off: {error}")
            raise


class Live:
    """All of it."""

    def __init__(
        self, database: Database, directory: Directory, sources: Sequence[FileSource | SyslogSource | PushSource]
    ) -> None:
        """Listens at once, so that an address in use is told at the start. Raises ListenError, OSError."""
        self.points: dict[str, PushPoint] = {}
        """Push sources by name."""
        self._listeners: list[Listener] = []
        self._spools: list[Spool] = []
        feeds = []
        try:
            for source in sources:
                feeds.append(self._feed(database.path, source))
        except BaseException:
            for listener in self._listeners:
                listener.stop()
            raise
        self.engine = Engine(database, directory, feeds)

    def start(self) -> None:
        """Begin to read and to take messages."""
        self.engine.start()
        for listener in self._listeners:
            listener.start()

    def stop(self) -> None:
        """End in order: take nothing more, write what was read."""
        for listener in self._listeners:
            listener.stop()
        for spool in self._spools:
            spool.close()
        self.engine.stop()

    def look(self) -> list[SourceStatus]:
        """The status of each source now."""
        return self.engine.look()

    def _feed(self, data_dir: Path, source: FileSource | SyslogSource | PushSource) -> Feed:
        gauge = Gauge(source.title, source.type)
        if isinstance(source, FileSource):
            return Feed(gauge, str(source.path), source.zone, source.host)
        spool = Spool(data_dir / FOLDER / folder_name(source.title))
        self._spools.append(spool)
        if isinstance(source, SyslogSource):
            self._listeners.append(Listener(source, spool, gauge))
        else:
            self.points[source.name] = PushPoint(source, spool, gauge)
        return Feed(gauge, str(spool.folder), source.zone, source.host, spool)


def folder_name(title: str) -> str:
    """A folder for the spool of a source."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{plain}-{hashlib.blake2b(title.encode(), digest_size=4).hexdigest()}"

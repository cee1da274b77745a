"""The journal of this machine, into a spool: the cursor is noted when its records are on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwake.ingest.journal import Journal
from mailwake.operations import durable
from mailwake.operations.live.keeper import Keeper
from mailwake.operations.live.spool import Spool, SpoolFullError

if TYPE_CHECKING:
    from mailwake.operations.live.sources import JournalSource
    from mailwake.operations.live.status import Gauge

_LOOK_EVERY = 0.2
_CURSOR = ".cursor"
"""In the spool's folder; hidden names are not followed as logs."""


class JournalKeeper(Keeper):
    """One thread that reads the journal on."""

    def __init__(self, source: JournalSource, spool: Spool, gauge: Gauge) -> None:
        """Goes on behind the record that was kept last. Raises OSError."""
        super().__init__("journald")
        self._spool, self._gauge = spool, gauge
        self._place = spool.folder / _CURSOR
        cursor = self._place.read_text(encoding="utf-8") if self._place.exists() else ""
        self._journal = Journal(match=source.match, directory=source.directory, since=source.since, cursor=cursor)

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                lines = self._journal.read()
                self._gauge.note(self._journal.error)
                if lines:
                    self._keep(lines)
                else:
                    self._ended.wait(_LOOK_EVERY)
        finally:
            self._journal.close()

    def _keep(self, lines: list[bytes]) -> None:
        """While there is no room nothing more is read: journald keeps it."""
        while not self._ended.is_set():
            try:
                self._spool.append(lines, durable=True)
                durable.write(self._place, self._journal.cursor.encode())
            except (SpoolFullError, OSError) as error:
                self._gauge.note(f"the journal waits: {error}")
                self._ended.wait(_LOOK_EVERY)
            else:
                return

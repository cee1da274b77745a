"""The journal of this machine, into a spool: the cursor is noted when its records are on the disk."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.ingest.journal import Journal
from mailwake.operations.live.spool import Spool, SpoolFullError

if TYPE_CHECKING:
    from mailwake.operations.live.sources import JournalSource
    from mailwake.operations.live.status import Gauge

_LOOK_EVERY = 0.2
_CURSOR = ".cursor"
"""In the spool's folder; hidden names are not followed as logs."""


class JournalKeeper:
    """One thread that reads the journal on."""

    def __init__(self, source: JournalSource, spool: Spool, gauge: Gauge) -> None:
        """Goes on behind the record that was kept last. Raises OSError."""
        self._spool, self._gauge = spool, gauge
        self._place = spool.folder / _CURSOR
        cursor = self._place.read_text(encoding="utf-8") if self._place.exists() else ""
        self._journal = Journal(match=source.match, directory=source.directory, since=source.since, cursor=cursor)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journald")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was read is in the spool."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

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
                _write(self._place, self._journal.cursor)
            except (SpoolFullError, OSError) as error:
                self._gauge.note(f"the journal waits: {error}")
                self._ended.wait(_LOOK_EVERY)
            else:
                return


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fdatasync(file.fileno())
    draft.replace(path)

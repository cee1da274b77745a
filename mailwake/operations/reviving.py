"""Stored records read again. Apart from the import, so that a question does not load what only an import needs."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.ingest.revive import Reviver
from mailwake.store.facts import Stored


class StoredReviver:
    """Gives the fact of a stored record."""

    def __init__(self) -> None:
        self._revive = Reviver()

    def __call__(self, stored: Stored) -> Fact:
        """The fact; time, host, program and pid are those that were stored."""
        return self._revive(stored.ts, stored.host, stored.program, stored.pid, stored.source, stored.raw)

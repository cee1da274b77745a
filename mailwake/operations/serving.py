"""What a serving process has open: one store, one directory. REST face and pages take their contexts from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.operations.context import Context
from mailwake.operations.contract import Caller

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory
    from mailwake.operations.live.service import Live
    from mailwake.store.database import Database


@dataclass(frozen=True)
class Runtime:
    """Of one process; safe to use from several threads."""

    data_dir: Path
    database: Database
    directory: Directory
    live: Live | None = None
    """Reading logs as they are written; None when no source is configured."""

    def context(self, caller: Caller, zone: tzinfo = UTC) -> Context:
        """A context for one call."""
        return Context(caller, self.database, self.directory, zone, data_dir=self.data_dir, live=self.live)


_current: Runtime | None = None


def use(runtime: Runtime | None) -> None:
    """Make this the runtime of the process; None takes it away."""
    global _current  # one process serves one data directory
    _current = runtime


def runtime() -> Runtime:
    """The runtime of the process. Raises RuntimeError when it serves nothing."""
    if _current is None:
        raise RuntimeError("this process serves no data directory")
    return _current

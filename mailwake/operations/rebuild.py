"""`mailwake rebuild`: all rows and audit records computed anew from the stored facts. Nothing changes unless the code
got better."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import NamedTuple

from mailwake.events.fact import Fact
from mailwake.operations import auditing
from mailwake.operations.correlate import Correlator
from mailwake.operations.importing import WINDOW, Progress
from mailwake.operations.reviving import StoredReviver
from mailwake.store import facts as stored_facts
from mailwake.store import journeys, parts
from mailwake.store.database import Database


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    facts: int
    rows: int
    acts: int = 0
    """Acts in mailboxes that were made anew."""


def run(data_dir: Path, *, progress: Progress | None = None) -> Rebuilt:
    """Rebuild the rows of a data directory; the old ones stay in force until the new ones are complete.

    Raises StoreError.
    """
    with Database(data_dir, create=False) as database:
        revive = StoredReviver()
        version = journeys.next_version(database)
        total = rows = 0
        if progress:
            progress.start(None)
        with journeys.replacement(database) as write:
            correlator = Correlator(database, revive, "rows_rebuilt")
            gc.disable()
            try:
                window: list[Fact] = []
                for block in stored_facts.everything(database):
                    window.extend(map(revive, block))
                    total += len(block)
                    if len(window) >= WINDOW:
                        rows += _write(correlator, window, write, version)
                        version += 2
                        window = []
                        gc.collect()
                        if progress:
                            progress.update(0, total, str(data_dir))
                rows += _write(correlator, window, write, version)
            finally:
                gc.enable()
                if progress:
                    progress.finish()
        with database.merging(*auditing.TABLES):
            audited = auditing.rebuild(database)
        parts.tidy(database)
        return Rebuilt(total, rows, audited.acts)


def _write(correlator: Correlator, window: list[Fact], write: journeys.Write, version: int) -> int:
    made = correlator.window(window, max((fact.ts for fact in window), default=0))
    write(made.rows, version, 0)
    write(made.struck, version, 1)
    return len(made.rows) - len(made.struck)

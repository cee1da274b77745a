"""Asks for large answers and small ones at once for so many seconds: `asking_at_once.py DATA_DIR SECONDS`."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from mailwake.store.database import Database

LARGE, SMALL = "SELECT number FROM numbers_mt(3000000)", "SELECT sum(number) AS n FROM numbers_mt(200000)"
PATIENCE = 20
"""Seconds in which one answer must have come; it takes one, with all others beside it."""


def main(data_dir: Path, seconds: float) -> None:
    """Ends the process with 1 when an answer does not come: whoever waits for it cannot be stopped."""
    with Database(data_dir) as database:
        end = time.monotonic() + seconds
        since: dict[str, float] = {}

        def ask(name: str, question: str) -> None:
            while time.monotonic() < end:
                since[name] = time.monotonic()
                assert database.arrow(question).num_rows == (3_000_000 if question == LARGE else 1)
            del since[name]

        asked = [*((f"large {n}", LARGE) for n in range(3)), *((f"small {n}", SMALL) for n in range(4))]
        threads = [threading.Thread(target=ask, args=one, daemon=True) for one in asked]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.2)
            late = [name for name, began in dict(since).items() if time.monotonic() - began > PATIENCE]
            if late:
                print(f"no answer to {late}", file=sys.stderr, flush=True)
                os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))

"""What was lost on the way here, as a record like those by which log daemons admit losses (`ingest.notices`)."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime

from mailwake.events.fact import Fact, Origin
from mailwake.ingest import notices

PROGRAM = "mailwake"


def admission(source: str, count: int, why: str) -> Fact:
    """The record of a loss. count: 0 when it is not known how many."""
    micros = time.time_ns() // 1000
    host, pid = socket.gethostname(), os.getpid()
    stamp = datetime.fromtimestamp(micros / 1e6, UTC).isoformat(timespec="microseconds")
    said = why.removeprefix(f"{source}: ")
    message = f"{f'{count} ' if count else ''}lines lost: {source}: {said}".replace("\n", " ")
    parsed = notices.loss(message)
    assert parsed is not None
    return Fact(micros, host, PROGRAM, pid, *parsed, f"{stamp} {host} {PROGRAM}[{pid}]: {message}", Origin(source))

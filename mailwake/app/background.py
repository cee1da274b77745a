"""What a serving process does beside answering: jobs that were ordered, and daily the age limits of audit records."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mailwake.operations.contract import Caller, all_operations
from mailwake.operations.job_runner import Worker
from mailwake.operations.local import local_caller
from mailwake.operations.perform import perform
from mailwake.operations.serving import Runtime

log = logging.getLogger(__name__)
_DAY = 86_400
_FIRST_AFTER = 60
"""Seconds after the start: the first minute belongs to whoever waits for the pages."""


@contextmanager
def background(here: Runtime) -> Iterator[None]:
    """Run it while the block runs; every thread has ended when it is left, as the embedded engine wants it."""
    caller = local_caller("server")
    worker = Worker(lambda: here.context(caller))
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(here, caller, ended), name="retention")
    worker.start()
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        worker.stop()
        keeper.join()


def _keep(here: Runtime, caller: Caller, ended: threading.Event) -> None:
    """Let audit records go whose mailbox keeps them no longer."""
    operation = all_operations()["start-managed-folder-assistant"]
    due = time.monotonic() + _FIRST_AFTER
    while not ended.wait(max(0.0, due - time.monotonic())):
        due = time.monotonic() + _DAY
        try:
            list(perform(operation, here.context(caller), operation.input()))
        except Exception:
            log.exception("audit records past their age limit were not removed; the next try is tomorrow")

"""The process of an agent: a thread that ships, and this one, which reads."""

from __future__ import annotations

import contextlib
import fcntl
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mailwake.operations.agent.configuration import AgentError, Configuration
from mailwake.operations.agent.outbox import Outbox
from mailwake.operations.agent.reading import Reading
from mailwake.operations.agent.shipping import NotTakenError, Shipping, Way

LOOK_EVERY = 0.2
"""Seconds between looks at logs that have nothing more."""
_SEEN_EVERY = 30.0


def check(configuration: Configuration) -> None:
    """Whether the server takes what this agent would send. Raises AgentError, which says why not."""
    try:
        Way(configuration.server).post(b"", {})
    except NotTakenError as error:
        raise AgentError(str(error)) from error


def run(configuration: Configuration) -> None:
    """Read and ship until SIGTERM or SIGINT. Raises AgentError for what cannot be begun."""
    ended = threading.Event()
    with _spool(configuration) as outbox, _signals(ended):
        try:
            reading = Reading(configuration, outbox)
        except OSError as error:
            raise AgentError(f"{configuration.spool.path}: {error.strerror}") from error
        shipping = Shipping(configuration.server, outbox, lambda: reading.backlog)
        thread = threading.Thread(target=shipping.run, args=(ended,), name="shipping")
        thread.start()
        try:
            _read(reading, outbox, ended)
        finally:
            ended.set()
            reading.end()
            thread.join()


def _read(reading: Reading, outbox: Outbox, ended: threading.Event) -> None:
    seen = time.monotonic()
    while not ended.is_set():
        busy = reading.round()
        if time.monotonic() - seen >= _SEEN_EVERY:
            seen = time.monotonic()
            with contextlib.suppress(OSError):
                outbox.seen(time.time())
        if not busy:
            ended.wait(LOOK_EVERY)


@contextmanager
def _spool(configuration: Configuration) -> Iterator[Outbox]:
    """The outbox, for this process alone."""
    path = configuration.spool.path
    with ExitStack() as stack:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = stack.enter_context((path / "lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            outbox = Outbox(path, configuration.spool.limit_mb << 20)
        except BlockingIOError as error:
            raise AgentError(f"{path}: another agent uses it") from error
        except OSError as error:
            raise AgentError(f"{path}: {error.strerror}: spool.path is a folder that the agent may write") from error
        yield outbox


@contextmanager
def _signals(ended: threading.Event) -> Iterator[None]:
    before = {one: signal.signal(one, lambda *_: ended.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Running jobs: who orders one leaves its criteria in the queue, and a worker of any process of the house does it."""

from __future__ import annotations

import importlib
import pkgutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from mailwake.events.told import tell, words_of
from mailwake.jobs.records import JobRecord, LostClaimError
from mailwake.operations.context import Context
from mailwake.operations.job_access import queue as queue_of
from mailwake.operations.mailing import URL, MailError, Server, message, send, server
from mailwake.operations.perform import told_as

if TYPE_CHECKING:
    from mailwake.jobs.queue import Queue

MAIL_LIMIT = 10 << 20
"""Bytes of a result that is mailed; a larger one is kept for download."""
_RENEW_EVERY = 60.0
"""Seconds."""
PROGRESS_EVERY = 2.0
"""Seconds between two counts of the rows that a job has made."""


@dataclass
class Work:
    """What a job comes to: pieces of its result, and how many rows went into them (known at the end)."""

    pieces: Iterator[str]
    file_name: str
    summary: str
    """What the mail says."""
    rows: list[int] = field(default_factory=lambda: [0])
    title: str = ""
    """Subject of the mail; the job's name if empty."""


Runner = Callable[[Context, JobRecord], Work]


@cache
def runners() -> dict[str, Runner]:
    """What runs each kind of job: `run` of every module of this room whose name ends in `_jobs`, by its `KIND`."""
    from mailwake import operations

    found: dict[str, Runner] = {}
    for info in pkgutil.iter_modules(operations.__path__):
        if info.name.endswith("_jobs"):
            module = importlib.import_module(f"{operations.__name__}.{info.name}")
            found[module.KIND] = module.run
    return found


def run_pending(context: Context, most: int = 1000) -> list[JobRecord]:
    """Run the jobs that wait, oldest first; what became of them."""
    queue = queue_of(context)
    kinds = runners()
    done: list[JobRecord] = []
    while len(done) < most:
        job = queue.claim(kinds, context.micros)
        if job is None:
            break
        done.append(run_one(context, queue, job, kinds[job.kind]))
    return done


def run_one(context: Context, queue: Queue, job: JobRecord, runner: Runner) -> JobRecord:
    """Run a job that was claimed. What goes wrong is kept with the job, and not raised."""
    try:
        with _kept_alive(context, queue, job):
            work = runner(context, job)
            _, size = queue.write(job, _counted(queue, job, work), lambda: context.micros)
            finished = queue.finish(job, context.micros, rows=work.rows[0], size=size, file_name=work.file_name)
    except LostClaimError:
        return queue.get(job.guid) or job
    except Exception as error:
        told = told_as(error)
        ours = tell("internal error: {kind}: {error}", kind=type(error).__name__, error=error)
        queue.fail(job, context.micros, told.message if told else ours)
        return queue.get(job.guid) or job
    _mail(queue, finished, work)
    return queue.get(job.guid) or finished


def _counted(queue: Queue, job: JobRecord, work: Work) -> Iterator[str]:
    """The pieces; meanwhile the job says how many rows it has."""
    told = time.monotonic()
    for piece in work.pieces:
        yield piece
        if time.monotonic() - told >= PROGRESS_EVERY:
            queue.progress(job, work.rows[0])
            told = time.monotonic()


@contextmanager
def _kept_alive(context: Context, queue: Queue, job: JobRecord) -> Iterator[None]:
    """Renew the claim while the work goes on, however long a question to the store takes."""
    ended = threading.Event()

    def renew() -> None:
        from django.db import connections

        while not ended.wait(_RENEW_EVERY):
            try:
                queue.renew(job, context.micros)
            except LostClaimError:
                break
        connections.close_all()

    thread = threading.Thread(target=renew, name=f"job-{job.guid[:8]}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _mail(queue: Queue, job: JobRecord, work: Work) -> None:
    """Mail the result to who is to get it; without a server, or too large, it stays for download."""
    if not job.recipients:
        return
    try:
        where = server()
        note = _obstacle(job, where)
        if not note and where is not None:
            data = b"".join(queue.result(job.guid))
            send(message(job.recipients, work.title or job.name, work.summary, data, job.file_name), where)
    except MailError as error:
        note = tell("no mail went out: {error}; the result is kept for download", error=words_of(error))
    queue.told(job, mailed=not note, note=note)


def _obstacle(job: JobRecord, where: Server | None) -> str:
    if where is None:
        return tell("no SMTP server is configured ({variable}); the result is kept for download", variable=URL)
    if job.size > MAIL_LIMIT:
        return tell("the result is larger than {number} MB; it is kept for download", number=MAIL_LIMIT >> 20)
    return ""


class Worker:
    """Runs jobs in a thread of its own, as a server does, until it is stopped."""

    def __init__(self, context: Callable[[], Context], every: float = 5.0) -> None:
        """context: makes the context of a round, in the thread. every: seconds between looks at the queue."""
        self._context, self._every = context, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the job under way and end."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        from django.db import connections

        try:
            while not self._ended.is_set():
                run_pending(self._context(), 1)
                self._ended.wait(self._every)
        finally:
            connections.close_all()

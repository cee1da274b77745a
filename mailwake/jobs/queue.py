"""The queue: orders are kept, claimed by one worker at a time, and taken up again when a worker is gone.

A claim is a conditional UPDATE, so any number of workers on any number of nodes may ask. It holds for a while (`LEASE`)
and is renewed by who works; a worker that lost it cannot finish the job. Results are kept in pieces beside it.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from mailwake.events.told import kept, revived, tell
from mailwake.jobs.models import Job, JobPart
from mailwake.jobs.records import CANCELLED, DONE, FAILED, IN_PROGRESS, NOT_STARTED, JobRecord, LostClaimError, Order

LEASE = 5 * 60_000_000
"""Microseconds that a claim holds."""
ATTEMPTS = 3
"""Times that a job is taken up again when its worker vanished."""
PIECE = 1 << 20
"""Bytes of a piece before compression."""


class Queue:
    """The jobs in one database."""

    def __init__(self, alias: str) -> None:
        """alias: Django's name of the database (`Directory.alias`)."""
        self._alias = alias

    def add(self, order: Order, now: int) -> JobRecord:
        """Take an order in."""
        row = Job.objects.using(self._alias).create(
            guid=str(uuid.uuid4()),
            kind=order.kind,
            name=order.name[:128],
            caller=order.caller[:320],
            criteria=order.criteria,
            shown=order.shown,
            recipients=list(order.recipients),
            created=now,
        )
        return _record(row)

    def get(self, guid: str) -> JobRecord | None:
        """The job of that GUID."""
        row = Job.objects.using(self._alias).filter(guid=guid.strip().strip("{}").lower()).first()
        return None if row is None else _record(row)

    def list(
        self,
        *,
        kinds: Iterable[str] = (),
        states: Iterable[str] = (),
        created_after: int | None = None,
        created_before: int | None = None,
        caller: str = "",
    ) -> Iterator[JobRecord]:
        """Jobs, newest first. Times µs UTC, [after, before)."""
        rows = Job.objects.using(self._alias).all()
        if wanted := list(kinds):
            rows = rows.filter(kind__in=wanted)
        if in_states := list(states):
            rows = rows.filter(state__in=in_states)
        if created_after is not None:
            rows = rows.filter(created__gte=created_after)
        if created_before is not None:
            rows = rows.filter(created__lt=created_before)
        if caller:
            rows = rows.filter(caller=caller)
        yield from map(_record, list(rows.order_by("-created", "-pk")))

    def claim(self, kinds: Iterable[str], now: int) -> JobRecord | None:
        """Take up the oldest job that waits, or whose worker is gone; None when there is none."""
        jobs = Job.objects.using(self._alias)
        wanted = list(kinds)
        gone = Q(state=IN_PROGRESS, lease__lt=now)
        vanished = tell("the worker vanished {count} times", count=ATTEMPTS)
        jobs.filter(gone, kind__in=wanted, attempts__gte=ATTEMPTS).update(
            state=FAILED, finished=now, error=str(vanished), told={"error": kept(vanished)}
        )
        for number in (
            jobs.filter(Q(state=NOT_STARTED) | gone, kind__in=wanted)
            .order_by("created", "pk")
            .values_list("pk", flat=True)[:20]
        ):
            holder = str(uuid.uuid4())
            taken = jobs.filter(Q(state=NOT_STARTED) | gone, pk=number).update(
                state=IN_PROGRESS,
                holder=holder,
                lease=now + LEASE,
                started=now,
                attempts=F("attempts") + 1,
                error="",
                told={},
            )
            if taken:
                return _record(jobs.get(pk=number))
        return None

    def renew(self, job: JobRecord, now: int) -> None:
        """Keep a claim. Raises LostClaimError."""
        if not self._own(job).update(lease=now + LEASE):
            raise LostClaimError(job.guid)

    def progress(self, job: JobRecord, rows: int) -> None:
        """Say how many rows there are so far."""
        self._own(job).update(rows=rows)

    def write(self, job: JobRecord, texts: Iterable[str], now: Any) -> tuple[int, int]:
        """Keep a result in pieces; how many pieces and bytes. now: the clock, µs UTC. Raises LostClaimError."""
        number = size = 0
        for piece in _pieces(texts):
            self.renew(job, now())
            row = Job.objects.using(self._alias).get(guid=job.guid)
            JobPart.objects.using(self._alias).create(
                job=row, holder=job.holder, number=number, data=zlib.compress(piece, 6)
            )
            number += 1
            size += len(piece)
        return number, size

    def finish(self, job: JobRecord, now: int, *, rows: int, size: int, file_name: str) -> JobRecord:
        """Done: the result is the pieces of this run. Raises LostClaimError."""
        with transaction.atomic(using=self._alias):
            done = self._own(job).update(
                state=DONE, finished=now, rows=rows, size=size, file_name=file_name, error="", told={}, lease=0
            )
            if not done:
                raise LostClaimError(job.guid)
            JobPart.objects.using(self._alias).filter(job__guid=job.guid).exclude(holder=job.holder).delete()
        found = self.get(job.guid)
        assert found is not None
        return found

    def fail(self, job: JobRecord, now: int, error: str) -> None:
        """Not done, and why."""
        self._own(job).update(state=FAILED, finished=now, error=str(error), told={"error": kept(error)}, lease=0)
        JobPart.objects.using(self._alias).filter(job__guid=job.guid).delete()

    def cancel(self, guid: str, now: int) -> bool:
        """Cancel one that has not been started; False when that is too late."""
        jobs = Job.objects.using(self._alias).filter(guid=guid, state=NOT_STARTED)
        return bool(jobs.update(state=CANCELLED, finished=now))

    def told(self, job: JobRecord, *, mailed: bool, note: str) -> None:
        """Remember whether the result was mailed."""
        Job.objects.using(self._alias).filter(guid=job.guid).update(
            mailed=mailed, note=str(note), told={"note": kept(note)}
        )

    def result(self, guid: str) -> Iterator[bytes]:
        """The result of a job that is done, in pieces."""
        parts = JobPart.objects.using(self._alias).filter(job__guid=guid, job__state=DONE).order_by("number")
        for key in list(parts.values_list("pk", flat=True)):  # no cursor stays open while somebody downloads
            for part in parts.filter(pk=key):
                yield zlib.decompress(bytes(part.data))

    def forget(self, before: int) -> int:
        """Remove jobs that ended before a time, with their results; how many."""
        ended = Job.objects.using(self._alias).filter(finished__gt=0, finished__lt=before)
        count = ended.count()
        ended.delete()
        return count

    def _own(self, job: JobRecord) -> Any:
        return Job.objects.using(self._alias).filter(guid=job.guid, holder=job.holder, state=IN_PROGRESS)


def _pieces(texts: Iterable[str]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        gathered.append(data)
        size += len(data)
        if size >= PIECE:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _record(row: Job) -> JobRecord:
    return JobRecord(
        guid=row.guid,
        kind=row.kind,
        name=row.name,
        caller=row.caller,
        criteria=dict(row.criteria),
        shown={str(name): str(value) for name, value in row.shown.items()},
        recipients=tuple(row.recipients),
        state=row.state,
        created=row.created,
        started=row.started,
        finished=row.finished,
        holder=row.holder,
        attempts=row.attempts,
        error=revived(row.error, row.told.get("error")),
        rows=row.rows,
        size=row.size,
        file_name=row.file_name,
        mailed=row.mailed,
        note=revived(row.note, row.told.get("note")),
    )

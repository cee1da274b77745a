"""A job that is under way says how far it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Desk

from mailwake.jobs.records import JobRecord, Order
from mailwake.operations import job_runner
from mailwake.operations.context import Context
from mailwake.operations.historical_jobs import KIND
from mailwake.operations.job_access import queue
from mailwake.operations.job_runner import Work, run_one


def test_rows_are_counted_while_they_are_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "PROGRESS_EVERY", 0.0)
    context = desk.context()
    jobs = queue(context)
    order = {"StartDate": "2026-11-01T00:00:00Z", "EndDate": "2026-11-02T00:00:00Z", "ReportTitle": "Big",
             "ReportType": "MessageTrace", "SenderAddress": ["a@one.test"]}  # fmt: skip
    jobs.add(
        Order(KIND, "kim", "Big", {"order": order, "everything": True, "domains": [], "mailboxes": []}), desk.micros
    )
    seen: list[int | None] = []

    def runner(context: Context, job: JobRecord) -> Work:
        rows = [0]

        def pieces() -> Iterator[str]:
            for _ in range(3):
                rows[0] += 5
                yield "line\n"
                (shown,) = desk("get-historical-search")
                assert shown["Status"] == "InProgress"
                seen.append(shown["Rows"])

        return Work(pieces(), "big.csv", "", rows)

    claimed = jobs.claim([KIND], desk.micros)
    assert claimed is not None
    done = run_one(context, jobs, claimed, runner)
    assert seen == [5, 10, 15]
    assert (done.state, done.rows) == ("Done", 15)

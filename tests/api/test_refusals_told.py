"""What the log of the process says of refused requests."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mailwake.app.refusals_told import Few


def _record(status: int, text: str = "Unauthorized: %s", name: str = "django.request", *args: Any) -> logging.LogRecord:
    record = logging.LogRecord(
        name, logging.WARNING, "", 0, text, args or ("/ingest/mx1",), (ValueError, ValueError(), None)
    )
    record.status_code = status
    return record


def test_a_stranger_cannot_fill_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    few = Few()
    told = [few.filter(_record(401)) for _ in range(1000)]
    assert told == [True] * 10 + [False] * 990
    assert few.filter(_record(400)), "another kind has its own ten"
    now[0] += 61
    late = _record(401)
    assert few.filter(late)
    assert late.getMessage() == "Unauthorized: /ingest/mx1 (990 more in the minute before)"


def test_no_traceback_and_no_endless_text() -> None:
    record = _record(400, "Invalid HTTP_HOST header: %r.", "django.security.DisallowedHost", "x" * 60_000 + "%s")
    assert Few().filter(record)
    assert record.exc_info is None
    assert len(record.getMessage()) < 300


def test_an_error_of_ours_is_always_told() -> None:
    few = Few()
    records = [_record(500) for _ in range(50)]
    assert all(map(few.filter, records))
    assert all(record.exc_info for record in records)

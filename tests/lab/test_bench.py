"""The measurements' own tools: the generated estate is what its ledger says, and percentiles are percentiles."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from truth import REPOSITORY, Rows, TruthRow, differences

sys.path.insert(0, str(REPOSITORY / "bench"))

import measure
import query


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[dict[str, str]]]]:
    log, ledger = measure.small_estate(tmp_path_factory.mktemp("estate"), 6_000, 7)
    yield log, [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]


def _truth(row: dict[str, str]) -> TruthRow:
    """A ledger row as truth. A refusal that says "try again" and is no greylisting has no agreed detail."""
    arrived = row["status"] == "Delivered"
    detail = None if (row["status"], row["detail"]) == ("Pending", "Rejected") else row["detail"]
    return TruthRow(row["sender"], row["orig"], row["recipient"] if arrived else None, row["status"], detail)


def test_same_seed_same_bytes(tmp_path: Path, estate: tuple[Path, list[dict[str, str]]]) -> None:
    again, _ = measure.small_estate(tmp_path, 6_000, 7)
    assert again.read_bytes() == estate[0].read_bytes()


def test_the_ledger_agrees_with_the_log(estate: tuple[Path, list[dict[str, str]]]) -> None:
    log, ledger = estate
    text = log.read_text(encoding="utf-8")
    stored = text.count("saved mail to INBOX")
    assert stored == sum(row["detail"] == "Delivered" for row in ledger)
    assert text.count("NOQUEUE: reject") == sum(row["detail"] in ("Rejected", "Greylisted") for row in ledger)
    assert {row["status"] for row in ledger} == {"Delivered", "Failed", "Pending", "Expanded", "Quarantined"}


def test_trace_of_the_generated_estate(estate: tuple[Path, list[dict[str, str]]], trace: Rows) -> None:
    log, ledger = estate
    found = differences(map(_truth, ledger), trace([log]))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:40])


def test_percentile() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert query.percentile(hundred, 0.5) == 50
    assert query.percentile(hundred, 0.95) == 95
    assert query.percentile([3.0], 0.95) == 3


def test_query_measures_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    rows: list[query.Row] = [
        {
            "Received": datetime.fromtimestamp(start + 60 * n, UTC).isoformat(),
            "MessageId": f"<{n}@a.example>",
            "QueueIds": [f"A{n:05X}"],
            "RecipientAddress": f"r{n}@b.example",
            "SenderAddress": f"s{n}@c{n}.example",
            "Subject": f"subject {'abcdefghij'[n % 10] * 5}",
            "FromIP": f"192.0.2.{n % 200}",
            "MessageTraceId": str(n),
        }
        for n in range(500)
    ]

    def ask(_store: Any, criteria: query.Criteria) -> tuple[list[query.Row], str | None]:
        until = criteria.get("until")
        found = [row for row in rows if until is None or row["Received"] <= until]
        begin = int(criteria.get("cursor") or 0)
        return found[::-1][begin : begin + criteria["limit"]], str(begin + 7)

    monkeypatch.setattr(query, "open_store", lambda _path: None)
    monkeypatch.setattr(query, "close_store", lambda _store: None)
    monkeypatch.setattr(query, "ask", ask)
    monkeypatch.setattr(query, "show", lambda _store, _id: None)
    timings = query.measure(Path("nowhere"), 50, 1)
    assert len(timings) == 12
    assert all(t.runs == 50 and t.p50 <= t.p95 <= t.worst for t in timings)
    assert "sender domain" in query.table({"a": timings, "b": timings}, 100)
    assert len(query.distinct(["a", "", None, "a", "b"], 9, Random(1))) == 2

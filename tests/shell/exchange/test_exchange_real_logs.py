"""The pipeline that scripts are full of, on real logs of others: rows that failed, oldest first, as JSON."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailwake.operations import importing
from mailwake.operations.local import open_context
from mailwake.shell import Interpreter
from mailwake.shell.exchange import exchange_registry
from mailwake.shell.exchange.services import LocalOperations, Services
from mailwake.store.query import Equals

SHARED = Path(os.environ.get("MAILWAKE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
LOGS = ("postfix", "exim")
COMMAND = (
    "Get-MessageTraceV2 -RecipientAddress {} -StartDate (Get-Date).AddDays(-2) -EndDate (Get-Date)"
    ' | Where-Object {{$_.Status -eq "Failed"}} | Sort-Object Received'
    " | Select-Object -First 5 Received,SenderAddress,Subject | ConvertTo-Json"
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (SHARED / "corpora").is_dir(), reason="the shared corpora are not here (set MAILWAKE_SHARED)"
    ),
]


@pytest.mark.parametrize("kind", LOGS)
def test_failed_rows_as_json(kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    importing.run(data, [str(SHARED / "corpora" / kind)], zone="UTC")
    with open_context(data) as context:
        rows = context.backend().search(Equals("status", "Failed"), 10_000)
    addresses = Counter(row.recipient for row in rows if row.recipient and "@" in row.recipient)
    assert addresses, "the log has no message that failed"
    for address, _ in addresses.most_common(5):
        mine = [row for row in rows if row.recipient == address]
        end = _time(max(row.received for row in mine)) + timedelta(minutes=1)
        within = [row for row in mine if end - timedelta(days=2) <= _time(row.received) < end]
        told = _run(data, COMMAND.format(address), end)
        found = json.loads(told)
        found = [found] if isinstance(found, dict) else found
        expected = sorted(_time(row.received) for row in within)[:5]
        assert [datetime.fromisoformat(row["Received"]) for row in found] == expected
        senders = Counter((row.sender or "<>").lower() for row in within)
        assert all(set(row) == {"Received", "SenderAddress", "Subject"} for row in found)
        assert not Counter((row["SenderAddress"] or "<>").lower() for row in found) - senders


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC) + timedelta(microseconds=micros % 1_000_000)


def _run(data: Path, command: str, now: datetime) -> str:
    operations = LocalOperations(data)
    out = io.StringIO()
    shell = Interpreter(exchange_registry(), out=out, zone=UTC, now=lambda: now, services=Services(operations))
    try:
        assert shell.run(command) == 0, out.getvalue()
    finally:
        operations.close()
    return out.getvalue()

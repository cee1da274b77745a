"""Exchange's logs and reports as others have them: documentation, collectors, parsers with expected values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpora import CORPORA, WHY_NOT, present, read

pytestmark = pytest.mark.skipif(not present(), reason=WHY_NOT)
NXLOG = CORPORA / "exchange" / "nxlog-docs"
GRAPH = CORPORA / "m365" / "microsoft-graph-docs"
SEKOIA = CORPORA / "m365" / "SEKOIA-IO+intake-formats" / "Office 365" / "message-trace" / "tests"


SHOWN = ("senderAddress", "recipientAddress", "messageId", "subject", "size", "fromIP", "status")


def test_tracking_log() -> None:
    logs = sorted(NXLOG.glob("MSGTRK*"))
    assert logs
    for path in logs:
        rows, account = read(path)
        assert not account.unknown_count and account.recognised
        ids = {cell for line in path.read_text().splitlines() for cell in line.split(",") if cell[8:9] == "-"}
        assert rows and {row.queue_ids[0] for row in rows} <= ids
        assert all(row.sender and row.recipient and row.subject and row.from_ip for row in rows)


@pytest.mark.parametrize("path", sorted(GRAPH.glob("*essageTraces*.json")), ids=lambda path: path.name)
def test_graph(path: Path) -> None:
    expected = json.loads(path.read_text())["value"]
    rows, account = read(path)
    assert not account.unknown_count
    assert [
        (row.sender, row.recipient, row.message_id, row.subject, row.size, row.from_ip, row.status) for row in rows
    ] == [
        tuple(
            one[name]
            for name in ["senderAddress", "recipientAddress", "messageId", "subject", "size", "fromIP", "status"]
        )
        for one in expected
    ]
    assert [row.trace_id for row in rows] == [one["id"].replace("-", "") for one in expected]


@pytest.mark.parametrize("path", sorted(GRAPH.glob("getDetails*.json")), ids=lambda path: path.name)
def test_graph_details(path: Path) -> None:
    rows, account = read(path)
    assert not account.unknown_count
    assert [(row.status, row.message_id) for row in rows] == [
        ("Delivered", json.loads(path.read_text())["value"][0]["messageId"])
    ]


@pytest.mark.parametrize("path", sorted(SEKOIA.glob("*.json")), ids=lambda path: path.name)
def test_reporting_web_service(path: Path, tmp_path: Path) -> None:
    """Each case is a line, and what another parser makes of it."""
    case = json.loads(path.read_text())
    (tmp_path / "x.json").write_text(case["input"]["message"] + "\n")
    (row,), account = read(tmp_path / "x.json")
    assert not account.unknown_count
    expected = case["expected"]
    email, trace = expected["email"], expected["office365"]["message_trace"]
    assert row.status == expected["event"]["action"]
    assert row.sender in email["from"]["address"] and row.recipient in email["to"]["address"]
    assert (row.message_id, row.subject) == (email["message_id"], email["subject"])
    assert (row.size, row.trace_id) == (trace["Size"], trace["MessageTraceId"].replace("-", ""))
    assert row.from_ip == expected["source"]["ip"]

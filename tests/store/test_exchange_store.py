"""Exchange's logs and the cloud's reports in a store: file after file, in any order, grown and read again."""

from __future__ import annotations

import json
import sys
from itertools import permutations
from pathlib import Path

import pytest
from amounts import few
from logs import lines, plain, rows_of
from tracking import Mail, accepted, hop, log

from mailwake.operations import rebuild

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from stores import load, stored, write

IN = {"directionality": "Incoming"}
ONE, TWO, REPORT, THREE = Mail(1), Mail(2), Mail(3, sender=""), Mail(4)

EDGE = lines(f"""
10:00:00 edge postfix/smtpd[1]: 4F0A1B2C3D: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: 4F0A1B2C3D: message-id={ONE.message_id}
10:00:00 edge postfix/qmgr[3]: 4F0A1B2C3D: from=<ann@example.com>, size=5000, nrcpt=1 (queue active)
10:00:01 edge postfix/smtp[4]: 4F0A1B2C3D: to=<all@example.com>, relay=ex01[198.51.100.4]:25, delay=1, delays=0/0/0/1, dsn=2.6.0, status=sent ({accepted(4711, "ex01.corp.example")})
10:00:01 edge postfix/qmgr[3]: 4F0A1B2C3D: removed
""")  # noqa: E501
EX01 = [
    ONE.row("10:00:01", "RECEIVE", ["all@example.com"], **hop("edge", "EX01", 4711), **IN, client_ip="198.51.100.3"),
    ONE.row(
        "10:00:02",
        "ROUTING EXPAND",
        ["bob@example.com", "eve@example.com"],
        server_hostname="EX01",
        related_recipient_address="all@example.com",
    ),
    ONE.row("10:00:03", "SEND", ["bob@example.com", "eve@example.com"], **hop("EX01", "EX02.corp.example", 4711)),
    TWO.row("11:00:00", "STOREDRIVER RECEIVE", ["no@example.com", "off@example.com"], **hop("EX01", "EX01", 9)),
    TWO.row("11:00:01", "ROUTING FAIL", ["no@example.com"], server_hostname="EX01", recipient_status="550 5.1.1 no"),
    TWO.row("11:00:02", "SEND", ["off@example.com"], **hop("EX01", "x.mail.protection.outlook.com", 9)),
]
EX02 = [
    ONE.row("10:00:02.900", "RECEIVE", ["bob@example.com", "eve@example.com"], **hop("EX01", "EX02", 77), **IN),
    ONE.row("10:00:04", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX02", "EX02")),
    REPORT.row("11:00:03", "DSN DSN", ["ann@example.com"], server_hostname="EX02", reference=TWO.message_id),
    REPORT.row("11:00:04", "STOREDRIVER DELIVER", ["ann@example.com"], **hop("EX02", "EX02")),
    THREE.row("12:00:00", "RECEIVE", ["bob@example.com"], **hop("out.example.net", "EX02", 78), **IN),
    THREE.row("12:00:01", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX02", "EX02")),
]
CLOUD = [
    json.dumps(
        {
            "Received": "2026-11-21T11:00:02Z",
            "SenderAddress": "ann@example.com",
            "RecipientAddress": "off@example.com",
            "Subject": "Mail, number 2",
            "Status": "Quarantined",
            "MessageTraceId": TWO.network_id,
            "MessageId": TWO.message_id,
            "FromIP": "198.51.100.4",
        }
    )
]
FILES = {"edge.log": EDGE, "MSGTRK1.LOG": log(EX01), "MSGTRK2.LOG": log(EX02), "trace.json": CLOUD}
EXPECTED = plain(rows_of(list(FILES.values())))


ORDERS = [list(permutations(FILES))[number] for number in range(0, 24, 5)]


def test_expected() -> None:
    ends = {(row.sender, row.recipient, row.status, row.parent_id) for row in EXPECTED}
    assert ends == {
        ("ann@example.com", "all@example.com", "Expanded", ""),
        ("ann@example.com", "bob@example.com", "Delivered", ""),
        ("ann@example.com", "eve@example.com", "GettingStatus", ""),
        ("ann@example.com", "no@example.com", "Failed", ""),
        ("ann@example.com", "off@example.com", "Quarantined", ""),
        ("", "ann@example.com", "Delivered", TWO.network_id.replace("-", "")),
    }
    assert len({row.trace_id for row in EXPECTED}) == 4


@pytest.mark.parametrize("order", few(ORDERS), ids="-".join)
def test_file_after_file(order: tuple[str, ...], tmp_path: Path) -> None:
    for name in order:
        load(tmp_path / "data", [write(tmp_path / name, FILES[name])])
    assert stored(tmp_path / "data")[0] == EXPECTED


@pytest.mark.parametrize("window", few([3, 1, 150_000], 1))
def test_small_windows_twice_and_rebuilt(window: int, tmp_path: Path) -> None:
    paths = [write(tmp_path / name, content) for name, content in FILES.items()]
    load(tmp_path / "data", paths, window=window)
    rows, kinds = stored(tmp_path / "data")
    assert rows == EXPECTED
    load(tmp_path / "data", paths)
    assert stored(tmp_path / "data") == (EXPECTED, kinds)
    rebuild.run(tmp_path / "data")
    assert stored(tmp_path / "data") == (EXPECTED, kinds)


@pytest.mark.slow
def test_logs_that_grow(tmp_path: Path) -> None:
    """Each import finds some rows more, the last of them not written to its end."""
    data, kinds = tmp_path / "data", {}
    for part in range(1, 5):
        for name, content in FILES.items():
            whole = "".join(f"{line}\n" for line in content)
            cut = len(whole) * part // 4
            (tmp_path / name).write_text(whole[:cut])
        load(data, [str(tmp_path / name) for name in FILES])
    rows, kinds = stored(data)
    assert rows == EXPECTED
    load(tmp_path / "whole", [write(tmp_path / name, content) for name, content in FILES.items()])
    assert stored(tmp_path / "whole")[1] == {kind: count for kind, count in kinds.items() if kind != "unknown"}

"""Exports of Exchange Online's message trace: messages with fixed statuses, alone, together, and beside real logs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from logs import folder, messages, plain, told
from tracking import Mail, accepted, hop, log, postfix

from mailwake.operations.opening import FileBackend
from mailwake.store.query import And
from mailwake.store.rows import Row

ONE = Mail(1, sender="ann@example.net")
CLOUD = "AM0PR01MB0001.eurprd01.prod.outlook.com"


def rows_of(*files: bytes | str) -> list[Row]:
    """Rows of files, the same in any order of them."""
    found: list[list[Row]] = []
    with folder() as place:
        paths = []
        for number, content in enumerate(files):
            path = Path(place) / f"{number}.txt"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(str(path))
        for order in list(permutations(paths))[:6]:
            found.append(plain(FileBackend(order, zone="UTC").search(And(()), 1000)))
    assert all(rows == found[0] for rows in found), "the order of files matters"
    return found[0]


def table(rows: Sequence[dict[str, str]], delimiter: str = ",") -> str:
    """A CSV of rows, as Export-Csv writes it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(to: str = "bob@example.com", status: str = "Delivered", mail: Mail = ONE, **more: str) -> dict[str, str]:
    """A row of Get-MessageTraceV2."""
    return {
        "Received": "2026-11-21T10:00:00.1230000Z",
        "SenderAddress": mail.sender,
        "RecipientAddress": to,
        "Subject": f"Mail, number {mail.number}",
        "Status": status,
        "ToIP": "",
        "FromIP": "192.0.2.1",
        "Size": str(mail.size),
        "MessageId": mail.message_id,
        "MessageTraceId": mail.network_id,
    } | more


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Delivered", "Delivered/Delivered"),
        ("Failed", "Failed/Bounced"),
        ("Pending", "Pending/Deferred"),
        ("Quarantined", "Quarantined/Quarantined"),
        ("FilteredAsSpam", "FilteredAsSpam/Junk"),
        ("Filtered as spam", "FilteredAsSpam/Junk"),
        ("filteredAsSpam", "FilteredAsSpam/Junk"),
        ("Expanded", "Expanded/Expanded"),
        ("GettingStatus", "GettingStatus/Unknown"),
        ("None", "GettingStatus/Unknown"),
        ("Unknown", "GettingStatus/Unknown"),
        ("recalled", "Failed/Deleted"),
        ("unknownFutureValue", "GettingStatus/Unknown"),
        ("Teleported", "GettingStatus/Unknown"),
    ],
)
def test_statuses(status: str, expected: str) -> None:
    (found,) = rows_of(table([row(status=status)]))
    assert told([found]) == [f"ann@example.net bob@example.com = {expected}"]
    assert found.trace_id == ONE.network_id.replace("-", "")
    assert (found.from_ip, found.size, found.subject, found.direction) == (
        "192.0.2.1",
        5000,
        "Mail, number 1",
        "Inbound",
    )


def test_relayed_to_the_world() -> None:
    (found,) = rows_of(table([row(FromIP="", ToIP="198.51.100.9")]))
    assert (found.status, found.detail, found.direction, found.to_ip) == (
        "Delivered",
        "Relayed",
        "Outbound",
        "198.51.100.9",
    )


GROUP = [row("all@example.com", "Expanded"), row("bob@example.com"), row("eve@example.com", "Failed")]
TOLD = [
    "ann@example.net all@example.com = Expanded/Expanded",
    "ann@example.net bob@example.com = Delivered/Delivered",
    "ann@example.net eve@example.com = Failed/Bounced",
]


def as_graph(rows: Sequence[dict[str, str]]) -> list[dict[str, object]]:
    """The same as Graph has them."""
    return [
        {
            "id": one["MessageTraceId"],
            "senderAddress": one["SenderAddress"],
            "recipientAddress": one["RecipientAddress"],
            "messageId": one["MessageId"],
            "receivedDateTime": one["Received"],
            "subject": one["Subject"],
            "size": int(one["Size"]),
            "fromIP": one["FromIP"],
            "toIP": one["ToIP"],
            "status": one["Status"][:1].lower() + one["Status"][1:],
        }
        for one in rows
    ]


def page(rows: Sequence[dict[str, str]], **more: str) -> str:
    return json.dumps(
        {"@odata.context": "https://graph.example/$metadata#x", "value": as_graph(rows), **more}, indent=2
    )


FORMS = {
    "Export-Csv": table(GROUP),
    "Export-Csv of Windows PowerShell": "#TYPE Microsoft.Exchange.Thing\r\n" + table(GROUP),
    "another delimiter": "\ufeff" + table(GROUP, ";"),
    "ConvertTo-Json": json.dumps(GROUP, indent=2),
    "JSON Lines": "\n".join(map(json.dumps, GROUP)) + "\n",
    "a page of Graph": page(GROUP),
    "reporting web service": json.dumps(
        {"d": {"results": [one | {"Received": "/Date(1795255200123)/"} for one in GROUP]}}
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    rows = rows_of(FORMS[form])
    assert told(rows) == TOLD
    assert messages(rows) == 1
    assert {row.received for row in rows} == {1795255200123000}


def test_the_same_message_in_several_exports_is_one() -> None:
    alone = rows_of(FORMS["Export-Csv"])
    for form in FORMS:
        rows = rows_of(FORMS["Export-Csv"], FORMS[form])
        assert [one._replace(attempts=0) for one in rows] == [one._replace(attempts=0) for one in alone], form


def test_pages_of_graph_follow_each_other() -> None:
    rows = rows_of(page(GROUP[:1], **{"@odata.nextLink": "https://graph.example/x"}) + page(GROUP[1:]))
    assert told(rows) == TOLD


def test_a_later_export_knows_the_end() -> None:
    rows = rows_of(table([row(status="GettingStatus")]), table([row(status="Pending")]), table([row(status="Failed")]))
    assert told(rows) == ["ann@example.net bob@example.com = Failed/Bounced"]


def test_summary_list_without_ids() -> None:
    short = [
        {
            "Date": "11/21/2026 10:00:00 AM",
            "Sender": "ann@example.net",
            "Recipient": to,
            "Subject": "x",
            "Status": status,
        }
        for to, status in (("bob@example.com", "Delivered"), ("eve@example.com", "Failed"))
    ]
    rows = rows_of(table(short))
    assert told(rows) == TOLD[1:]
    assert messages(rows) == 1


def enhanced(**more: str) -> dict[str, str]:
    return {
        "origin_timestamp_utc": "2026-11-21T10:00:00.1230000Z",
        "sender_address": ONE.sender,
        "recipient_status": "bob@example.com##Receive, Deliver;eve@example.com##Receive, Fail;"
        "all@example.com##Receive, Expand",
        "message_subject": "Mail, number 1",
        "total_bytes": "5000",
        "message_id": ONE.message_id,
        "network_message_id": ONE.network_id.replace("-", ""),
        "original_client_ip": "192.0.2.1",
        "directionality": "1",
        "connector_id": "From out",
        "delivery_priority": "Normal",
    } | more


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_enhanced_summary(encoding: str) -> None:
    rows = rows_of(table([enhanced()]).encode(encoding))
    assert told(rows) == TOLD
    other = table([enhanced()]).replace("origin_timestamp_utc", "origin_timestamp")
    assert rows_of(other.encode(encoding)) == rows


def extended(time: str, event: str, to: str = "", **more: str) -> dict[str, str]:
    """A row of the Extended report: the columns of a tracking log under other names."""
    source, _, name = event.rpartition(" ")
    cells = ONE.row(time, f"{source or 'SMTP'} {name}", [to] if to else [])
    made = {key.replace("-", "_"): value for key, value in cells.items() if key not in ("date-time", "schema-version")}
    made |= {"directionality": "1", "tenant_id": "11111111-2222-3333-4444-555555555555", "connector_id": ""}
    made |= dict.fromkeys(("related_recipient_address", "recipient_status", "server_hostname", "client_ip"), "")
    return {"date_time_utc": f"2026-11-21T{time}.0000000Z"} | made | more


EXTENDED = [
    extended("10:00:00", "RECEIVE", "all@example.com", server_hostname=CLOUD, client_ip="192.0.2.1"),
    extended("10:00:01", "AGENT AGENTINFO", server_hostname=CLOUD),
    extended(
        "10:00:02",
        "ROUTING EXPAND",
        "bob@example.com;eve@example.com",
        related_recipient_address="all@example.com",
        server_hostname=CLOUD,
    ),
    extended("10:00:03", "STOREDRIVER DELIVER", "bob@example.com", server_hostname="DB0PR01MB0002.prod.outlook.com"),
    extended("10:00:03", "ROUTING FAIL", "eve@example.com", server_hostname=CLOUD, recipient_status="550 5.1.1 no"),
]


def test_extended_report_and_the_others() -> None:
    report = table(EXTENDED).encode("utf-16-le")
    expected = [
        "ann@example.net all@example.com = Expanded/Expanded",
        "ann@example.net all@example.com bob@example.com Delivered/Delivered",
        "ann@example.net all@example.com eve@example.com Failed/Bounced",
    ]
    assert told(rows_of(report)) == expected
    assert told(rows_of(report.replace(b"\r\0", b""))) == expected
    together = rows_of(report, table([enhanced()]), FORMS["Export-Csv"])
    assert told(together) == expected
    assert (together[2].reason, together[2].dsn) == ("550 5.1.1 no", "5.1.1")


def test_report_knows_an_end_that_the_events_do_not() -> None:
    rows = rows_of(table(EXTENDED[:1]), table([row("all@example.com", "Quarantined"), row("x@example.com", "Failed")]))
    assert told(rows) == [
        "ann@example.net all@example.com = Quarantined/Quarantined",
        "ann@example.net x@example.com = Failed/Bounced",
    ]


def details(**more: object) -> list[dict[str, object]]:
    """Events of Graph's getDetailsByRecipient, which names the recipient in its address alone."""
    events = [("Receive", "Message received by: " + CLOUD), ("Fail", "550 5.1.1 no such user")]
    return [
        {
            "id": ONE.network_id,
            "messageId": ONE.message_id,
            "dateTime": f"2026-11-21T10:00:0{number}Z",
            "event": event,
            "action": "",
            "description": text,
            "data": "<root/>",
            **more,
        }
        for number, (event, text) in enumerate(events, 1)
    ]


def test_details() -> None:
    graph = json.dumps({"value": details()}, indent=1)
    (alone,) = rows_of(graph)
    assert (alone.status, alone.recipient, alone.message_id) == ("Failed", None, ONE.message_id)
    (both,) = rows_of(graph, table([row(status="Failed")]))
    assert (both.recipient, both.status, both.reason) == ("bob@example.com", "Failed", "550 5.1.1 no such user")
    named = json.dumps(details(RecipientAddress="bob@example.com", MessageTraceId=ONE.network_id))
    assert told(rows_of(named)) == ["? bob@example.com = Failed/Bounced"]


def test_hybrid_by_network_message_id() -> None:
    """From a mailbox on our own server to one in the cloud: what the server passed on, the service delivered."""
    mine = Mail(1, sender="ann@example.com")
    tracking = log(
        [
            mine.row("10:00:00", "STOREDRIVER RECEIVE", ["bob@example.com"], **hop("EX01", "EX01", 5)),
            mine.row("10:00:01", "SEND", ["bob@example.com"], **hop("EX01", "example.mail.protection.outlook.com", 5)),
        ]
    )
    text = "\n".join(tracking) + "\n"
    assert told(rows_of(text)) == ["ann@example.com bob@example.com = Delivered/Relayed"]
    rows = rows_of(text, table([row(mail=mine)]))
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]
    rows = rows_of(text, table([row(mail=mine, status="Quarantined")]))
    assert told(rows) == ["ann@example.com bob@example.com = Quarantined/Quarantined"]
    assert messages(rows) == 1


def gateway_log() -> str:
    """A Postfix host that hands over to the cloud."""
    reply = accepted(123456, CLOUD)
    relay = "example.mail.protection.outlook.com[203.0.113.36]"
    times = ("09:59:58", "10:00:01")
    client = "out.example.net[192.0.2.1]"
    written = postfix(ONE, "4F0A1B2C3D", client, relay, ["bob@example.com"], reply, host="mx", times=times)
    return "\n".join(written) + "\n"


def test_postfix_before_the_cloud() -> None:
    gateway = gateway_log()
    received = extended(
        "10:00:00",
        "RECEIVE",
        "bob@example.com",
        server_hostname=CLOUD,
        internal_message_id="123456",
        client_ip="198.51.100.1",
    )
    delivered = extended("10:00:02", "STOREDRIVER DELIVER", "bob@example.com", server_hostname=CLOUD)
    rows = rows_of(gateway, table([received, delivered]))
    assert told(rows) == ["ann@example.net bob@example.com = Delivered/Delivered"]
    assert (rows[0].grade, rows[0].hosts) == ("proven", ("mx", CLOUD.partition(".")[0]))
    summary = table([row(status="Quarantined", FromIP="198.51.100.1")])
    rows = rows_of(gateway, summary)
    assert told(rows) == ["ann@example.net bob@example.com = Quarantined/Quarantined"]
    assert (rows[0].grade, rows[0].hosts, rows[0].from_ip) == ("inferred", ("mx", "Exchange Online"), "192.0.2.1")


def test_postfix_and_another_message_of_that_id() -> None:
    """A Message-ID joins nothing alone: an hour apart, or for another recipient, these are two messages."""
    gateway = gateway_log()
    assert messages(rows_of(gateway, table([row(Received="2026-11-21T11:00:00Z")]))) == 2
    assert messages(rows_of(gateway, table([row("eve@example.com")]))) == 2

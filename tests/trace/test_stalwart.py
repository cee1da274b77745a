"""Stalwart: queue IDs that replies give in hexadecimal digits, reports that tell again, mailboxes by the queue ID."""

# ruff: noqa: E501
from __future__ import annotations

import json

import pytest
from logs import fates, messages, told, trace

Q = "284999972309434901"
CLIENT = 'listenerId = "smtp", localPort = 25, remoteIp = 192.0.2.1, remotePort = 38509'


def span(*names: str, queue: str = "remote") -> str:
    """What stands first in the events of a delivery."""
    to = ", ".join(f'"{name}"' for name in names)
    return (
        f'queueId = {Q}, queueName = "{queue}", from = "a@example.net", to = [{to}], size = 1842, total = {len(names)}'
    )


def event(second: int, words: str, name: str, keys: str) -> str:
    return f"2026-11-21T10:00:{second:02}Z INFO {words} ({name}) {keys}\n"


def queued(*names: str) -> str:
    to = ", ".join(f'"{name}"' for name in names)
    keys = f'{CLIENT}, queueId = {Q}, from = "a@example.net", to = [{to}], size = 1842, nextRetry = 2026-11-21T10:00:00Z, expires = 2026-11-24T10:00:00Z'
    return event(1, "Queued message for delivery", "queue.queue-message", keys)


START = event(0, "SMTP connection started", "smtp.connection-start", CLIENT)
STOP = event(9, "SMTP connection ended", "smtp.connection-end", f"{CLIENT}, elapsed = 9000ms")
X, Y = "x@example.org", "y@example.org"
SENT = event(
    2,
    "Message delivered",
    "delivery.delivered",
    f'{span(X)}, hostname = "mx.example.org", to = "{X}", code = 250, details = "2.0.0 Ok: queued as ABCDEF1234", elapsed = 410ms',
)
AGAIN = event(
    2,
    "DSN success notification",
    "delivery.dsn-success",
    f'{span(X)}, to = "{X}", hostname = "mx.example.org", code = 250, details = "2.0.0 Ok: queued as ABCDEF1234"',
)
DONE = event(2, "Delivery completed", "delivery.completed", f"{span(X)}, elapsed = 3000ms")


def test_relayed() -> None:
    rows = trace(START + queued(X) + SENT + AGAIN + DONE + STOP)
    assert told(rows) == [f"a@example.net {X} = Delivered/Relayed"]
    row = rows[0]
    assert (row.from_ip, row.to_host, row.size, row.attempts, row.queue_ids) == (
        "192.0.2.1",
        "mx.example.org",
        1842,
        1,
        (Q,),
    )
    assert told(trace(queued(X) + AGAIN)) == [f"a@example.net {X} = Delivered/Relayed"]


@pytest.mark.parametrize(
    ("verb", "mailbox", "fate"),
    [("ham", "0", "Delivered/Delivered"), ("spam", "2", "Delivered/Junk"), ("duplicate", "0", "Delivered/Duplicate")],
)
def test_into_the_mailbox(verb: str, mailbox: str, fate: str) -> None:
    kept = event(
        2,
        "Message ingested",
        f"message-ingest.{verb}",
        f'{span(X, queue="local")}, accountId = 1, mailboxId = [{mailbox}], messageId = "1@example.net", size = 1842',
    )
    report = event(
        2,
        "DSN success notification",
        "delivery.dsn-success",
        f'{span(X, queue="local")}, to = "{X}", hostname = "localhost", code = 250, details = "OK"',
    )
    rows = trace(queued(X) + kept + report + DONE)
    assert told(rows) == [f"a@example.net {X} = {fate}"]


def test_one_of_two_refused() -> None:
    refused = event(
        2,
        "SMTP RCPT TO rejected",
        "delivery.rcpt-to-rejected",
        f'{span(X, Y)}, hostname = "mx.example.org", to = "{Y}", code = 550, details = "5.1.1 No such user"',
    )
    report = event(
        2,
        "DSN permanent failure notification",
        "delivery.dsn-perm-fail",
        f'{span(X, Y)}, to = "{Y}", hostname = "mx.example.org", details = "Code: 550, Enhanced code: 5.1.1, Message: No such user", total = 0',
    )
    dsn = event(
        3,
        "Queued DSN for delivery",
        "queue.queue-dsn",
        f'{span(X, Y)}, queueId = 999, from = "<>", to = ["a@example.net"], size = 3000',
    )
    rows = trace(queued(X, Y) + SENT + AGAIN + refused + report + dsn)
    assert told(rows) == [
        "<> a@example.net = GettingStatus/Unknown",
        f"a@example.net {X} = Delivered/Relayed",
        f"a@example.net {Y} = Failed/Bounced",
    ]
    assert messages(rows) == 2
    parent = next(row for row in rows if row.recipient == X)
    report_row = next(row for row in rows if row.sender == "")
    assert (report_row.parent_id, report_row.relation) == (parent.trace_id, "failure notification")
    assert {row.attempts for row in rows if row.sender} == {1}


def test_not_reached_then_expired() -> None:
    missed = event(
        2,
        "Connection error",
        "delivery.connect-error",
        f'{span(X)}, domain = "example.org", hostname = "mx.example.org", remoteIp = 198.51.100.7, causedBy = SMTP error occurred (smtp.error) {{ details = "I/O Error", reason = "Connection refused" }}, elapsed = 0ms',
    )
    later = event(
        2, "Message rescheduled for delivery", "queue.rescheduled", f"{span(X)}, nextRetry = 2026-11-21T10:02:00Z"
    )
    rows = trace(queued(X) + missed + later)
    assert told(rows) == [f"a@example.net {X} = Pending/Deferred"]
    assert rows[0].reason == "I/O Error: Connection refused"
    assert fates(queued(X) + later) == [f"a@example.net {X} = Pending/Deferred"]
    ended = event(
        59,
        "DSN permanent failure notification",
        "delivery.dsn-perm-fail",
        f'{span(X)}, to = "{X}", details = "Delivery expired", total = 9',
    )
    assert fates(queued(X) + missed + later + ended) == [f"a@example.net {X} = Failed/Expired"]
    assert fates(queued(X) + missed + SENT.replace("10:00:02", "10:00:30")) == [
        f"a@example.net {X} = Delivered/Relayed"
    ]


@pytest.mark.parametrize(
    ("name", "keys", "fate"),
    [
        ("smtp.mailbox-does-not-exist", f'to = "{X}"', f"? {X} = Failed/Rejected"),
        ("smtp.rcpt-to-greylisted", f'to = "{X}"', f"? {X} = Pending/Deferred"),
        ("smtp.mail-from-unauthorized", 'from = "a@example.net"', "a@example.net ? = Failed/Rejected"),
        ("milter.action-discard", 'id = "m"', "? ? = Failed/Discarded"),
    ],
)
def test_refused(name: str, keys: str, fate: str) -> None:
    rows = trace(START + event(1, "No", name, f"{CLIENT}, {keys}") + STOP)
    assert told(rows) == [fate]
    assert rows[0].from_ip == "192.0.2.1"


def test_no_mail() -> None:
    assert not fates(START + event(1, "SMTP EHLO command", "smtp.ehlo", f'{CLIENT}, domain = "x"') + STOP)


@pytest.mark.pitfall("W01")
def test_webhook() -> None:
    """A request's body: events in a list, as JSON documents have them."""
    data = {"listenerId": "smtp", "remoteIp": "192.0.2.1", "remotePort": 38509, "spanId": 77}
    body = {
        "events": [
            {"id": "1", "createdAt": "2026-11-21T10:00:00Z", "type": "smtp.connection-start", "data": data},
            {
                "id": "2",
                "createdAt": "2026-11-21T10:00:01Z",
                "type": "queue.queue-message",
                "data": {**data, "queueId": int(Q), "from": "a@example.net", "to": [X], "size": 1842},
            },
            {
                "id": "3",
                "createdAt": "2026-11-21T10:00:02Z",
                "type": "delivery.delivered",
                "data": {
                    "queueId": int(Q),
                    "from": "a@example.net",
                    "to": [X],
                    "size": 1842,
                    "total": 1,
                    "hostname": "mx.example.org",
                    "code": 250,
                    "details": "ok",
                },
            },
        ]
    }
    rows = trace(json.dumps(body), any_order=False)
    assert told(rows) == [f"a@example.net {X} = Delivered/Relayed"]
    assert (rows[0].queue_ids, rows[0].from_ip) == ((Q,), "192.0.2.1")


def test_postfix_hands_over() -> None:
    postfix = f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[4]: A000000001: to=<{X}>, relay=mail.example.org[10.0.0.5]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Message queued with id {int(Q):x}.)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """
    inside = queued(X).replace("192.0.2.1", "10.0.0.1")
    kept = event(
        2,
        "Possible spam message ingested",
        "message-ingest.spam",
        f'{span(X, queue="local")}, accountId = 1, mailboxId = [2], messageId = "1@example.net", size = 1842',
    )
    report = event(
        2,
        "DSN success notification",
        "delivery.dsn-success",
        f'{span(X, queue="local")}, to = "{X}", hostname = "localhost", code = 250, details = "OK"',
    )
    rows = trace(postfix + inside + kept + report + DONE)
    assert told(rows) == [f"a@example.net {X} = Delivered/Junk"]
    assert (rows[0].queue_ids, rows[0].grade, rows[0].folder) == (("A000000001", Q), "proven", "Junk Mail")

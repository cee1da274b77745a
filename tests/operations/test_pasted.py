"""Bounces, headers and log lines as people paste them, and the message that they are about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailwake.operations.criteria import Criteria, CriteriaError
from mailwake.operations.pasted import readings
from mailwake.operations.when import to_micros

BOUNCE = """\
Received: by mx1.example.com (Postfix) id 5C1B02A0F11; Sun, 22 Nov 2026 10:00:03 +0000 (UTC)
Date: Sun, 22 Nov 2026 10:00:03 +0000 (UTC)
From: MAILER-DAEMON@mx1.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ann@example.com
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <20261122100003.5C1B02A0F11@mx1.example.com>

--B
Content-Type: text/plain; charset=us-ascii

<bob@example.net>: host mx.example.net[192.0.2.25] said: 550 5.1.1 no such user

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.example.com
X-Postfix-Queue-ID: 4A1B02A0F10
X-Postfix-Sender: rfc822; ann@example.com
Arrival-Date: Sun, 22 Nov 2026 10:00:01 +0000 (UTC)

Final-Recipient: rfc822; bob@example.net
Original-Recipient: rfc822;bob.old@example.com
Action: failed
Status: 5.1.1

--B
Content-Type: %s

Return-Path: <ann@example.com>
Received: from pc (unknown [192.0.2.9])
\tby mx1.example.com (Postfix) with ESMTPSA id 4A1B02A0F10
\tfor <bob.old@example.com>; Sun, 22 Nov 2026 10:00:01 +0000 (UTC)
Message-ID: <a1@example.com>
To: bob.old@example.com
Subject: Offer

--B--
"""


def found(pasted: str | bytes) -> list[tuple[str, Criteria]]:
    raw = pasted if isinstance(pasted, bytes) else pasted.encode()
    return [(one.what, one.criteria) for one in readings(raw, Criteria())]


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_leads_to_the_message_it_is_about(kind: str) -> None:
    ways = found(BOUNCE % kind)
    assert ways[0] == ("Message-ID", Criteria(message_ids=("<a1@example.com>",)))
    assert ways[1] == ("queue ID", Criteria(queue_ids=("4A1B02A0F10",)))
    what, last = ways[-1]
    assert what == "recipient and date"
    assert last.recipients == ("bob@example.net", "bob.old@example.com")
    assert last.since is not None
    assert last.since < to_micros(datetime(2026, 11, 22, 10, tzinfo=UTC)) < (last.until or 0)


def test_windows_line_ends_change_nothing() -> None:
    text = BOUNCE % "text/rfc822-headers"
    assert found(text) == found(text.replace("\n", "\r\n"))


def test_headers_alone() -> None:
    ways = found(
        "Received: from a.example (a.example [192.0.2.9]) by mx with ESMTPS\n"
        "        id 4jWJXr1Py8z11pXL for <bob@example.org>; Sun, 22 Nov 2026 10:00:01 +0000\n"
        "Message-ID:\n <x.1@example.com>\nSubject: Hello\n"
    )
    assert ways[:2] == [
        ("queue ID", Criteria(queue_ids=("4jWJXr1Py8z11pXL",))),
        ("Message-ID", Criteria(message_ids=("<x.1@example.com>",))),
    ]


def test_quoted_in_a_reply() -> None:
    ways = found("Hello,\nwhere is this?\n> Message-ID: <q1@example.com>\n> Received: by mx id 1xUJr2-0003HN-00; x\n")
    assert ("queue ID", Criteria(queue_ids=("1xUJr2-0003HN-00",))) in ways
    assert ("Message-ID", Criteria(message_ids=("<q1@example.com>",))) in ways


def test_exchange_headers_name_the_trace_id() -> None:
    ident = "1341ac7b-13fb-42ab-4d44-08cf7f55890f"
    ways = found(f"X-MS-Exchange-Organization-Network-Message-Id: {ident}\nMessage-ID: <e1@example.com>\n")
    assert ways[0] == ("MessageTraceId", Criteria(trace_ids=(ident,)))


def test_a_log_line_and_a_reply() -> None:
    line = "Nov 22 10:00:01 mx postfix/qmgr[900]: 1CA6A3A450: removed"
    assert found(line) == [("queue ID", Criteria(queue_ids=("1CA6A3A450",)))]
    assert found("250 2.0.0 Ok: queued as ABCDEF1234") == [("queue ID", Criteria(queue_ids=("ABCDEF1234",)))]


@pytest.mark.parametrize("pasted", [b"", b"hello", b"\x00\xff\xfe", b"Subject: only\n\nbody"])
def test_text_that_names_no_message(pasted: bytes) -> None:
    with pytest.raises(CriteriaError, match="no message is named"):
        found(pasted)


def test_odd_messages_end_well() -> None:
    for cut in range(0, len(BOUNCE), 37):
        try:
            found((BOUNCE % "text/rfc822-headers")[:cut])
        except CriteriaError:
            continue

"""Pitfalls of searching and of a message's story that no other room's test proves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from logs import ALL, folder, lines, trace

from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show
from mailwake.sources.postfix import SOURCE
from mailwake.store.rows import Row
from mailwake.trace.story_model import Story

IN = """
10:00:00 mx postfix/smtpd[1]: connect from out.example.net[192.0.2.1]
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
SENT = "relay=mx.example.org[198.51.100.1]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
REWRITTEN = """
10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as B000000001)
10:00:02 mx postfix/qmgr[3]: A000000001: removed
10:00:02 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1]
10:00:02 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
10:00:02 mx postfix/qmgr[3]: B000000001: from=<srs0=x=example.net=a@example.com>, size=300, nrcpt=1 (queue active)
10:00:03 mx postfix/smtp[4]: B000000001: to=<final@example.com>, orig_to=<x@example.org>, relay=mx.example.com[198.51.100.2]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)
10:00:03 mx postfix/qmgr[3]: B000000001: removed
"""  # noqa: E501


@contextmanager
def opened(block: str) -> Iterator[FileBackend]:
    with folder() as place:
        path = place / "mail.log"
        path.write_text("\n".join(lines(block)) + "\n")
        yield FileBackend((str(path),), zone="UTC")


def found(block: str, **criteria: Any) -> list[Row]:
    with opened(block) as backend:
        return backend.search(to_node(Criteria(**criteria)), ALL)


def story(block: str, name: str = "A000000001") -> Story:
    with opened(block) as backend:
        return show(backend, name)


@pytest.mark.pitfall("R05", "D31")
def test_sender_of_one_side_and_recipient_of_the_other() -> None:
    """What the question names stands on two sides of a join: the whole message is looked at."""
    for recipient in ("final@example.com", "x@example.org"):
        rows = found(IN + REWRITTEN, senders=("a@example.net",), recipients=(recipient,))
        assert [row.recipient for row in rows] == ["final@example.com"]


@pytest.mark.pitfall("R01", "R02")
def test_criteria_are_an_intersection() -> None:
    assert not found(IN + REWRITTEN, senders=("a@example.net",), recipients=("other@example.com",))
    assert found(IN + REWRITTEN, senders=("A@EXAMPLE.NET",), recipients=("Final@Example.Com",))
    long = (IN + REWRITTEN).replace("A000000001", "4cKx1S1xYzz9s")
    assert found(long, queue_ids=("4cKx1S1xYzz9s",))
    assert not found(long, queue_ids=("4cKX1S1xYzz9s",))
    for message_id in ("<1@example.net>", "1@example.net"):
        assert found(IN + REWRITTEN, message_ids=(message_id,))


@pytest.mark.pitfall("R06")
def test_time_range_finds_any_event() -> None:
    """Received on one day, delivered on another: either day finds it, and whole."""
    block = IN + f"11-24 09:00:00 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}\n"
    day = 86_400_000_000
    received = trace(block)[0].received
    start = received - received % day
    assert found(block, since=start, until=start + day)
    assert found(block, since=start + 3 * day, until=start + 4 * day), "the day of its delivery"
    assert not found(block, since=start + 30 * day, until=start + 31 * day)


@pytest.mark.pitfall("R09")
def test_times_are_those_of_the_events() -> None:
    row = trace(IN + f"10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}\n")[0]
    assert (row.last - row.received) == 2_000_000
    assert abs(row.received - 1_795_255_200_000_000) < 1_000_000
    assert row.received != int(time.time()) * 1_000_000


@pytest.mark.pitfall("D27")
@pytest.mark.parametrize(
    ("delay", "delays", "expected"),
    [("63495", "63350/144/0/0", 63495), ("0.01", "0.01/0/0/0", 0.01), ("1.2", "1.2/0.02/0/0.04", 1.2)],
)
def test_delays_are_numbers(delay: str, delays: str, expected: float) -> None:
    parser = SOURCE.parser("postfix/smtp")
    assert parser is not None
    parsed = parser(
        f"A000000001: to=<x@example.org>, relay=none, delay={delay}, delays={delays}, dsn=4.4.1, status=deferred (x)"
    )
    assert parsed is not None
    assert parsed[2]["delay"] == expected
    assert parsed[2]["delays"] == delays


@pytest.mark.pitfall("D21", "D11")
def test_early_trouble_belongs_to_the_message() -> None:
    told = story(f"""{IN}
    10:00:01 mx postfix/smtp[4]: connect to mx1.example.org[198.51.100.9]:25: Connection timed out
    10:00:01 mx postfix/smtp[4]: A000000001: host mx2.example.org[198.51.100.8] said: 450 4.7.1 later (in reply to RCPT TO command)
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    10:00:02 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    words = " ".join(raw for step in (*told.timeline, *told.session) for raw in (step.text, *step.raw))
    assert "198.51.100.9" in words or "mx1.example.org" in words, "the server that could not be reached"
    assert "198.51.100.8" in words or "mx2.example.org" in words, "the server that said no at first"
    assert told.outcomes[0].status == "Delivered"


@pytest.mark.pitfall("D22")
def test_tls_of_both_sides_is_found_by_its_process() -> None:
    told = story(f"""
    10:00:00 mx postfix/smtpd[1]: connect from out.example.net[192.0.2.1]
    10:00:00 mx postfix/smtpd[1]: Anonymous TLS connection established from out.example.net[192.0.2.1]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
    {IN}
    10:00:01 mx postfix/smtp[4]: Untrusted TLS connection established to mx.example.org[198.51.100.1]:25: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    """)  # noqa: E501
    assert "TLSv1.3" in told.message.tls
    said = " ".join(step.text for step in (*told.timeline, *told.session))
    assert "TLSv1.2" in said or any("TLSv1.2" in raw for step in told.timeline for raw in step.raw)


@pytest.mark.pitfall("D17")
def test_recipients_not_seen_yet_are_told() -> None:
    told = story(
        f"{IN.replace('nrcpt=1', 'nrcpt=4')}10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}\n"
    )
    assert [one.key for one in told.missing if one.key == "recipients"] == ["recipients"]


@pytest.mark.pitfall("D39", "T21")
def test_missing_arrival_and_end_are_told() -> None:
    late = "\n".join(IN.strip().splitlines()[3:])
    assert "arrival" in [one.key for one in story(late).missing]
    assert "end" in [one.key for one in story(IN).missing]


@pytest.mark.pitfall("Q21", "S14")
def test_greylisting_daemon_without_an_id() -> None:
    refused = "450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out.example.net>"  # noqa: E501
    told = story(f"""
    09:50:00 mx postgrey[9]: action=greylist, reason=new, client_name=out.example.net, client_address=192.0.2.1, sender=a@example.net, recipient=x@example.org
    09:50:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from out.example.net[192.0.2.1]: {refused}
    {IN}
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    """)  # noqa: E501
    assert [one.grade for one in told.attempts] == ["inferred"]
    assert told.attempts[0].detail == "Greylisted"


@pytest.mark.pitfall("Q20", "B16")
@pytest.mark.parametrize("tag", ["f50594", "A00000"])
def test_rspamd_is_attached_by_queue_id_whatever_its_tag(tag: str) -> None:
    told = trace(f"""{IN}
    10:00:00 mx rspamd[7]: <{tag}>; proxy; rspamd_task_write_log: id: <1@example.net>, qid: <A000000001>, ip: 192.0.2.1, from: <a@example.net>, (default: F (no action): [-1.20/15.00] [DKIM(0.00){{}}]), len: 100, time: 5.0ms, dns req: 0, digest: <00000000000000000000000000000000>, rcpts: <x@example.org>, mime_rcpts: <x@example.org>
    10:00:00 mx opendkim[8]: A000000001: DKIM-Signature field added (s=mail, d=example.net)
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    """)  # noqa: E501
    assert len(told) == 1
    assert "rspamd: no action -1.2/15" in told[0].verdict


@pytest.mark.pitfall("S13")
def test_postscreen_and_smtpd_are_one_story() -> None:
    """Other processes, other times: joined by address and time."""
    told = story(f"""
    09:59:58 mx postfix/postscreen[9]: CONNECT from [192.0.2.1]:44340 to [198.51.100.9]:25
    09:59:59 mx postfix/postscreen[9]: PASS OLD [192.0.2.1]:44340
    {IN}
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    """)
    steps = " ".join(raw for step in (*told.session, *told.timeline) for raw in step.raw)
    assert "PASS OLD" in steps


@pytest.mark.pitfall("D23")
def test_cached_connection_inherits_its_tls() -> None:
    """`conn_use=2`: no connect and no TLS line for this message; its process logged them for the one before."""
    other = IN.replace("A000000001", "A000000002").replace("<1@", "<2@")
    told = story(
        f"""{IN}{other}
    10:00:01 mx postfix/smtp[4]: Untrusted TLS connection established to mx.example.org[198.51.100.1]:25: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)
    10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    10:00:03 mx postfix/smtp[4]: A000000002: to=<x@example.org>, {SENT.replace("delay=2", "conn_use=2, delay=3")}
    """,  # noqa: E501
        "A000000002",
    )
    assert any("TLSv1.2" in raw for step in (*told.timeline, *told.session) for raw in step.raw)

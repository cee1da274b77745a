"""Ends that are easily lost: several ways for one address, filters by pipe, discards at the door, lines cut off."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

IN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=300, nrcpt=1 (queue active)
"""
LOCAL = "relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent"


@pytest.mark.pitfall("D07", "D08")
def test_local_delivers_several_ways_for_one_address() -> None:
    """aliases(5) and .forward may name a mailbox and a command and another address at once."""
    rows = trace(f"""{IN}
    10:00:01 mx postfix/local[4]: A000000001: to=<bob@example.org>, {LOCAL} (delivered to command: /bin/vacation bob)
    10:00:01 mx postfix/local[4]: A000000001: to=<bob@example.org>, {LOCAL} (delivered to mailbox)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)
    assert sorted((row.recipient, row.status) for row in rows) == [
        ("bob@example.org", "Delivered"),
        ("|/bin/vacation bob", "Delivered"),
    ]


@pytest.mark.pitfall("D25")
def test_one_way_of_two_fails() -> None:
    rows = trace(f"""{IN}
    10:00:01 mx postfix/local[4]: A000000001: to=<bob@example.org>, {LOCAL} (delivered to mailbox)
    10:00:01 mx postfix/local[4]: A000000001: to=<bob@example.org>, relay=local, delay=1, delays=0/0/0/1, dsn=5.3.0, status=bounced (Command died with status 1)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert sorted((row.status, row.detail) for row in rows) == [("Delivered", "Delivered"), ("Failed", "Bounced")]


@pytest.mark.pitfall("S07")
def test_discard_at_the_door_is_an_end() -> None:
    line = (
        "10:00:00 mx postfix/smtpd[1]: NOQUEUE: discard: RCPT from out.example.net[192.0.2.1]: <x@example.org>:"
        " Recipient address triggers DISCARD action; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<h>"
    )
    assert fates(line) == ["a@example.net x@example.org = Failed/Discarded"]


@pytest.mark.pitfall("B01")
def test_filter_by_pipe_hands_in_again_by_the_sendmail_command() -> None:
    """Postfix FILTER_README, the simple content filter: no id joins the two halves."""
    rows = trace(f"""{IN}
    10:00:01 mx postfix/pickup[5]: B000000001: uid=99 from=<a@example.net>
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/pipe[6]: A000000001: to=<x@example.org>, relay=filter, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via filter service)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    10:00:02 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=400, nrcpt=1 (queue active)
    10:00:02 mx postfix/virtual[7]: B000000001: to=<x@example.org>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Delivered/Delivered"]
    assert messages(rows) == 1
    assert rows[0].grade == "inferred"


@pytest.mark.pitfall("T18")
@pytest.mark.parametrize(
    ("tail", "fate"),
    [("dsn=2.0.0, stat", "Delivered/Relayed"), ("dsn=5.1.1, st", "Failed/Bounced"), ("dsn=", "GettingStatus/Unknown")],
)
def test_delivery_line_cut_before_its_status(tail: str, fate: str) -> None:
    rows = trace(f"""{IN}
    10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0/1, {tail}
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert told(rows) == [f"a@example.net x@example.org = {fate}"]
    assert "cut off" in rows[0].remark


@pytest.mark.pitfall("Q06")
def test_message_not_accepted_for_now() -> None:
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: warning: A000000001: virtual_alias_maps map lookup problem for x@example.org -- message not accepted, try again later
    """)  # noqa: E501
    assert [(row.original_recipient, row.status) for row in rows] == [("x@example.org", "Pending")]

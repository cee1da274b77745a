"""What becomes of a message in the queue: expiry, administrators, holds, requeues, aliases, notifications."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

IN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
DEFERRED = "10:00:05 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=5, delays=0/0/5/0, dsn=4.4.1, status=deferred (connect to mx.example.org[198.51.100.1]:25: Connection timed out)\n"  # noqa: E501
SENT = "relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
STORED = "relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)"


@pytest.mark.pitfall("D12")
@pytest.mark.parametrize("word", ["expired", "force-expired"])
def test_expired(word: str) -> None:
    rows = trace(f"""{IN}
    {DEFERRED}
    11-26 10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, status={word}, returned to sender
    11-26 10:00:00 mx postfix/cleanup[2]: B000000001: message-id=<n1@mx.example.org>
    11-26 10:00:00 mx postfix/bounce[9]: A000000001: sender non-delivery notification: B000000001
    11-26 10:00:00 mx postfix/qmgr[3]: A000000001: removed
    """)
    assert told(rows) == ["a@example.net x@example.org = Failed/Expired"]
    assert "timed out" in rows[0].reason


@pytest.mark.pitfall("D13")
def test_notification_whose_lines_come_first() -> None:
    rows = trace(f"""{IN}
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<n1@mx.example.org>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<>, size=2000, nrcpt=1 (queue active)
    10:00:02 mx postfix/smtp[6]: B000000001: to=<a@example.net>, {SENT}
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    10:00:03 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=3, delays=0/0/0/3, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 unknown)
    10:00:03 mx postfix/bounce[9]: A000000001: sender non-delivery notification: B000000001
    10:00:03 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert told(rows) == ["<> a@example.net = Delivered/Relayed", "a@example.net x@example.org = Failed/Bounced"]
    message, notice = rows
    assert (notice.parent_id, notice.relation) == (message.trace_id, "failure notification")


@pytest.mark.pitfall("D13")
@pytest.mark.parametrize(
    ("line", "relation"),
    [
        ("sender delay notification", "delay notification"),
        ("sender delivery status notification", "success notification"),
        ("postmaster non-delivery notification", "postmaster notification"),
    ],
)
def test_kinds_of_notification(line: str, relation: str) -> None:
    rows = trace(f"""{IN}
    {DEFERRED}
    14:00:00 mx postfix/cleanup[2]: B000000001: message-id=<n1@mx.example.org>
    14:00:00 mx postfix/bounce[9]: A000000001: {line}: B000000001
    14:00:00 mx postfix/qmgr[3]: B000000001: from=<>, size=2000, nrcpt=1 (queue active)
    14:00:01 mx postfix/smtp[6]: B000000001: to=<a@example.net>, {SENT}
    14:00:01 mx postfix/qmgr[3]: B000000001: removed
    """)
    assert [(row.sender, row.status, row.relation) for row in rows] == [
        ("a@example.net", "Pending", ""),
        ("", "Delivered", relation),
    ]
    assert rows[1].parent_id == rows[0].trace_id


@pytest.mark.pitfall("D15", "D14")
def test_double_bounce_ends() -> None:
    rows = trace("""
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<n1@mx.example.org>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<>, size=2000, nrcpt=1 (queue active)
    10:00:02 mx postfix/smtp[6]: B000000001: to=<a@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=example.net type=A: Host not found)
    10:00:02 mx postfix/bounce[9]: B000000001: not sending trace/success notification for double-bounce message
    10:00:02 mx postfix/bounce[9]: B000000001: postmaster non-delivery notification: C000000001
    10:00:02 mx postfix/cleanup[2]: C000000001: message-id=<n2@mx.example.org>
    10:00:02 mx postfix/qmgr[3]: C000000001: from=<double-bounce@mx.example.org>, size=3000, nrcpt=1 (queue active)
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    10:00:03 mx postfix/local[7]: C000000001: to=<postmaster@mx.example.org>, orig_to=<postmaster>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)
    10:00:03 mx postfix/qmgr[3]: C000000001: removed
    """)  # noqa: E501
    assert told(rows) == [
        "<> a@example.net = Failed/Bounced",
        "double-bounce@mx.example.org postmaster postmaster@mx.example.org Delivered/Delivered",
    ]


@pytest.mark.pitfall("D19", "D20")
@pytest.mark.parametrize("order", ["postsuper[9]: A000000001: removed", "postsuper[9]: Deleted: 1 message"])
def test_deleted_by_an_administrator(order: str) -> None:
    block = IN + DEFERRED + f"11:00:00 mx postfix/{order}\n"
    rows = trace(block)
    assert told(rows) == ["a@example.net x@example.org = Failed/Deleted"]
    assert rows[0].outcome == "rejected"


@pytest.mark.pitfall("D20")
def test_deleted_with_and_without_ids() -> None:
    other = (IN + DEFERRED).replace("A000000001", "A000000002").replace("x@", "y@")
    named = (
        "11:00:00 mx postfix/postsuper[9]: A000000001: removed\n11:00:00 mx postfix/postsuper[9]: Deleted: 1 message\n"
    )
    assert fates(IN + DEFERRED + other + named) == [
        "a@example.net x@example.org = Failed/Deleted",
        "a@example.net y@example.org = Pending/Deferred",
    ]
    every = "11:00:00 mx postfix/postsuper[9]: Deleted: 2 messages\n"
    assert fates(IN + DEFERRED + other + every) == [
        "a@example.net x@example.org = Failed/Deleted",
        "a@example.net y@example.org = Failed/Deleted",
    ]
    some = every.replace("2 messages", "1 message")
    assert fates(IN + DEFERRED + other + some) == [
        "a@example.net x@example.org = Pending/Deferred",
        "a@example.net y@example.org = Pending/Deferred",
    ], "which one it took is not known, so nothing is claimed"


@pytest.mark.pitfall("D20")
def test_held_and_released() -> None:
    hold = "10:30:00 mx postfix/postsuper[9]: A000000001: placed on hold\n"
    assert fates(IN + DEFERRED + hold) == ["a@example.net x@example.org = Quarantined/Held"]
    release = "10:40:00 mx postfix/postsuper[9]: A000000001: released from hold\n"
    assert fates(IN + DEFERRED + hold + release) == ["a@example.net x@example.org = Pending/Deferred"]
    sent = f"10:40:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}\n"
    assert fates(IN + DEFERRED + hold + release + sent) == ["a@example.net x@example.org = Delivered/Relayed"]


@pytest.mark.pitfall("S20", "D20")
@pytest.mark.parametrize("after", [DEFERRED, ""])
def test_requeued(after: str) -> None:
    rows = trace(f"""{IN}
    {after}
    11:00:00 mx postfix/postsuper[9]: A000000001: requeued
    11:00:01 mx postfix/pickup[8]: B000000001: uid=89 from=<a@example.net> orig_id=A000000001
    11:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    11:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=110, nrcpt=1 (queue active)
    11:00:02 mx postfix/smtp[4]: B000000001: to=<x@example.org>, {SENT}
    11:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    assert (rows[0].queue_ids, rows[0].from_ip) == (("A000000001", "B000000001"), "192.0.2.1")


@pytest.mark.pitfall("D08", "D07")
def test_forwarded_by_local() -> None:
    rows = trace(f"""{IN}
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/local[4]: A000000001: to=<x@mx.example.org>, orig_to=<x@example.org>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (forwarded as B000000001)
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=120, nrcpt=1 (queue active)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    10:00:02 mx postfix/smtp[5]: B000000001: to=<elsewhere@example.com>, orig_to=<x@example.org>, {SENT}
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org elsewhere@example.com Delivered/Relayed",
        "a@example.net x@example.org x@mx.example.org Expanded/Redirected",
    ]
    assert messages(rows) == 1


@pytest.mark.pitfall("D02", "D30")
def test_aliases() -> None:
    """An alias with several members is expanded; one with a single member is a rewritten address."""
    block = IN.replace("nrcpt=1", "nrcpt=3")
    rows = trace(f"""{block}
    10:00:01 mx postfix/virtual[4]: A000000001: to=<one@example.org>, orig_to=<team@example.org>, {STORED}
    10:00:01 mx postfix/virtual[4]: A000000001: to=<two@example.org>, orig_to=<team@example.org>, {STORED}
    10:00:01 mx postfix/virtual[4]: A000000001: to=<carol@example.org>, orig_to=<info@example.org>, {STORED}
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)
    assert told(rows) == [
        "a@example.net info@example.org carol@example.org Delivered/Delivered",
        "a@example.net team@example.org = Expanded/Expanded",
        "a@example.net team@example.org one@example.org Delivered/Delivered",
        "a@example.net team@example.org two@example.org Delivered/Delivered",
    ]


@pytest.mark.pitfall("D28")
def test_recipient_reached_through_two_aliases() -> None:
    block = IN.replace("nrcpt=1", "nrcpt=2")
    assert fates(f"""{block}
    10:00:01 mx postfix/virtual[4]: A000000001: to=<carol@example.org>, orig_to=<info@example.org>, {STORED}
    10:00:01 mx postfix/virtual[4]: A000000001: to=<carol@example.org>, orig_to=<sales@example.org>, {STORED}
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """) == [
        "a@example.net info@example.org carol@example.org Delivered/Delivered",
        "a@example.net sales@example.org carol@example.org Delivered/Delivered",
    ]


@pytest.mark.pitfall("D25", "D17", "D04")
def test_every_recipient_has_its_own_end() -> None:
    block = IN.replace("nrcpt=1", "nrcpt=5")
    rows = trace(f"""{block}
    10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    10:00:01 mx postfix/smtp[4]: A000000001: to=<y@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 unknown)
    10:00:01 mx postfix/smtp[5]: A000000001: to=<z@example.com>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.com[198.51.100.2]:25: Connection refused)
    10:00:01 mx postfix/smtp[6]: A000000001: to=<"w w"@example.com>, relay=mx.example.com[198.51.100.2]:25, delay=1, delays=0/0/0/1, dsn=4.2.0, status=deferred (host mx.example.com[198.51.100.2] said: 450 4.2.0 Greylisted)
    """)  # noqa: E501
    assert told(rows) == [
        'a@example.net "w w"@example.com = Pending/Greylisted',
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Failed/Bounced",
        "a@example.net z@example.com = Pending/Deferred",
    ]
    assert messages(rows) == 1
    assert any("4 of 5" in row.remark for row in rows), "says how many recipients are known"


@pytest.mark.pitfall("D31")
def test_both_senders_are_kept() -> None:
    """A canonical map rewrote the sender; the refusal of another recipient shows the one from the envelope."""
    rows = trace(f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/smtpd[1]: A000000001: reject: RCPT from out.example.net[192.0.2.1]: 550 5.1.1 <y@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<old@example.net> to=<y@example.org> proto=ESMTP helo=<out.example.net>
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<new@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {SENT}
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert [(row.sender, row.recipient) for row in rows if row.status == "Delivered"] == [
        ("new@example.net", "x@example.org")
    ]
    assert [(row.recipient, row.detail) for row in rows if row.status != "Delivered"] == [("y@example.org", "Rejected")]


@pytest.mark.pitfall("D36")
def test_released_together_with_others() -> None:
    """`postsuper -H ALL` names no message: that delivery was tried after the hold shows that it was released."""
    block = """
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: hold: header Subject: x from out.example.net[192.0.2.1]; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out>
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    """  # noqa: E501
    assert fates(block) == ["a@example.net x@example.org = Quarantined/Held"]
    later = """
    10:10:00 mx postfix/postsuper[8]: Released from hold: 1 message
    10:10:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:10:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (connect to y: Connection timed out)
    """  # noqa: E501
    assert fates(block + later) == ["a@example.net x@example.org = Pending/Deferred"]


@pytest.mark.pitfall("D20", "S20")
def test_deleted_all_after_one_was_requeued() -> None:
    """What was requeued is in the queue once, under its new ID: the order's count is of both messages there."""
    other = (IN + DEFERRED).replace("A000000001", "A000000002").replace("x@", "y@")
    again = (IN + DEFERRED).replace("A000000001", "B000000001").replace("10:00", "11:00").partition("\n")[2]
    again = again.partition("\n")[2]  # a message that was requeued comes by pickup
    assert fates(f"""{IN}{DEFERRED}{other}
    11:00:00 mx postfix/postsuper[9]: A000000001: requeued
    11:00:00 mx postfix/postsuper[9]: Requeued: 1 message
    11:00:00 mx postfix/pickup[8]: B000000001: uid=89 from=<a@example.net> orig_id=A000000001
    {again}
    11:10:00 mx postfix/postsuper[9]: Deleted: 2 messages
    """) == [
        "a@example.net x@example.org = Failed/Deleted",
        "a@example.net y@example.org = Failed/Deleted",
    ]


@pytest.mark.pitfall("S17")
@pytest.mark.parametrize("action", ["hold", "discard", "reject", "redirect", "prepend", "bcc", "filter", "replace"])
def test_a_rule_that_acts_on_the_subject_tells_it(action: str) -> None:
    """The first rule that matches is the last: no other one logs the subject then."""
    queued = "10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)\n"
    goes_on = action not in ("hold", "discard", "reject")
    rows = trace(f"""{queued if goes_on else ""}
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: {action}: header Subject: Offer: 50% from out.example.net[192.0.2.1]; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out.example.net>: y@example.org
    """)  # noqa: E501
    assert {row.subject for row in rows} == {"Offer: 50%"}


def test_a_notice_to_a_postmaster_that_there_is_not() -> None:
    """local(8) throws it away rather than to bounce it."""
    rows = trace("""
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<20261121100000.A000000001@mx.example.org>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<double-bounce@mx.example.org>, size=800, nrcpt=1 (queue active)
    10:00:00 mx postfix/local[4]: A000000001: to=<postmaster@mx.example.org>, orig_to=<postmaster>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (discarded)
    10:00:00 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert told(rows) == ["double-bounce@mx.example.org postmaster postmaster@mx.example.org Failed/Discarded"]
    assert not rows[0].remark

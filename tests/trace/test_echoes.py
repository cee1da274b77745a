"""One server of ours refuses what another one hands over: both logs tell of it, and it is one thing."""

from __future__ import annotations

import pytest
from logs import messages, told, trace

ENVELOPE = "from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<edge>"
WORDS = "<x@example.org>: Recipient address rejected: come back later"


def handed(at: str, code: str, status: str) -> str:
    return (
        f"{at} edge postfix/smtp[4]: A000000001: to=<x@example.org>, relay=inner[10.0.0.2]:25, delay=1, dsn=4.3.0,"
        f" status={status} (host inner[10.0.0.2] said: {code} {WORDS} (in reply to RCPT TO command))\n"
    )


def refused(at: str, code: str, client: str = "edge.example.org[10.0.0.1]") -> str:
    return f"{at} inner postfix/smtpd[7]: NOQUEUE: reject: RCPT from {client}: {code} {WORDS}; {ENVELOPE}\n"


BORN = """
10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""


@pytest.mark.pitfall("D36", "D21")
def test_a_refusal_in_both_logs_is_one_message() -> None:
    block = BORN + refused("10:00:01", "450 4.3.0") + handed("10:00:01", "450 4.3.0", "deferred")
    block += refused("10:05:03", "450 4.3.0") + handed("10:05:01", "450 4.3.0", "deferred")
    rows = trace(block)
    assert told(rows) == ["a@example.net x@example.org = Pending/Deferred"]
    assert rows[0].attempts == 2


@pytest.mark.pitfall("D36")
def test_what_another_machine_was_refused_stays() -> None:
    """A printer of ours, in the same words at the same time."""
    block = BORN + refused("10:00:01", "550 5.1.1") + handed("10:00:01", "550 5.1.1", "bounced")
    rows = trace(block + refused("10:00:03", "550 5.1.1", "printer[10.0.0.9]"))
    assert told(rows) == [
        "a@example.net x@example.org = Failed/Bounced",
        "a@example.net x@example.org = Failed/Rejected",
    ]
    assert messages(rows) == 2
    assert [row.from_ip for row in rows if row.detail == "Rejected"] == ["10.0.0.9"]
    alone = trace(refused("10:00:01", "550 5.1.1"))
    assert told(alone) == ["a@example.net x@example.org = Failed/Rejected"]


@pytest.mark.parametrize("second", ["00", "01", "02"])
def test_exim_refuses_in_other_words_than_it_logs(second: str) -> None:
    """`message =` of an ACL is for the client; the log has the reason of the verification."""
    met = handed("10:00:01", "550", "bounced").replace(WORDS, "unknown user")
    log = "11-21 10:00:{} inner exim[7]: H=edge [{}] F=<a@example.net> rejected RCPT <{}>: Unrouteable address\n"
    block = BORN + met + log.format(second, "10.0.0.1", "x@example.org")
    assert told(trace(block)) == ["a@example.net x@example.org = Failed/Bounced"]
    bounced, refused = "a@example.net x@example.org = Failed/Bounced", "a@example.net {} = Failed/Rejected"
    for other in (
        ("09", "10.0.0.1", "x@example.org"),
        ("01", "192.0.2.3", "x@example.org"),
        ("01", "10.0.0.1", "y@b.example"),
    ):
        rows = trace(BORN + met + log.format(*other))
        assert sorted(told(rows)) == sorted([bounced, refused.format(other[2])])


DATA = "host inner[10.0.0.2] said: {code} {words} (in reply to end of DATA command)"
TO = "10:00:01 edge postfix/smtp[4]: A000000001: to=<{who}@example.org>, relay=inner[10.0.0.2]:25, delay=1, dsn=5.7.1, status=bounced ({reply})\n"  # noqa: E501
INNER = "10:00:01 inner postfix/smtpd[7]: B000000001: client=edge.example.org[10.0.0.1]\n"


def test_a_refusal_of_the_content_in_both_logs_is_one_message() -> None:
    """A milter of the inner server refuses after the data; its log names the last recipient only."""
    reply = DATA.format(code="550 5.7.1", words="Spam")
    born = BORN.replace("nrcpt=1", "nrcpt=2")
    block = born + INNER + "10:00:01 inner postfix/cleanup[8]: B000000001: message-id=<1@example.net>\n"
    block += "10:00:01 inner postfix/cleanup[8]: B000000001: milter-reject: END-OF-MESSAGE from edge.example.org[10.0.0.1]: 5.7.1 Spam; from=<a@example.net> to=<y@example.org> proto=ESMTP helo=<edge>\n"  # noqa: E501
    assert told(trace(block.replace(born, ""))) == ["a@example.net y@example.org = Failed/Rejected"]
    block += TO.format(who="x", reply=reply) + TO.format(who="y", reply=reply)
    assert told(trace(block)) == [
        "a@example.net x@example.org = Failed/Bounced",
        "a@example.net y@example.org = Failed/Bounced",
    ]


def test_too_many_hops_between_our_own_hosts_is_one_message() -> None:
    """cleanup names nobody then."""
    inner = INNER + "10:00:01 inner postfix/cleanup[8]: warning: B000000001: message rejected: hopcount exceeded\n"
    assert told(trace(inner)) == ["? ? = Failed/Rejected"]
    reply = DATA.format(code="554 5.4.0", words="Error: too many hops")
    assert told(trace(BORN + inner + TO.format(who="x", reply=reply))) == [
        "a@example.net x@example.org = Failed/Bounced"
    ]


def test_a_queue_that_is_flushed_twice_in_a_second() -> None:
    """The deliveries are one record, word for word; two processes of the other server refused them."""
    block = BORN + handed("10:00:01", "450 4.3.0", "deferred") + handed("10:00:01", "450 4.3.0", "deferred")
    block += refused("10:00:01", "450 4.3.0") + refused("10:00:01", "450 4.3.0").replace("smtpd[7]", "smtpd[8]")
    assert told(trace(block)) == ["a@example.net x@example.org = Pending/Deferred"]
    printer = refused("10:00:01", "450 4.3.0", "printer[10.0.0.9]")
    assert len(trace(block + printer)) == 2


DOWN = "4.7.1 Service unavailable - try again later"


def turned_away(at: str, client: str = "edge.example.org[10.0.0.1]") -> str:
    """A server whose milter is down, at every command."""
    head = f"{at} inner postfix/smtpd[7]: NOQUEUE: milter-reject:"
    return (
        f"{head} CONNECT from {client}: 451 {DOWN}; proto=SMTP\n"
        f"{head} EHLO from {client}: 451 {DOWN}; proto=SMTP helo=<edge>\n"
        f"{head} MAIL from {client}: 451 {DOWN}; from=<a@example.net> proto=ESMTP helo=<edge>\n"
    )


@pytest.mark.pitfall("D36", "D21")
def test_turned_away_before_there_was_a_recipient() -> None:
    """Two recipients of one session that was refused; the other machine, refused as well, is another message."""
    block = BORN.replace("nrcpt=1", "nrcpt=2")
    for name in ("x", "y"):
        block += (
            f"10:00:01 edge postfix/smtp[4]: A000000001: to=<{name}@example.org>, relay=inner[10.0.0.2]:25, delay=1,"
            f" dsn=4.7.1, status=deferred (host inner[10.0.0.2] said: 451 {DOWN} (in reply to MAIL FROM command))\n"
        )
    ends = ["a@example.net x@example.org = Pending/Deferred", "a@example.net y@example.org = Pending/Deferred"]
    assert told(trace(block + turned_away("10:00:01"))) == ends
    both = block + turned_away("10:00:01") + turned_away("10:00:01", "printer[10.0.0.9]")
    assert told(trace(both)) == ["a@example.net ? = Pending/Deferred", *ends]
    assert told(trace(block + turned_away("10:00:01", "out.example.net[192.0.2.7]"))) == [
        "a@example.net ? = Pending/Deferred",
        *ends,
    ]


def beside(code: str, status: str, *, at: str = "10:00:01", clock: str = "10:00:01") -> str:
    """One recipient is refused beside another one who is taken: the refusal stands under the next server's queue ID."""
    return f"""
        10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
        10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
        10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=2 (queue active)
        {clock} inner postfix/smtpd[7]: B000000001: client=edge[10.0.0.1]
        {clock} inner postfix/smtpd[7]: B000000001: reject: RCPT from edge[10.0.0.1]: {code} {WORDS}; {ENVELOPE}
        {clock} inner postfix/cleanup[8]: B000000001: message-id=<1@example.net>
        {clock} inner postfix/qmgr[9]: B000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
        {clock} inner postfix/virtual[6]: B000000001: to=<y@example.org>, relay=virtual, delay=1, dsn=2.0.0, status=sent (delivered to maildir)
        {clock} inner postfix/qmgr[9]: B000000001: removed
        {handed(at, code, status)}
        {at} edge postfix/smtp[4]: A000000001: to=<y@example.org>, relay=inner[10.0.0.2]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as B000000001)
    """  # noqa: E501


@pytest.mark.pitfall("S08", "D36")
@pytest.mark.parametrize("clock", ["10:00:00", "10:00:01", "10:00:09"])
def test_refused_beside_one_who_is_taken(clock: str) -> None:
    """Whatever the clock of the server that refuses says, and in whatever order one second is written."""
    rows = trace(beside("554 5.7.1", "bounced", clock=clock))
    assert told(rows) == [
        "a@example.net x@example.org = Failed/Bounced",
        "a@example.net y@example.org = Delivered/Delivered",
    ]
    assert messages(rows) == 1


@pytest.mark.pitfall("S08", "D10")
def test_told_to_come_again_beside_one_who_is_taken() -> None:
    """The end that came of it later is the only one."""
    block = (
        beside("450 4.3.0", "deferred") + refused("10:05:01", "450 4.3.0") + handed("10:05:01", "450 4.3.0", "deferred")
    )
    waits = ["a@example.net x@example.org = Pending/Deferred", "a@example.net y@example.org = Delivered/Delivered"]
    assert told(trace(block)) == waits
    block += """
        10:05:01 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, status=expired, returned to sender
        10:05:01 edge postfix/qmgr[3]: A000000001: removed
    """
    assert told(trace(block)) == ["a@example.net x@example.org = Failed/Expired", waits[1]]


@pytest.mark.pitfall("S08")
def test_what_a_filter_asked_for_besides_and_was_refused_stays() -> None:
    """Nobody had handed over that recipient: it is refused to whoever put it in."""
    block = beside("554 5.7.1", "bounced").replace("A000000001: to=<x@", "A000000001: to=<z@")
    assert told(trace(block)) == [
        "a@example.net x@example.org = Failed/Rejected",
        "a@example.net y@example.org = Delivered/Delivered",
        "a@example.net z@example.org = Failed/Bounced",
    ]

"""Refusals that stand in two logs of ours where other products than Postfix hand over, or the next server is tried: the
delivery tells them, and the server that refused has no message of its own."""

from __future__ import annotations

import pytest
from logs import told, trace

ID = "1rXyZa-0001Ab-Cd"
EXIM = f"""2026-11-21 10:00:00 {ID} <= a@example.net H=out.example.net [192.0.2.1] P=esmtp S=309 id=1@example.net for x@example.org
{{lines}}2026-11-21 10:00:01 {ID} Completed
"""  # noqa: E501
GAVE_UP = f"2026-11-21 10:00:01 {ID} ** x@example.org R=inner T=remote_smtp H=inner.example.org [10.0.0.2]"
SENDMAIL = """
10:00:00 edge sendmail[11]: 6ALA00Ba000011: from=<a@example.net>, size=309, class=0, nrcpts=1, msgid=<1@example.net>, proto=ESMTP, daemon=MTA, relay=out.example.net [192.0.2.1]
10:00:01 edge sendmail[12]: 6ALA00Ba000011: to=<x@example.org>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=120309, relay=inner.example.org. [10.0.0.2], dsn=5.1.1, reply={reply}, stat=User unknown
"""  # noqa: E501
POSTFIX = """
10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=309, nrcpt=1 (queue active)
{lines}
"""
UNKNOWN = "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table"
BY_POSTFIX = f"10:00:01 inner postfix/smtpd[7]: NOQUEUE: reject: RCPT from {{client}}: {UNKNOWN}; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<edge>\n"  # noqa: E501
BY_EXIM = "10:00:01 inner exim[7]: 2026-11-21 10:00:01 H=edge.example.org [10.0.0.1] F=<a@example.net> rejected RCPT <x@example.org>: Unrouteable address\n"  # noqa: E501
EDGE, PRINTER = "edge.example.org[10.0.0.1]", "printer.example.org[10.0.0.9]"
AFTER = "SMTP error from remote mail server after"
BOUNCED = ["a@example.net x@example.org = Failed/Bounced"]


@pytest.mark.pitfall("D36", "D21")
@pytest.mark.parametrize(
    "after",
    [
        f"{AFTER} RCPT TO:<x@example.org>: ",
        f"{AFTER} pipelined RCPT TO:<x@example.org>: ",
        "SMTP error from remote mailer after RCPT TO:<x@example.org>: host inner.example.org [10.0.0.2]: ",
    ],
)
def test_exim_hands_over_to_a_server_that_refuses_the_recipient(after: str) -> None:
    block = EXIM.format(lines=f"{GAVE_UP}: {after}{UNKNOWN}\n")
    assert told(trace(block + BY_POSTFIX.format(client=EDGE))) == BOUNCED
    both = block + BY_POSTFIX.format(client=EDGE) + BY_POSTFIX.format(client=PRINTER)
    assert len(trace(both)) == 2, "what another machine was refused stays"
    wait = block.replace(" ** ", " == ").replace("T=remote_smtp", "T=remote_smtp defer (-44)").replace("550 5", "450 4")
    put_off = BY_POSTFIX.format(client=EDGE).replace("550 5", "450 4")
    assert told(trace(wait + put_off)) == ["a@example.net x@example.org = Pending/Deferred"]


def test_exim_refuses_what_exim_hands_over() -> None:
    block = EXIM.format(lines=f"{GAVE_UP}: {AFTER} RCPT TO:<x@example.org>: 550 Unrouteable address\n")
    assert told(trace(block + BY_EXIM)) == BOUNCED


def test_sendmail_hands_over_to_a_server_that_refuses_the_recipient() -> None:
    block = SENDMAIL.format(reply=UNKNOWN)
    assert told(trace(block + BY_POSTFIX.format(client=EDGE))) == BOUNCED
    assert len(trace(block + BY_POSTFIX.format(client=PRINTER.replace("10.0.0.9", "192.0.2.9")))) == 2


def test_exim_hands_over_to_a_server_that_refuses_the_content() -> None:
    block = EXIM.format(lines=f"{GAVE_UP}: {AFTER} end of data: 550 5.7.1 Spam message rejected\n")
    inner = f"""10:00:01 inner postfix/smtpd[1]: B000000001: client={EDGE}
    10:00:01 inner postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 inner postfix/cleanup[2]: B000000001: milter-reject: END-OF-MESSAGE from {EDGE}: 5.7.1 Spam message rejected; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<edge>
    """  # noqa: E501
    assert told(trace(block + inner)) == BOUNCED


DENIED = f"554 5.7.1 <{EDGE}>: Client host rejected: Access denied"
GREETED = f"10:00:01 inner postfix/smtpd[7]: NOQUEUE: reject: CONNECT from {EDGE}: {DENIED}; proto=SMTP\n"
TAKEN = "relay=second.example.org[10.0.0.3]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
HANDED = "10:00:01 edge postfix/smtp[4]: A000000001: to=<x@example.org>, "
RELAYED = ["a@example.net x@example.org = Delivered/Relayed"]


@pytest.mark.pitfall("D36", "D21")
def test_a_greeting_that_refuses_and_a_second_server_that_takes_it() -> None:
    said = f"10:00:01 edge postfix/smtp[4]: A000000001: host inner[10.0.0.2] refused to talk to me: {DENIED}\n"
    block = POSTFIX.format(lines=said + HANDED + TAKEN)
    assert told(trace(block + GREETED)) == RELAYED
    other = GREETED.replace("10.0.0.1", "10.0.0.9")
    assert told(trace(block + GREETED + other)) == ["? ? = Failed/Rejected", *RELAYED]
    assert told(trace(block.replace(said, "") + GREETED)) == ["? ? = Failed/Rejected", *RELAYED]


def test_a_greeting_that_refuses_and_no_second_server() -> None:
    waits = f"relay=inner[10.0.0.2]:25, delay=1, dsn=4.7.1, status=deferred (host inner[10.0.0.2] refused to talk to me: {DENIED})"  # noqa: E501
    rows = trace(POSTFIX.format(lines=HANDED + waits) + GREETED)
    assert told(rows) == ["a@example.net x@example.org = Pending/Deferred"]


def test_two_servers_that_refuse_and_a_third() -> None:
    """Each remark takes away one refusal, though all are of one process and second."""
    said = f"10:00:01 edge postfix/smtp[4]: A000000001: host inner[10.0.0.2] refused to talk to me: {DENIED}\n"
    block = POSTFIX.format(lines=said + said.replace("10.0.0.2", "10.0.0.4") + HANDED + TAKEN)
    assert told(trace(block + GREETED + GREETED.replace("inner", "other"))) == RELAYED


def test_exim_meets_a_greeting_that_refuses() -> None:
    said = f"2026-11-21 10:00:01 {ID} H=inner.example.org [10.0.0.2]: {AFTER} initial connection: 554 no service\n"
    block = EXIM.format(
        lines=said
        + f'2026-11-21 10:00:01 {ID} => x@example.org R=inner T=smtp H=second.example.org [10.0.0.3] C="250 Ok"\n'
    )
    refusal = '10:00:01 inner exim[7]: H=edge.example.org [10.0.0.1] rejected connection in "connect" ACL: no service\n'
    assert told(trace(block + refusal)) == RELAYED

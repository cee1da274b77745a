"""What never got in, or got in only in part: refusals, milters, header checks, probes."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

ENVELOPE = "from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out.example.net>"
CLIENT = "out.example.net[192.0.2.1]"
IN = f"""
10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
"""
ACTIVE = "10:00:01 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)\n"
STORED = "relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)"
OUT = f"10:00:02 mx postfix/virtual[4]: A000000001: to=<x@example.org>, {STORED}\n10:00:02 mx postfix/qmgr[3]: A000000001: removed\n"  # noqa: E501


@pytest.mark.pitfall("S06", "Q05", "S09", "S10")
@pytest.mark.parametrize(
    ("text", "fate"),
    [
        (
            f"RCPT from {CLIENT}: 550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table; {ENVELOPE}",  # noqa: E501
            "a@example.net x@example.org = Failed/Rejected",
        ),
        (
            f"RCPT from {CLIENT}: 450 4.1.8 <a@example.net>: Sender address rejected: Domain not found; {ENVELOPE}",
            "a@example.net x@example.org = Pending/Deferred",
        ),
        (
            f"RCPT from {CLIENT}: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example.net; see http://dnsbl.example.net/?a; {ENVELOPE}",  # noqa: E501
            "a@example.net x@example.org = Failed/Rejected",
        ),
        (
            f"RCPT from {CLIENT}: 554 5.7.1 <foo; from=<b@example.com>: Helo command rejected: x; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<foo; from=<b@example.com>",  # noqa: E501
            "a@example.net x@example.org = Failed/Rejected",
        ),
        (
            f"MAIL from {CLIENT}: 552 5.3.4 Message size exceeds fixed limit; proto=ESMTP helo=<out.example.net>",
            "? ? = Failed/Rejected",
        ),
        (
            f"MAIL from {CLIENT}: 550 5.7.1 <a@example.net>: Sender address rejected: x; from=<a@example.net> proto=ESMTP helo=<h>",  # noqa: E501
            "a@example.net ? = Failed/Rejected",
        ),
        (f"CONNECT from {CLIENT}: 554 5.7.1 <{CLIENT}>: Client host rejected: Access denied; proto=SMTP", "? ? = Failed/Rejected"),  # noqa: E501
        (f"EHLO from {CLIENT}: 550 5.7.1 <h>: Helo command rejected: x; proto=SMTP helo=<h>", "? ? = Failed/Rejected"),
        (f"VRFY from {CLIENT}: 550 5.1.1 <x@example.org>: Recipient address rejected: x; to=<x@example.org> proto=SMTP", "? x@example.org = Failed/Rejected"),  # noqa: E501
        (f"DATA from {CLIENT}: 503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining; from=<a@example.net> proto=ESMTP helo=<h>", "a@example.net ? = Failed/Rejected"),  # noqa: E501
        (f"END-OF-MESSAGE from {CLIENT}: 554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: x; {ENVELOPE}", "a@example.net x@example.org = Failed/Rejected"),  # noqa: E501
        (f"RCPT from unknown[unknown]: 450 4.7.1 Client host rejected: cannot find your hostname, [unknown]; from=<> to=<x@example.org> proto=SMTP helo=<>", "<> x@example.org = Pending/Deferred"),  # noqa: E501, F541
        (f"RCPT from {CLIENT}: 450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted for 60 seconds; {ENVELOPE}", "a@example.net x@example.org = Pending/Greylisted"),  # noqa: E501
    ],
)  # fmt: skip
def test_refused_without_a_queue_id(text: str, fate: str) -> None:
    rows = trace(f"10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: {text}\n")
    assert told(rows) == [fate]
    assert rows[0].from_ip == ("" if "unknown[unknown]" in text else "192.0.2.1")


@pytest.mark.pitfall("Q05")
def test_each_refusal_is_one() -> None:
    line = f"mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from {CLIENT}: 550 5.1.1 <x@example.org>: unknown; {ENVELOPE}"
    rows = trace("\n".join(f"10:00:0{second} {line}" for second in range(5)))
    assert messages(rows) == len(rows) == 5


@pytest.mark.pitfall("S07")
@pytest.mark.parametrize("action", ["reject_warning", "filter", "info", "permit", "warn", "prepend", "bcc"])
def test_actions_that_let_it_in(action: str) -> None:
    text = "" if action in ("permit", "info") else " 550 5.1.1"
    line = f"RCPT from {CLIENT}:{text} <x@example.org>: Recipient address triggers {action.upper()} x; {ENVELOPE}\n"
    assert not fates(f"10:00:00 mx postfix/smtpd[1]: NOQUEUE: {action}: {line}")
    block = IN + f"10:00:00 mx postfix/smtpd[1]: A000000001: {action}: {line}" + ACTIVE + OUT
    assert fates(block) == ["a@example.net x@example.org = Delivered/Delivered"]


@pytest.mark.pitfall("S07", "S16", "S17")
@pytest.mark.parametrize(
    ("line", "fate"),
    [
        (f"cleanup[2]: A000000001: discard: header Subject: spam from {CLIENT}; {ENVELOPE}: gone", "Failed/Discarded"),
        (f"cleanup[2]: A000000001: milter-discard: END-OF-MESSAGE from {CLIENT}: milter triggers DISCARD action; {ENVELOPE}", "Failed/Discarded"),  # noqa: E501
        (f"cleanup[2]: A000000001: hold: header Subject: x; from=<z@example.com> from {CLIENT}; {ENVELOPE}: look-at-it", "Quarantined/Held"),  # noqa: E501
        (f"cleanup[2]: A000000001: milter-hold: END-OF-MESSAGE from {CLIENT}: milter triggers HOLD action; {ENVELOPE}", "Quarantined/Quarantined"),  # noqa: E501
        (f"cleanup[2]: A000000001: milter-reject: END-OF-MESSAGE from {CLIENT}: 4.7.1 Try again later; {ENVELOPE}", "Pending/Deferred"),  # noqa: E501
        (f"cleanup[2]: A000000001: milter-reject: END-OF-MESSAGE from {CLIENT}: 5.7.1 virus found; {ENVELOPE}", "Failed/Rejected"),  # noqa: E501
        (f"cleanup[2]: A000000001: reject: header Subject: spam from {CLIENT}; {ENVELOPE}: 5.7.1 no", "Failed/Rejected"),  # noqa: E501
        (f"cleanup[2]: A000000001: reject: mime-error improper use of 8-bit data in message header: Subject: ? from {CLIENT}; {ENVELOPE}", "Failed/Rejected"),  # noqa: E501
        (f"smtpd[1]: A000000001: discard: RCPT from {CLIENT}: <x@example.org>: Recipient address triggers DISCARD action; {ENVELOPE}", "Failed/Discarded"),  # noqa: E501
        (f"smtpd[1]: A000000001: hold: RCPT from {CLIENT}: <x@example.org>: Recipient address triggers HOLD action; {ENVELOPE}", "Quarantined/Held"),  # noqa: E501
    ],
)  # fmt: skip
def test_stopped_with_a_queue_id(line: str, fate: str) -> None:
    assert fates(f"{IN}10:00:01 mx postfix/{line}\n") == [f"a@example.net x@example.org = {fate}"]


@pytest.mark.pitfall("S15", "B17", "B16")
def test_milter_reject_names_one_but_the_milter_knows_all() -> None:
    rows = trace(f"""{IN}
    10:00:01 mx rspamd[7]: <a00000>; proxy; rspamd_task_write_log: id: <1@example.net>, qid: <A000000001>, ip: 192.0.2.1, from: <a@example.net>, (default: T (reject): [20.00/15.00] [GTUBE(0.00){{}}]), len: 100, time: 5.0ms, dns req: 0, digest: <00000000000000000000000000000000>, rcpts: <x@example.org>,<y@example.org>,<z@example.org>, mime_rcpts: <x@example.org>
    10:00:01 mx postfix/cleanup[2]: A000000001: milter-reject: END-OF-MESSAGE from {CLIENT}: 5.7.1 Gtube pattern; {ENVELOPE}
    """)  # noqa: E501
    assert told(rows) == [f"a@example.net {name}@example.org = Failed/Rejected" for name in "xyz"]
    assert messages(rows) == 1
    assert all("20/15" in row.verdict for row in rows)


@pytest.mark.pitfall("S08")
def test_a_recipient_refused_while_others_go_on() -> None:
    refused = f"550 5.1.1 <y@example.org>: Recipient address rejected: User unknown; from=<a@example.net> to=<y@example.org> proto=ESMTP helo=<h>"  # noqa: E501, F541
    block = f"10:00:00 mx postfix/smtpd[1]: A000000001: reject: RCPT from {CLIENT}: {refused}\n"
    assert fates(IN + block + ACTIVE + OUT) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Failed/Rejected",
    ]
    only = f"10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}\n{block}"
    assert fates(only) == ["a@example.net y@example.org = Failed/Rejected"]


@pytest.mark.pitfall("S16", "S17", "S07")
@pytest.mark.parametrize(
    "line",
    [
        f"redirect: header X-Spam: Yes from {CLIENT}; {ENVELOPE}: tom@example.com",
        f"milter-header-redirect: header X-Spam-Status: Yes, score=9 from {CLIENT}; {ENVELOPE}: tom@example.com",
    ],
)
def test_redirected_by_a_header(line: str) -> None:
    block = (
        IN
        + f"10:00:01 mx postfix/cleanup[2]: A000000001: {line}\n"
        + ACTIVE
        + OUT.replace("x@example.org", "tom@example.com")
    )
    assert fates(block) == [
        "a@example.net x@example.org tom@example.com Delivered/Delivered",
        "a@example.net x@example.org tom@example.com Expanded/Redirected",
    ]


@pytest.mark.pitfall("S17")
@pytest.mark.parametrize("action", ["prepend", "replace", "filter", "bcc", "strip", "delay", "pass", "info", "warning"])
def test_checks_that_do_not_stop_it(action: str) -> None:
    line = f"10:00:01 mx postfix/cleanup[2]: A000000001: {action}: header X-A: b; from=<q@example.com> from {CLIENT}; {ENVELOPE}: text\n"  # noqa: E501
    assert fates(IN + line + ACTIVE + OUT) == ["a@example.net x@example.org = Delivered/Delivered"]


@pytest.mark.pitfall("D09")
@pytest.mark.parametrize("status", ["deliverable", "undeliverable", "undeliverable-but-not-cached"])
def test_probes_are_no_mail(status: str) -> None:
    assert not fates(f"""
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@mx.example.org>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<double-bounce@mx.example.org>, size=250, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=2.1.5, status={status} (250 2.1.5 Ok)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501


@pytest.mark.pitfall("S11", "S12", "S13", "S01")
def test_refused_by_postscreen() -> None:
    rows = trace("""
    10:00:00 mx postfix/postscreen[9]: CONNECT from [192.0.2.1]:4430 to [198.51.100.9]:25
    10:00:00 mx postfix/postscreen[9]: PREGREET 6 after 0.1 from [192.0.2.1]:4430: RSET\\r\\n
    10:00:01 mx postfix/dnsblog[8]: addr 192.0.2.1 listed by domain dnsbl.example.net as 127.0.0.2
    10:00:01 mx postfix/postscreen[9]: DNSBL rank 3 for [192.0.2.1]:4430
    10:00:02 mx postfix/postscreen[9]: NOQUEUE: reject: RCPT from [192.0.2.1]:4430: 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using dnsbl.example.net; from=<a@example.net>, to=<x@example.org>, proto=ESMTP, helo=<h>
    10:00:02 mx postfix/postscreen[9]: DISCONNECT [192.0.2.1]:4430
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Failed/Rejected"]
    assert rows[0].from_ip == "192.0.2.1"
    connect = (
        "10:00:02 mx postfix/postscreen[9]: NOQUEUE: reject: CONNECT from [192.0.2.1]:4430: too many connections\n"
    )
    assert fates(connect) == ["? ? = Pending/Deferred"], "it answers 421: come again"


@pytest.mark.pitfall("S14")
def test_greylisting_that_later_succeeds() -> None:
    grey = f"mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from {CLIENT}: 450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted; {ENVELOPE}"  # noqa: E501
    rows = trace(f"09:50:00 {grey}\n09:55:00 {grey}\n{IN}{ACTIVE}{OUT}")
    assert [row.detail for row in rows] == ["Greylisted", "Greylisted", "Delivered"]
    assert messages(rows) == 3, "each attempt is a result of its own; the story of one names the others"


@pytest.mark.pitfall("S07", "D38")
def test_a_client_that_went_after_a_rule_let_it_pass() -> None:
    """`warn_if_reject` logs each recipient that it lets pass; nothing was sent."""
    passed = """
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:01 mx postfix/smtpd[1]: A000000001: reject_warning: RCPT from out.example.net[192.0.2.1]: 450 4.1.8 <a@example.net>: Sender address rejected: Domain not found; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out>
    """  # noqa: E501
    refused = "10:00:01 mx postfix/smtpd[1]: A000000001: reject: RCPT from out.example.net[192.0.2.1]: 550 5.1.1 <y@example.org>: Recipient address rejected: User unknown; from=<a@example.net> to=<y@example.org> proto=ESMTP helo=<out>\n"  # noqa: E501
    assert fates(passed) == []
    assert fates(passed + refused) == ["a@example.net y@example.org = Failed/Rejected"]
    spam = "10:00:02 mx postfix/cleanup[2]: A000000001: milter-reject: END-OF-MESSAGE from out.example.net[192.0.2.1]: 5.7.1 Spam; from=<a@example.net> to=<z@example.org> proto=ESMTP helo=<out>\n"  # noqa: E501
    assert fates(passed + spam) == [
        "a@example.net x@example.org = Failed/Rejected",
        "a@example.net z@example.org = Failed/Rejected",
    ]

"""Sendmail: submission queue and daemon, several recipients in one line, refusals, reports, aliases."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

ID, NEXT = "uALA00A1000101", "uALA00B1000202"
IN = f"10:00:00 mx sm-mta[101]: {ID}: from=<a@example.net>, size=1842, class=0, nrcpts=1, msgid=<1@example.net>, proto=ESMTP, daemon=MTA-v4, relay=out.example.net [192.0.2.1]\n"
TO = f"10:00:01 mx sm-mta[102]: {ID}: to=<x@example.org>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=121842, relay=in.example.org. [198.51.100.7], dsn=2.0.0, stat=Sent (Ok: queued as ABCDEF1234)\n"


def _to(status: str, *, time: str = "10:00:01", to: str = "<x@example.org>", more: str = "") -> str:
    return f"{time} mx sm-mta[102]: {ID}: to={to}, {more}delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=121842, relay=in.example.org. [198.51.100.7], {status}\n"


def test_one_message() -> None:
    rows = trace(IN + TO)
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    row = rows[0]
    assert (row.from_ip, row.from_host, row.to_ip, row.to_host) == (
        "192.0.2.1", "out.example.net", "198.51.100.7", "in.example.org",
    )  # fmt: skip
    assert (row.size, row.message_id, row.queue_ids, row.direction) == (1842, "<1@example.net>", (ID,), "Inbound")


@pytest.mark.pitfall("Q08")
def test_several_recipients_in_one_line() -> None:
    two = IN.replace("nrcpts=1", "nrcpts=3")
    block = two + _to("dsn=2.0.0, stat=Sent (ok)", to="<x@example.org>,<y@example.org>")
    rows = trace(block + _to("dsn=5.1.1, stat=User unknown", to="<z@example.org>"))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
        "a@example.net z@example.org = Failed/Bounced",
    ]
    assert messages(rows) == 1
    assert not any(row.remark for row in rows)
    assert {row.remark for row in trace(block)} == {"2 of 3 recipients known"}


def test_deferred_then_sent() -> None:
    later = _to("dsn=4.7.1, stat=Deferred: 451 4.7.1 Greylisted, come back later")
    assert fates(IN + later) == ["a@example.net x@example.org = Pending/Greylisted"]
    rows = trace(IN + later + _to("dsn=2.0.0, stat=Sent (ok)", time="10:30:00"))
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    assert rows[0].attempts == 2
    assert fates(IN + f"10:00:00 mx sm-mta[102]: {ID}: to=<x@example.org>, delay=00:00:00, mailer=esmtp, pri=31842, stat=queued\n") == [
        "a@example.net x@example.org = Pending/Deferred"
    ]  # fmt: skip


def test_bounce_is_a_message_of_its_own() -> None:
    rows = trace(
        IN
        + _to("dsn=5.1.1, stat=User unknown")
        + f"10:00:01 mx sm-mta[102]: {ID}: uALA00A1000103: DSN: User unknown\n"
        + "10:00:02 mx sm-mta[102]: uALA00A1000103: to=<a@example.net>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=31842, relay=out.example.net. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)\n"
    )
    assert told(rows) == ["<> a@example.net = Delivered/Relayed", "a@example.net x@example.org = Failed/Bounced"]
    assert (rows[1].parent_id, rows[1].relation) == (rows[0].trace_id, "failure notification")
    assert not rows[1].remark


def test_expired() -> None:
    rows = trace(
        IN
        + _to("dsn=4.0.0, stat=Deferred: Connection timed out with in.example.org.")
        + f"11-26 10:00:01 mx sm-mta[302]: {ID}: uAQA00A1000103: sender notify: Cannot send message for 5 days\n"
        + f"11-26 10:00:01 mx sm-mta[302]: {ID}: done; delay=5+00:00:01, ntries=120\n"
    )
    assert told(rows)[-1:] == ["a@example.net x@example.org = Failed/Expired"]


def test_from_command_through_the_submission_queue() -> None:
    rows = trace(f"""
    10:00:00 mx sendmail[90]: uALA00A1000090: from=www, size=312, class=0, nrcpts=1, msgid=<1@mx.example.org>, relay=www@localhost
    10:00:00 mx sm-mta[101]: {ID}: from=<www@mx.example.org>, size=500, class=0, nrcpts=1, msgid=<1@mx.example.org>, proto=ESMTP, daemon=MTA-v4, relay=localhost.localdomain [127.0.0.1]
    10:00:00 mx sendmail[90]: uALA00A1000090: to=x@example.org, ctladdr=www (33/33), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30312, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent ({ID} Message accepted for delivery)
    {TO}""")
    assert told(rows) == ["www x@example.org = Delivered/Relayed"]
    assert (rows[0].queue_ids, rows[0].grade, rows[0].direction) == (("uALA00A1000090", ID), "proven", "Outbound")


def test_alias() -> None:
    rows = trace(
        IN.replace("nrcpts=1", "nrcpts=1")
        + f"""
    10:00:01 mx sm-mta[102]: {ID}: to=bob, ctladdr=<info@example.org> (8/0), delay=00:00:01, xdelay=00:00:00, mailer=local, pri=31842, dsn=2.0.0, stat=Sent
    10:00:01 mx sm-mta[102]: {ID}: to=eve, ctladdr=<info@example.org> (8/0), delay=00:00:01, xdelay=00:00:00, mailer=local, pri=31842, dsn=2.0.0, stat=Sent
    """
    )
    assert told(rows) == [
        "a@example.net info@example.org = Expanded/Expanded",
        "a@example.net info@example.org bob@example.org Delivered/Delivered",
        "a@example.net info@example.org eve@example.org Delivered/Delivered",
    ]


def test_refused_recipient_beside_one_taken() -> None:
    refused = f"10:00:00 mx sm-mta[101]: {ID}: ruleset=check_rcpt, arg1=<y@example.com>, relay=out.example.net [192.0.2.1], reject=550 5.7.1 <y@example.com>... Relaying denied\n"
    rows = trace(refused + IN.replace("10:00:00", "10:00:01") + TO.replace("10:00:01", "10:00:02"))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.com = Failed/Rejected",
    ]
    assert messages(rows) == 1


def test_all_refused() -> None:
    """Sendmail names the client of a session that brought no message in a `from=` line of its own."""
    rows = trace(
        f"10:00:00 mx sm-mta[101]: {ID}: <y@example.org>... User unknown\n"
        + IN.replace("10:00:00", "10:00:02").replace("size=1842", "size=0").replace("nrcpts=1, msgid=<1@example.net>", "nrcpts=0")
    )  # fmt: skip
    assert told(rows) == ["a@example.net y@example.org = Failed/Rejected"]
    assert (rows[0].from_ip, rows[0].reason) == ("192.0.2.1", "User unknown")


def test_session_without_a_message() -> None:
    quiet = IN.replace("size=1842", "size=0").replace("nrcpts=1, msgid=<1@example.net>", "nrcpts=0")
    assert not fates(quiet)
    assert not fates(
        "10:00:00 mx sm-mta[101]: uALA00A1000101: out.example.net [192.0.2.1] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4\n"
    )


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("Milter: data, reject=554 5.7.1 Command rejected", "Failed/Rejected"),
        ("Milter: data, reject=451 4.7.1 Greylisting in action", "Pending/Greylisted"),
        ("Milter: data, discard", "Failed/Discarded"),
        ("milter=opendmarc, quarantine=quarantined by opendmarc", "Quarantined/Quarantined"),
    ],
)
def test_by_milter(line: str, fate: str) -> None:
    assert fates(IN + f"10:00:01 mx sm-mta[101]: {ID}: {line}\n") == [f"a@example.net ? = {fate}"]
    named = f"10:00:00 mx sm-mta[101]: {ID}: Milter: rcpts: <x@example.org>\n"
    assert fates(named + IN + f"10:00:01 mx sm-mta[101]: {ID}: {line}\n") == [f"a@example.net x@example.org = {fate}"]


def test_listed_client() -> None:
    rows = trace(
        "10:00:00 mx sm-mta[101]: ruleset=check_relay, arg1=[192.0.2.1], arg2=127.0.0.4, relay=out.example.net [192.0.2.1] (may be forged), reject=550 5.7.1 Rejected: 192.0.2.1 listed at bl.example\n"
    )
    assert told(rows) == ["? ? = Failed/Rejected"]
    assert rows[0].from_ip == "192.0.2.1"


def test_a_client_that_gave_up_brought_no_message() -> None:
    """RSET after RCPT, or gone in the middle of the data: the `from=` line has no Message-ID, which Sendmail else adds."""
    gone = IN.replace(", msgid=<1@example.net>", "").replace("size=1842", "size=15")
    assert not fates(gone.replace("size=15", "size=0"))
    assert not fates(f"10:00:00 mx sm-mta[101]: {ID}: collect: premature EOM: unexpected close\n{gone}")
    assert fates(gone + TO) == ["a@example.net x@example.org = Delivered/Relayed"]


def test_too_many_hops() -> None:
    """There is no line of a delivery."""
    rows = trace(
        IN
        + f"10:00:01 mx sm-mta[102]: {ID}: SYSERR(root): Too many hops 31 (25 max): from <a@example.net> via localhost, to <x@example.org>\n"
        + f"10:00:01 mx sm-mta[102]: {ID}: uALA00A1000103: DSN: Too many hops 31 (25 max): from <a@example.net> via localhost, to <x@example.org>\n"
        + "10:00:02 mx sm-mta[102]: uALA00A1000103: to=<a@example.net>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=31842, relay=out.example.net. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)\n"
    )
    assert told(rows) == ["<> a@example.net = Delivered/Relayed", "a@example.net x@example.org = Failed/Bounced"]


def test_put_in_quarantine_at_its_recipient() -> None:
    line = f"10:00:00 mx sm-mta[101]: {ID}: ruleset=check_rcpt, arg1=<x@example.org>, relay=out.example.net [192.0.2.1], quarantine=odd\n"
    assert fates(line + IN) == ["a@example.net x@example.org = Quarantined/Quarantined"]


EDGE = """
10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=2 (queue active)
"""
HANDED = f"10:00:01 edge postfix/smtp[4]: A000000001: to=<{{0}}@example.org>, relay=mx[10.0.0.4]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 {ID} Message accepted for delivery)\n"
INNER = IN.replace("out.example.net [192.0.2.1]", "edge [10.0.0.1]").replace("nrcpts=1", "nrcpts={0}")
MEMBER = f"10:00:01 mx sm-mta[102]: {ID}: to={{0}}, delay=00:00:00, xdelay=00:00:00, mailer=local, pri=60617, dsn=2.0.0, stat=Sent\n"


def test_an_alias_of_which_only_the_members_are_logged() -> None:
    """Sendmail names an alias (`ctladdr`) with commands and files alone: the server before it knows what it handed on."""
    block = EDGE + HANDED.format("team") + INNER.format(1) + MEMBER.format("bob") + MEMBER.format("ann")
    members = [
        "a@example.net team@example.org = Expanded/Expanded",
        "a@example.net team@example.org ann@example.org Delivered/Delivered",
        "a@example.net team@example.org bob@example.org Delivered/Delivered",
    ]
    rows = trace(block)
    assert told(rows) == members
    assert {row.grade for row in rows if row.status == "Delivered"} == {"inferred"}
    beside = HANDED.format("carol") + MEMBER.format("<carol@example.org>")
    carol = ["a@example.net carol@example.org = Delivered/Delivered"]
    assert told(trace(block.replace("nrcpts=1", "nrcpts=2") + beside)) == carol + members
    two = HANDED.format("other")
    assert told(trace(block.replace("nrcpts=1", "nrcpts=2") + two)) == [
        "a@example.net other@example.org = GettingStatus/Unknown",
        "a@example.net team@example.org = GettingStatus/Unknown",
    ], "of which of the two?"
    one = EDGE + HANDED.format("team") + INNER.format(1) + MEMBER.format("bob")
    assert told(trace(one)) == ["a@example.net team@example.org bob@example.org Delivered/Delivered"]


def test_content_refused_for_bare_newlines() -> None:
    """The client is answered 421; the line of the arrival follows all the same."""
    refused = f"10:00:00 mx sm-mta[101]: {ID}: collect: relay=out.example.net, from=<a@example.net>, info=Bare linefeed (LF) not allowed, where=header, status=tempfail\n"
    rows = trace(refused + IN)
    assert told(rows) == ["a@example.net ? = Pending/Deferred"]
    assert rows[0].from_ip == "192.0.2.1"

"""amavisd decides for each recipient, and gives the server that handed it the message one reply for all."""

from __future__ import annotations

import pytest
from logs import told, trace

FRONT = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<s@example.net>, size=100, nrcpt=3 (queue active)
10:00:01 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1], orig_queue_id=A000000001, orig_client=x[192.0.2.1]
10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
10:00:01 mx postfix/qmgr[3]: B000000001: from=<s@example.net>, size=300, nrcpt=1 (queue active)
"""  # noqa: E501
"""The filter hands the message on for one of three."""
BACK = """
10:00:02 mx postfix/lmtp[6]: B000000001: to=<c@example.com>, relay=box[10.0.0.5]:24, delay=1, dsn=2.0.0, status=sent (250 2.0.0 <c@example.com> Saved)
10:00:02 mx postfix/qmgr[3]: B000000001: removed
10:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501
ENDS = "Client [192.0.2.1] <s@example.net> -> {to}, {more}Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: M1, Hits: 11.8"  # noqa: E501


def reply(word: str) -> str:
    """Lines of the first server's deliveries, with the filter's reply."""
    words = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001, but 2 {word}"
    return "".join(
        f"10:00:01 mx postfix/smtp[4]: A000000001: to=<{name}@example.com>, relay=127.0.0.1[127.0.0.1]:10024,"
        f" delay=1, dsn=2.0.0, status=sent ({words})\n"
        for name in "abc"
    )


@pytest.mark.parametrize(("word", "detail"), [("DISCARD", "Discarded"), ("BOUNCE", "Bounced"), ("REJECT", "Rejected")])
def test_who_was_left_out_got_nothing(word: str, detail: str) -> None:
    """By the reply alone: the filter's own log is not there."""
    assert told(trace(FRONT + reply(word) + BACK)) == [
        f"s@example.net a@example.com = Failed/{detail}",
        f"s@example.net b@example.com = Failed/{detail}",
        "s@example.net c@example.com = Delivered/Delivered",
    ]


def test_who_was_left_out_is_quarantined_where_the_filter_says_so() -> None:
    passed = ENDS.format(to="<c@example.com>", more="quarantine: spam-M1.gz, ") + ", queued_as: B000000001, 80 ms"
    blocked = ENDS.format(to="<a@example.com>,<b@example.com>", more="quarantine: spam-M1.gz, ") + ", 80 ms"
    actions = "{DiscardedInbound,RelayedTaggedInbound,Quarantined}"
    log = f"10:00:01 mx amavis[9]: (00009-01) Passed SPAM {actions}, {passed}\n"
    log += f"10:00:01 mx amavis[9]: (00009-01) Blocked SPAM {actions}, {blocked}\n"
    assert told(trace(FRONT + reply("DISCARD") + BACK + log)) == [
        "s@example.net a@example.com = Quarantined/Quarantined",
        "s@example.net b@example.com = Quarantined/Quarantined",
        "s@example.net c@example.com = Delivered/Delivered",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "250 2.5.0 Ok, id=25900-11, BOUNCE",
        "250 2.5.0 Ok, id=25900-11, DISCARD(bounce.suppressed)",
        "250 2.5.0 Ok, id=25900-11, 1 REJECT, and 1 DISCARD",
        "250 2.5.0 Ok <a@example.com>, DSN was sent (554 5.7.0 Bounce, id=10574-03 - BANNED: run.exe)",
        "250 2.5.0 Ok <a@example.com>, DSN suppressed (554 5.7.0 Bounce, id=10574-03 - SPAM)",
        "250 2.7.0 Ok, discarded, id=25901-06 - spam",
    ],
)
@pytest.mark.parametrize("agent", ["smtp", "lmtp"])
def test_a_bounce_by_the_filter_is_no_delivery(said: str, agent: str) -> None:
    block = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/qmgr[3]: A000000001: from=<s@example.net>, size=100, nrcpt=1 (queue active)
10:00:01 mx postfix/smtp[4]: A000000001: to=<a@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.5.0, status=sent (250 2.5.0 Ok, id=25900-11, BOUNCE)
10:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501
    block = block.replace("250 2.5.0 Ok, id=25900-11, BOUNCE", said).replace("/smtp[4]", f"/{agent}[4]")
    assert told(trace(block)) == ["s@example.net a@example.com = Failed/Discarded"]


def test_exim_before_the_filter() -> None:
    block = """
2026-11-21 10:00:00 1rXyZa-0001Ab-Cd <= s@example.net H=out [192.0.2.1] P=esmtp S=1234 for a@example.com
2026-11-21 10:00:01 1rXyZa-0001Ab-Cd => a@example.com R=amavis T=amavis H=127.0.0.1 [127.0.0.1]:10024 C="250 2.7.0 Ok, discarded, id=25901-06 - spam"
2026-11-21 10:00:01 1rXyZa-0001Ab-Cd Completed
"""  # noqa: E501
    assert told(trace(block)) == ["s@example.net a@example.com = Failed/Discarded"]


BEFORE = """
10:00:00 mx postfix/smtpd[1]: NOQUEUE: client=out.example.net[192.0.2.1]
10:00:01 mx postfix/smtpd[5]: B000000001: client=out.example.net[192.0.2.1]
10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
10:00:01 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001, but 2 REJECT; from=<s@example.net> to=<a@example.com> proto=ESMTP helo=<out.example.net>
10:00:01 mx postfix/qmgr[3]: B000000001: from=<s@example.net>, size=300, nrcpt=1 (queue active)
10:00:02 mx postfix/lmtp[6]: B000000001: to=<c@example.com>, relay=box[10.0.0.5]:24, delay=1, dsn=2.0.0, status=sent (250 2.0.0 <c@example.com> Saved)
10:00:02 mx postfix/qmgr[3]: B000000001: removed
"""  # noqa: E501
"""The same filter before the queue: smtpd names the first recipient only."""


def test_who_a_filter_before_the_queue_left_out_has_a_row() -> None:
    rows = trace(BEFORE)
    assert told(rows) == [
        "s@example.net a@example.com = Failed/Rejected",
        "s@example.net c@example.com = Delivered/Delivered",
    ]
    assert len({row.trace_id for row in rows}) == 1


def test_all_whom_the_log_of_a_filter_before_the_queue_names_have_a_row() -> None:
    rest = "Message-ID: <1@example.net>, mail_id: M1, Hits: 11.8"
    actions, who = "{BouncedInbound,RelayedTaggedInbound,Quarantined}", "[192.0.2.1] <s@example.net>"
    log = f"10:00:01 mx amavis[9]: (00009-01) Passed SPAM {actions}, {who} -> <c@example.com>, {rest}, queued_as: B000000001, 80 ms\n"  # noqa: E501
    log += f"10:00:01 mx amavis[9]: (00009-01) Blocked SPAM {actions}, {who} -> <a@example.com>,<b@example.com>, quarantine: spam-M1.gz, {rest}, 80 ms\n"  # noqa: E501
    rows = trace(BEFORE + log)
    assert told(rows) == [
        "s@example.net a@example.com = Quarantined/Quarantined",
        "s@example.net b@example.com = Quarantined/Quarantined",
        "s@example.net c@example.com = Delivered/Delivered",
    ]
    assert len({row.trace_id for row in rows}) == 1


def test_what_is_released_from_quarantine_is_the_same_message() -> None:
    """amavisd-release: it comes in again by the filter's own way, days later."""
    blocked = ENDS.format(to="<a@example.com>", more="quarantine: spam-M1.gz, ") + ", 80 ms"
    first = FRONT.partition("10:00:01")[0].replace("nrcpt=3", "nrcpt=1")
    first += "10:00:01 mx postfix/smtp[4]: A000000001: to=<a@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=00009-01 - spam)\n"  # noqa: E501
    first += "10:00:01 mx postfix/qmgr[3]: A000000001: removed\n"
    first += f"10:00:01 mx amavis[9]: (00009-01) Blocked SPAM {{DiscardedInbound,Quarantined}}, {blocked}\n"
    assert told(trace(first)) == ["s@example.net a@example.com = Quarantined/Quarantined"]
    again = """
11-22 09:00:00 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1]
11-22 09:00:00 mx postfix/cleanup[2]: B000000001: resent-message-id=<M1-x@mx>
11-22 09:00:00 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
11-22 09:00:00 mx postfix/qmgr[3]: B000000001: from=<s@example.net>, size=300, nrcpt=1 (queue active)
11-22 09:00:01 mx postfix/lmtp[6]: B000000001: to=<a@example.com>, relay=box[10.0.0.5]:24, delay=1, dsn=2.0.0, status=sent (250 2.0.0 <a@example.com> Saved)
11-22 09:00:01 mx postfix/qmgr[3]: B000000001: removed
11-22 09:00:00 mx amavis[9]: (rel-meHk4PSM2fpk) Quarantined message release (miscategorized): M1 <s@example.net> -> <a@example.com>
"""  # noqa: E501
    assert told(trace(first + again)) == ["s@example.net a@example.com = Delivered/Delivered"]

"""Beside the plain case: several recipients where the log names one, parts that a filter made, other names."""

from __future__ import annotations

import pytest
from logs import fates, rows_of, told, trace

CLIENT = "mail.sender.example[203.0.113.5]"
ENVELOPE = "from=<a@example.net> to=<bob@example.org> proto=ESMTP helo=<mail.sender.example>"


@pytest.mark.pitfall("S17", "S16")
def test_a_header_check_redirects_all_recipients() -> None:
    """The check names the last recipient, the delivery the first one: both were redirected, one copy was delivered."""
    block = f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}
    10:00:00 mx postfix/cleanup[2]: A000000001: redirect: header Subject: x from {CLIENT}; {ENVELOPE}: carol@example.org
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=353, nrcpt=2 (queue active)
    10:00:01 mx postfix/virtual[4]: A000000001: to=<carol@example.org>, orig_to=<alice@example.org>, relay=virtual, \
delay=1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """.replace("\\\n", "")
    assert fates(block) == [
        "a@example.net alice@example.org carol@example.org Delivered/Delivered",
        "a@example.net alice@example.org carol@example.org Expanded/Redirected",
        "a@example.net bob@example.org carol@example.org Expanded/Redirected",
    ]


def part(queue_id: str, to: str) -> str:
    return f"""
    10:00:01 mx postfix/10025/smtpd[5]: {queue_id}: client=localhost[127.0.0.1], orig_queue_id=A000000001, \
orig_client={CLIENT}
    10:00:01 mx postfix/cleanup[2]: {queue_id}: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: {queue_id}: from=<a@example.net>, size=353, nrcpt=1 (queue active)
    10:00:02 mx postfix/virtual[4]: {queue_id}: to=<{to}>, relay=virtual, delay=1, status=sent (delivered to maildir)
    10:00:02 mx postfix/qmgr[3]: {queue_id}: removed
    """.replace("\\\n", "")


@pytest.mark.pitfall("B06")
def test_a_filter_hands_on_each_recipient_by_itself() -> None:
    """Its reply names but the last of the queue IDs."""
    reply = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000002"
    handed = f"relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent ({reply})"
    block = f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=353, nrcpt=2 (queue active)
    10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, {handed}
    10:00:01 mx postfix/smtp[4]: A000000001: to=<y@example.org>, {handed}
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """
    rows = trace(block + part("B000000001", "x@example.org") + part("B000000002", "y@example.org"))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Delivered/Delivered",
    ]
    assert {row.queue_ids for row in rows} == {("A000000001", "B000000001"), ("A000000001", "B000000002")}


@pytest.mark.pitfall("D38", "S05")
def test_a_client_that_gives_up_in_data_sent_no_message() -> None:
    """The Subject was seen already, by which sender and recipient are known."""
    block = f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}
    10:00:00 mx postfix/cleanup[2]: A000000001: info: header Subject: cut from {CLIENT}; {ENVELOPE}: s
    10:00:01 mx postfix/smtpd[1]: lost connection after DATA (22 bytes) from {CLIENT}
    """
    assert trace(block) == []


@pytest.mark.pitfall("D35", "Q19")
def test_dovecot_under_another_name() -> None:
    """`instance_name` is its tag in syslog."""
    token = "kBzMIhdnB2stZAAAN4yoAAAA"
    block = f"""
    10:00:00 mx postfix/smtpd[1]: A000000001: client={CLIENT}
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=353, nrcpt=1 (queue active)
    10:00:01 mx maillab: lmtp(7): Connect from local
    10:00:01 mx maillab: lmtp(x@example.org)<7><{token}>: sieve: msgid=<1@example.net>: \
fileinto action: stored mail into mailbox 'Work'
    10:00:01 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=mx[private/dovecot-lmtp], delay=1, \
dsn=2.0.0, status=sent (250 2.0.0 <x@example.org> {token} Saved)
    10:00:01 mx postfix/qmgr[3]: A000000001: removed
    """.replace("\\\n", "")
    assert [row.folder for row in trace(block)] == ["Work"]
    stored = block.replace("mx maillab", "store maillab")
    assert [row.hosts for row in trace(stored)] == [("mx", "store")], "the mailbox server is one of the hosts"
    login = "2026-11-21T10:00:00+00:00 mx maillab: imap-login: Login: user=<x>, method=PLAIN, rip=192.0.2.1, mpid=3"
    assert rows_of([[login, login.replace("maillab: imap-login: ", "cron[3]: ")]]) == []

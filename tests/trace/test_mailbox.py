"""What the mailbox server made of a delivery: Dovecot's LMTP and LDA, Sieve, quotas."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

TOKEN = "Xk3vAqRUAmtVFwAAN4yQoA"
IN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
LMTP = f"10:00:01 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=mx.example.org[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <x@example.org> {TOKEN} Saved)\n"  # noqa: E501
DONE = "10:00:01 mx postfix/qmgr[3]: A000000001: removed\n"
FROM = f"10:00:01 mx dovecot: lmtp(x@example.org)<77><{TOKEN}>: "
SIEVE = FROM + "sieve: msgid=<1@example.net>: "


@pytest.mark.pitfall("Q19", "D35", "D06")
@pytest.mark.parametrize(
    ("line", "fate", "folder"),
    [
        (FROM + "msgid=<1@example.net>: saved mail to INBOX", "Delivered/Delivered", "INBOX"),
        (SIEVE + "stored mail into mailbox 'INBOX'", "Delivered/Delivered", "INBOX"),
        (SIEVE + "fileinto action: stored mail into mailbox 'Lists/dev'", "Delivered/Delivered", "Lists/dev"),
        (SIEVE + "fileinto action: stored mail into mailbox 'Junk'", "Delivered/Junk", "Junk"),
        (SIEVE + "discard action: Marked message to be discarded if not explicitly delivered (discard action)", "Failed/Discarded", ""),  # noqa: E501
        (SIEVE + "reject action: rejected message from <a@example.net> (reject)", "Failed/Rejected", ""),
    ],
)  # fmt: skip
def test_fate_in_the_mailbox(line: str, fate: str, folder: str) -> None:
    rows = trace(f"{IN}{line}\n{LMTP}{DONE}")
    assert told(rows) == [f"a@example.net x@example.org = {fate}"]
    assert rows[0].folder == folder


@pytest.mark.pitfall("D35")
def test_several_copies() -> None:
    rows = trace(
        f"{IN}{SIEVE}fileinto action: stored mail into mailbox 'Work'\n{SIEVE}stored mail into mailbox 'INBOX'\n{LMTP}{DONE}"  # noqa: E501
    )
    assert told(rows) == ["a@example.net x@example.org = Delivered/Delivered"] * 2
    assert sorted(row.folder for row in rows) == ["INBOX", "Work"]


@pytest.mark.pitfall("D35")
def test_discard_after_a_copy_cancels_only_the_keep() -> None:
    block = f"{IN}{SIEVE}fileinto action: stored mail into mailbox 'Work'\n{SIEVE}discard action: Marked message to be discarded if not explicitly delivered (discard action)\n{LMTP}{DONE}"  # noqa: E501
    assert fates(block) == ["a@example.net x@example.org = Delivered/Delivered"]


@pytest.mark.pitfall("D35", "D08")
def test_redirect_by_sieve() -> None:
    rows = trace(f"""{IN}
    {SIEVE}redirect action: forwarded to <carol@example.com>
    10:00:01 mx postfix/smtpd[6]: B000000001: client=localhost[127.0.0.1]
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    {LMTP}
    {DONE}
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=200, nrcpt=1 (queue active)
    10:00:02 mx postfix/smtp[7]: B000000001: to=<carol@example.com>, relay=mx.example.com[198.51.100.2]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org carol@example.com Delivered/Relayed",
        "a@example.net x@example.org carol@example.com Expanded/Redirected",
    ]
    assert {row.grade for row in rows} == {"proven", "inferred"}


@pytest.mark.pitfall("D35", "D08")
def test_redirect_by_sieve_that_goes_out_by_another_instance_of_the_host() -> None:
    """Which hands over to the host's own loopback at the end; the redirect came in there, but not from it."""
    rows = trace(f"""{IN}
    {SIEVE}redirect action: forwarded to <carol@example.com>
    10:00:01 mx postfix/smtpd[6]: B000000001: client=localhost[127.0.0.1]
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=200, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[7]: B000000001: to=<carol@example.com>, relay=127.0.0.1[127.0.0.1]:2526, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jbMs95PfBzKPsc)
    10:00:01 mx postfix/qmgr[3]: B000000001: removed
    {LMTP}
    {DONE}
    10:00:01 mx postfix-out/smtpd[16]: 4jbMs95PfBzKPsc: client=localhost[127.0.0.1]
    10:00:01 mx postfix-out/cleanup[12]: 4jbMs95PfBzKPsc: message-id=<1@example.net>
    10:00:01 mx postfix-out/qmgr[13]: 4jbMs95PfBzKPsc: from=<a@example.net>, size=300, nrcpt=1 (queue active)
    10:00:02 mx postfix-out/smtp[17]: 4jbMs95PfBzKPsc: to=<carol@example.com>, relay=127.0.0.1[127.0.0.1]:2600, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F0A000E)
    10:00:02 mx postfix-out/qmgr[13]: 4jbMs95PfBzKPsc: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org carol@example.com Delivered/Relayed",
        "a@example.net x@example.org carol@example.com Expanded/Redirected",
    ]


@pytest.mark.pitfall("D36", "D35")
def test_over_quota() -> None:
    """A temporary failure of the mailbox server leaves the message in the queue."""
    failed = f"{FROM}msgid=<1@example.net>: save failed to INBOX: Quota exceeded (mailbox for user is full)\n"
    lmtp = "10:00:01 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=mx.example.org[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=4.2.2, status=deferred (host mx.example.org[private/dovecot-lmtp] said: 452 4.2.2 <x@example.org> Quota exceeded (mailbox for user is full) (in reply to end of DATA command))\n"  # noqa: E501
    rows = trace(IN + failed + lmtp)
    assert told(rows) == ["a@example.net x@example.org = Pending/Deferred"]
    assert "Quota" in rows[0].reason


@pytest.mark.pitfall("Q19", "D24")
def test_recipients_of_one_lmtp_session() -> None:
    other = LMTP.replace("<x@example.org>", "<y@example.org>").replace(f"{TOKEN} Saved", f"{TOKEN}:R2 Saved")
    rows = trace(f"""{IN.replace("nrcpt=1", "nrcpt=2")}
    {SIEVE}stored mail into mailbox 'INBOX'
    {FROM.replace("x@", "y@").replace(TOKEN, TOKEN + ":R2")}sieve: msgid=<1@example.net>: fileinto action: stored mail into mailbox 'Junk'
    {LMTP}
    {other}
    {DONE}
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Delivered/Junk",
    ]


@pytest.mark.pitfall("D06", "D07", "D34")
def test_delivery_by_lda() -> None:
    rows = trace(f"""{IN}
    10:00:01 mx dovecot: lda(x@example.org)<99><aaaaaaaaaaaaaaaaaaaaaa>: sieve: msgid=<1@example.net>: fileinto action: stored mail into mailbox 'Junk'
    10:00:01 mx postfix/pipe[4]: A000000001: to=<x@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
    {DONE}
    """)  # noqa: E501
    assert [(row.detail, row.folder) for row in rows] in ([("Junk", "Junk")], [("Delivered", "")])
    old = trace(f"""{IN}
    10:00:01 mx dovecot: lda(x@example.org): msgid=<1@example.net>: saved mail to Junk
    10:00:01 mx postfix/pipe[4]: A000000001: to=<x@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
    {DONE}
    """)  # noqa: E501
    assert [(row.detail, row.folder) for row in old] == [("Junk", "Junk")]


@pytest.mark.pitfall("D06", "D35", "D28")
def test_redirected_by_lda_to_another_recipient_of_the_message() -> None:
    """The copy comes in for somebody whom the message was for, too: it is of him who redirected it."""
    by_lda = "relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)"
    rows = trace(f"""{IN.replace("nrcpt=1", "nrcpt=2")}
    10:00:01 mx dovecot: lda(x@example.org)<99><aaaaaaaaaaaaaaaaaaaaaa>: sieve: msgid=<1@example.net>: stored mail into mailbox 'INBOX'
    10:00:01 mx dovecot: lda(y@example.org)<98><aaaaaaaaaaaaaaaaaaaaab>: sieve: msgid=<1@example.net>: redirect action: forwarded to <x@example.org>
    10:00:01 mx postfix/pipe[4]: A000000001: to=<x@example.org>, {by_lda}
    10:00:01 mx postfix/pipe[5]: A000000001: to=<y@example.org>, {by_lda}
    {DONE}
    10:00:01 mx postfix/smtpd[11]: A000000002: client=localhost[127.0.0.1]
    10:00:01 mx postfix/cleanup[12]: A000000002: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: A000000002: from=<a@example.net>, size=300, nrcpt=1 (queue active)
    10:00:02 mx dovecot: lda(x@example.org)<97><aaaaaaaaaaaaaaaaaaaaac>: sieve: msgid=<1@example.net>: stored mail into mailbox 'INBOX'
    10:00:02 mx postfix/pipe[4]: A000000002: to=<x@example.org>, {by_lda}
    10:00:02 mx postfix/qmgr[3]: A000000002: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org x@example.org Delivered/Delivered",
        "a@example.net y@example.org x@example.org Expanded/Redirected",
    ]
    assert messages(rows) == 1


@pytest.mark.pitfall("D06", "D35")
def test_delivery_by_lda_under_a_name_of_its_own() -> None:
    """`-d ${user}@...`: the mailbox's name differs from the address in its domain; each recipient finds its own."""
    rows = trace(f"""{IN.replace("nrcpt=1", "nrcpt=3")}
    10:00:01 mx dovecot: lda(x@users.example)<99><aaaaaaaaaaaaaaaaaaaaaa>: sieve: msgid=<1@example.net>: discard action: Marked message to be discarded if not explicitly delivered (discard action)
    10:00:01 mx dovecot: lda(y@users.example)<98><aaaaaaaaaaaaaaaaaaaaab>: msgid=<1@example.net>: rejected: Quota exceeded (mailbox for user is full)
    10:00:01 mx dovecot: lda(z@users.example)<97><aaaaaaaaaaaaaaaaaaaaac>: msgid=<1@example.net>: saved mail to INBOX
    10:00:01 mx postfix/pipe[4]: A000000001: to=<x@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
    10:00:01 mx postfix/pipe[5]: A000000001: to=<y@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
    10:00:01 mx postfix/pipe[6]: A000000001: to=<z@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
    {DONE}
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Failed/Discarded",
        "a@example.net y@example.org = Failed/Rejected",
        "a@example.net z@example.org = Delivered/Delivered",
    ]


@pytest.mark.pitfall("D07", "D06", "D03")
@pytest.mark.parametrize(
    ("by", "relay", "text", "fate"),
    [
        ("local", "local", "delivered to mailbox", "x@example.org Delivered/Delivered"),
        ("local", "local", "delivered to maildir", "x@example.org Delivered/Delivered"),
        ("virtual", "virtual", "delivered to maildir", "x@example.org Delivered/Delivered"),
        ("local", "local", 'delivered to command: procmail -a "$EXTENSION"', '|procmail -a "$EXTENSION" Delivered/Delivered'),  # noqa: E501
        ("local", "local", "delivered to file: /var/mail/archive", "/var/mail/archive Delivered/Delivered"),
        ("pipe", "mailman", "delivered via mailman service", "x@example.org Delivered/Delivered"),
        ("discard", "none", "silently dropped", "x@example.org Failed/Discarded"),
        ("smtp", "mx.example.org[2001:db8::1]:25", "250 2.0.0 Ok", "x@example.org Delivered/Relayed"),
    ],
)  # fmt: skip
def test_what_sent_means(by: str, relay: str, text: str, fate: str) -> None:
    rows = trace(f"""{IN}
    10:00:01 mx postfix/{by}[4]: A000000001: to=<x@example.org>, relay={relay}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent ({text})
    {DONE}
    """)  # noqa: E501
    assert [f"{row.recipient} {row.status}/{row.detail}" for row in rows] == [fate]


@pytest.mark.pitfall("D35")
@pytest.mark.parametrize("kept", [True, False])
def test_given_to_a_program_by_sieve(kept: bool) -> None:
    """The program is where the message ended: nobody hands it on from there."""
    stored = f"{SIEVE}stored mail into mailbox 'INBOX'\n" if kept else ""
    rows = trace(f"{IN}{SIEVE}pipe action: piped message to program `tickets'\n{stored}{LMTP}{DONE}")
    found = sorted((row.recipient, row.status, row.detail) for row in rows)
    assert found == [("x@example.org", "Delivered", "Delivered")] * kept + [("|tickets", "Delivered", "Delivered")]

"""What real servers say, and the cause that is read from it."""

from __future__ import annotations

import re

import pytest

from mailwake.trace.causes import NOBODY, causes, explain_words

WORDS = [
    # (detail, dsn, reason, cause)
    (
        "Rejected",
        "5.1.1",
        "550 5.1.1 <x@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
        "unknown-user",
    ),
    (
        "Bounced",
        "5.1.1",
        "host mx[192.0.2.1] said: 550-5.1.1 The email account that you tried to reach does not exist.",
        "unknown-user",
    ),
    (
        "Bounced",
        "5.1.10",
        "host x said: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "unknown-user",
    ),
    (
        "Bounced",
        "",
        "SMTP error from remote mail server after RCPT TO:<x@example.com>: 550 No such user here",
        "unknown-user",
    ),
    ("Bounced", "", "Unrouteable address", "unknown-user"),
    ("Rejected", "", "Unrouteable address", "unknown-user"),
    (
        "Bounced",
        "5.2.2",
        "host mx[192.0.2.1] said: 552 5.2.2 <x@example.com> Quota exceeded (mailbox for user is full)",
        "mailbox-full",
    ),
    ("Deferred", "4.2.2", "host x said: 452 4.2.2 The recipient's inbox is full", "mailbox-full"),
    (
        "Bounced",
        "5.2.1",
        "host x said: 550 5.2.1 The email account that you tried to reach is disabled.",
        "mailbox-disabled",
    ),
    ("Rejected", "5.7.1", "554 5.7.1 <x@example.com>: Relay access denied", "relay-denied"),
    ("Rejected", "", "550 relay not permitted", "relay-denied"),
    (
        "Bounced",
        "5.7.54",
        "host x said: 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "relay-denied",
    ),
    (
        "Greylisted",
        "4.2.0",
        "450 4.2.0 <x@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example/",
        "greylisted",
    ),
    ("Greylisted", "", "451 Greylisting in action, please come back in 00:05:00", "greylisted"),
    ("Deferred", "4.7.1", "host x said: 451 4.7.1 Please try again in 300 seconds", "greylisted"),
    (
        "Rejected",
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
        "https://www.spamhaus.org/query/ip/192.0.2.1",
        "spamhaus",
    ),
    (
        "Rejected",
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.spamcop.net",
        "block-list",
    ),
    (
        "Bounced",
        "5.7.1",
        "host x said: 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3140).",
        "microsoft-block",
    ),
    (
        "Bounced",
        "5.7.26",
        "host x said: 550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550-5.7.26 "
        "Gmail requires all senders to authenticate with either SPF or DKIM.",
        "unauthenticated",
    ),
    (
        "Bounced",
        "5.7.26",
        "host x said: 550-5.7.26 Unauthenticated email from example.com is not accepted due to 550-5.7.26 "
        "domain's DMARC policy.",
        "dmarc",
    ),
    (
        "Bounced",
        "5.7.27",
        "host x said: 550-5.7.27 This mail has been blocked because the sender is unauthenticated SPF "
        "[example.com] did not pass",
        "spf",
    ),
    (
        "Bounced",
        "5.7.25",
        "host x said: 550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup",
        "no-reverse-name",
    ),
    (
        "Rejected",
        "4.7.25",
        "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
        "no-reverse-name",
    ),
    (
        "Deferred",
        "4.7.28",
        "host x said: 421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from "
        "your IP address.",
        "google-reputation",
    ),
    ("Bounced", "5.7.1", "host x said: 550 5.7.1 SPF fail - not authorized to send for example.com", "spf"),
    ("Deferred", "4.7.1", "host x said: 450 4.7.1 Error: too much mail from 192.0.2.1", "rate-limit"),
    ("Deferred", "4.7.0", "421 4.7.0 Connection rate limit exceeded: 61", "rate-limit"),
    ("Deferred", "4.7.1", "host x said: 451 4.7.1 Rate limit exceeded, slow down", "rate-limit"),
    ("Rejected", "5.3.4", "552 5.3.4 Message size exceeds fixed limit", "too-big"),
    ("Rejected", "", "552 message too big: size=500000 max=204800", "too-big"),
    ("Rejected", "5.7.1", "5.7.1 Gtube pattern", "spam"),
    ("Bounced", "5.7.1", "host x said: 554 5.7.1 Spam message rejected", "spam"),
    ("Bounced", "5.7.0", "host x said: 554 5.7.0 Reject, id=12345-01 - INFECTED: Eicar-Signature", "virus"),
    ("Rejected", "5.7.1", "550 5.7.1 virus Eicar-Test-Signature found", "virus"),
    ("Bounced", "5.7.0", "host x said: 554 5.7.0 Reject, id=12345-01 - BANNED: .exe", "banned-file"),
    ("Rejected", "5.7.0", "530 5.7.0 Must issue a STARTTLS command first", "tls-required"),
    ("Deferred", "4.7.5", "Server certificate not trusted", "tls-failed"),
    ("Deferred", "4.7.4", "TLS is required, but was not offered by host mx[192.0.2.1]", "tls-required"),
    (
        "Bounced",
        "5.4.4",
        "Host or domain name not found. Name service error for name=nodata.example type=A: Host not found",
        "recipient-domain",
    ),
    (
        "Deferred",
        "4.4.3",
        "Host or domain name not found. Name service error for name=x.example type=MX: Host not found, try again",
        "dns-trouble",
    ),
    ("Rejected", "4.1.8", "450 4.1.8 <x@example.com>: Sender address rejected: Domain not found", "sender-domain"),
    ("Deferred", "4.4.1", "connect to mx.example.com[192.0.2.1]:25: Connection refused", "connection-refused"),
    ("Deferred", "4.4.1", "connect to mx.example.com[192.0.2.1]:25: Connection timed out", "connection-timeout"),
    (
        "Deferred",
        "4.4.2",
        "conversation with mx[192.0.2.1] timed out while receiving the initial server greeting",
        "connection-timeout",
    ),
    (
        "Deferred",
        "4.4.2",
        "delivery temporarily suspended: lost connection with mx[192.0.2.1] while sending RCPT TO",
        "lost-connection",
    ),
    ("Deferred", "4.4.1", "connect to mx[2001:db8::1]:25: Network is unreachable", "no-route"),
    ("Bounced", "5.4.6", "mail for example.com loops back to myself", "loop"),
    ("Bounced", "5.4.6", "mail forwarding loop for tom@example.com", "loop"),
    ("Rejected", "5.4.0", "message rejected: hopcount exceeded", "loop"),
    ("Bounced", "5.4.6", "Too many hops", "loop"),
    (
        "Rejected",
        "5.7.1",
        "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b@example.com",
        "sender-not-owned",
    ),
    ("Bounced", "5.6.7", "SMTPUTF8 is required, but was not offered by host mx[192.0.2.1]", "smtputf8"),
    ("Rejected", "5.7.1", "5.7.1 policy reject P-9", "policy"),
    ("Rejected", "5.7.1", "5.7.1 message content rejected", "header-check"),
    ("Deferred", "4.7.1", "4.7.1 Try again later", "server-closed"),
    ("Rejected", "5.7.1", "554 5.7.1 Rejected by content filter, id=1", "content"),
    ("Expired", "", "", "lifetime"),
    ("Expired", "4.4.1", "connect to mx.example.com[192.0.2.1]:25: Connection refused", "lifetime"),
    ("Bounced", "", "retry timeout exceeded", "lifetime"),
    ("Deleted", "", "", "deleted"),
    ("Deleted", "", "root", "deleted"),
    ("Held", "", "", "held"),
    ("Held", "", "look-at-it", "held"),
    ("Quarantined", "", "milter triggers HOLD action", "quarantined"),
    ("Discarded", "", "milter triggers DISCARD action", "discard-rule"),
    ("Discarded", "", "silently dropped by transport", "discard-transport"),
    ("Discarded", "", "250 2.7.0 Ok, discarded, id=16687-03 - BANNED: .exe", "discard-filter"),
    ("Discarded", "", "discarded by Sieve", "sieve-discard"),
    ("Rejected", "", "rejected by Sieve", "sieve-reject"),
    (
        "Rejected",
        "5.5.0",
        "503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining",
        "talks-too-early",
    ),
    ("Rejected", "5.5.1", "550 5.5.1 Protocol error", "protocol-error"),
    ("Rejected", "", "554 SMTP synchronization error", "talks-too-early"),
    ("Rejected", "5.7.0", "530 5.7.0 Authentication required", "auth-required"),
    (
        "Deferred",
        "4.2.0",
        "host x[private/dovecot-lmtp] said: 451 4.2.0 <x@example.com> Internal error occurred. Refer to server "
        "log for more information.",
        "mailbox-internal",
    ),
    ("Rejected", "", "too many connections", "too-many-connections"),
    ("Rejected", "4.3.5", "451 4.3.5 Server configuration problem", "policy-unavailable"),
    ("Deferred", "4.3.0", "mail transport unavailable", "transport-trouble"),
    ("Deferred", "", "host x refused to talk to me: 421 Service not available", "server-closed"),
    ("Deferred", "4.9.9", "something", "temporary"),
    ("Bounced", "5.9.9", "something", "permanent"),
    ("Bounced", "", "something nobody ever heard of", "permanent"),
    ("Deferred", "", "something nobody ever heard of", "temporary"),
    ("Bounced", "5.1.2", "", "recipient-domain"),
    ("Bounced", "4.4.7", "", "lifetime"),
]


@pytest.mark.parametrize(("detail", "dsn", "reason", "key"), WORDS)
def test_words(detail: str, dsn: str, reason: str, key: str) -> None:
    assert explain_words(detail, dsn, reason).key == key


def test_advice_is_another_when_it_was_our_server() -> None:
    words = ("Rejected", "5.7.1", "554 5.7.1 <x@example.com>: Relay access denied")
    assert explain_words(*words).who == "sender"
    assert explain_words(*words, ours=True).who == "our admin"
    assert "mydestination" in explain_words(*words, ours=True).advice


def test_what_ran_out_of_time_still_says_what_was_wrong() -> None:
    cause = explain_words("Expired", "4.4.1", "connect to mx[192.0.2.1]:25: Connection refused")
    assert cause.title.endswith("Connection refused")
    assert "No mail service answers" in cause.sentence


def test_every_cause_is_complete() -> None:
    for cause in causes():
        assert cause.sentence.endswith("."), cause.key
        assert cause.advice.endswith("."), cause.key
        assert cause.who in ("sender", "recipient's admin", "our admin", NOBODY), cause.key
        assert cause.patterns or cause.codes or cause.always, f"{cause.key} can never be found"
        for pattern in cause.patterns:
            assert re.compile(pattern, re.IGNORECASE).search("") is None, f"{cause.key} matches nothing at all"
        for code in cause.codes:
            assert re.fullmatch(r"(?:[45]\.)?\d{1,2}\.\d{1,3}|[45]\.x\.x", code), (cause.key, code)


def test_one_key_has_one_title_family() -> None:
    """The same key may stand twice (by words, by status); it then acts the same way."""
    who: dict[str, str] = {}
    for cause in causes():
        assert who.setdefault(cause.key, cause.who) == cause.who, cause.key

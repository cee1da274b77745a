"""A script gave a copy on, and then the mailbox was full: the reply names no session of the mailbox server's."""

from __future__ import annotations

import pytest
from logs import messages, told, trace

IN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
ON = """
10:00:01 mx postfix/smtpd[6]: B000000001: client=box[10.0.0.9]
10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
10:00:01 mx postfix/smtp[5]: B000000001: to=<carol@example.com>, relay=mx.example.com[198.51.100.7]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as C000000001)
10:00:01 mx postfix/qmgr[3]: B000000001: removed
"""  # noqa: E501
FULL = "Quota exceeded (mailbox for user is full)"
COPY = [
    "a@example.net x@example.org carol@example.com Delivered/Relayed",
    "a@example.net x@example.org carol@example.com Expanded/Redirected",
]


def session(at: str, *said: str, token: str = "Xk3vAqRUAmtVFwAAN4yQoA", user: str = "x@example.org") -> str:
    return "".join(
        f"{at} box dovecot: lmtp({user})<77><{token}>: sieve: msgid=<1@example.net>: {one}\n" for one in said
    )


def tried(at: str, code: str, status: str) -> str:
    return f"{at} mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=box[10.0.0.9]:24, delay=1, dsn=4.2.2, status={status} (host box[10.0.0.9] said: {code} <x@example.org> {FULL} (in reply to end of DATA command))\n"  # noqa: E501


SCRIPT = ("redirect action: forwarded to <carol@example.com>", f"failed to store into mailbox 'INBOX': {FULL}")


@pytest.mark.pitfall("D35", "D08")
@pytest.mark.parametrize("clock", ["10:00:00", "10:00:01", "10:00:02"])
def test_given_on_and_refused(clock: str) -> None:
    rows = trace(IN + session(clock, *SCRIPT) + ON + tried("10:00:01", "552 5.2.2", "bounced"))
    assert told(rows) == sorted([*COPY, "a@example.net x@example.org = Failed/Bounced"])
    assert messages(rows) == 1


@pytest.mark.pitfall("D35", "D10")
def test_given_on_once_and_stored_at_the_second_try() -> None:
    block = IN + session("10:00:01", *SCRIPT) + ON + tried("10:00:01", "452 4.2.2", "deferred")
    assert told(trace(block)) == sorted([*COPY, "a@example.net x@example.org = Pending/Deferred"])
    token = "Yk3vAqRUAmtVFwAAN4yQoA"
    again = ("redirect action: discarded duplicate forward to <carol@example.com>", "stored mail into mailbox 'INBOX'")
    block += session("10:10:01", *again, token=token)
    block += f"""
        10:10:01 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=box[10.0.0.9]:24, delay=601, dsn=2.0.0, status=sent (250 2.0.0 <x@example.org> {token} Saved)
        10:10:01 mx postfix/qmgr[3]: A000000001: removed
    """  # noqa: E501
    rows = trace(block)
    assert told(rows) == sorted([*COPY, "a@example.net x@example.org = Delivered/Delivered"])
    assert messages(rows) == 1


def test_another_message_of_that_second() -> None:
    """Of the same user, with a Message-ID of its own: it was given on, this one was not."""
    other = session("10:00:01", *SCRIPT).replace("1@example.net", "2@example.net")
    rows = trace(IN + other + tried("10:00:01", "552 5.2.2", "bounced"))
    assert told(rows) == ["a@example.net x@example.org = Failed/Bounced"]

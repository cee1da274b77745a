"""sSMTP: one line for a message, which names no recipient; and the same line again is another message."""

from __future__ import annotations

from logs import messages, told, trace

SENT = "Sent mail for root@host.example (221 2.0.0 Bye) uid=0 username=root outbytes=431"


def test_each_line_is_a_message() -> None:
    rows = trace(f"10:00:00 host sSMTP[4711]: {SENT}\n10:01:00 host sSMTP[4720]: {SENT}\n")
    assert told(rows) == ["root@host.example ? = Delivered/Relayed"] * 2
    assert messages(rows) == 2
    assert rows[0].reason == "221 2.0.0 Bye"


def test_what_it_could_not_send_is_gone() -> None:
    refused = "10:00:00 host sSMTP[4713]: RCPT TO:<bob@example.org> (550 5.1.1 no such user)\n"
    assert told(trace(refused)) == ["? bob@example.org = Failed/Bounced"]
    closed = "10:00:00 host sSMTP[4715]: Cannot open mail.example.org:25\n"
    assert told(trace(closed)) == ["? ? = Failed/Bounced"]

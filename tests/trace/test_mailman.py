"""Mailman: what a list made of a post, which its mail server gave to a program."""

from __future__ import annotations

from logs import lines, rows_of, told

POST = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<a1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<ann@example.net>, size=309, nrcpt=1 (queue active)
10:00:01 mx postfix/local[4]: A000000001: to=<list@example.org>, relay=local, delay=1, dsn=2.0.0, status=sent (delivered to command: /usr/lib/mailman/mail/mailman post list)
10:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501
HELD = "Nov 21 10:00:02 2026 (4711) list post from ann@example.net held, message-id=<a1@example.net>: not a member"
POSTED = "Nov 21 10:00:02 2026 (4711) <a1@example.net> post to list from ann@example.net, size=309"


def _trace(line: str) -> list[str]:
    return told(rows_of([lines(POST), [line]]))


def test_a_post_that_waits_for_a_moderator() -> None:
    assert _trace(HELD) == ["ann@example.net list@example.org = Delivered/Delivered"]
    (row,) = rows_of([lines(POST), [HELD]])
    assert row.folder == "held for moderation"


def test_a_post_that_went_to_the_members() -> None:
    before = told(rows_of([lines(POST)]))
    assert _trace(POSTED) == before
    assert before[0].endswith("mailman post list Delivered/Delivered")

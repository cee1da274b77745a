"""Mailman: what a list made of a post, which its mail server gave to a program (2.1) or by LMTP (3)."""

from __future__ import annotations

import pytest
from logs import lines, rows_of, told

from mailwake.trace.story_mailbox import mailbox_words

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


BY_LMTP = POST.replace("postfix/local", "postfix/lmtp").replace(
    "relay=local, delay=1, dsn=2.0.0, status=sent (delivered to command: /usr/lib/mailman/mail/mailman post list)",
    "relay=127.0.0.1[127.0.0.1]:8024, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)",
)
HEAD = "Nov 21 10:00:04 2026 (4711) "
HELD_BY_3 = f"{HEAD}HOLD: list@example.org post from ann@example.net held, message-id=<a1@example.net>: not a member"


def test_by_lmtp_a_post_waits_for_a_moderator() -> None:
    (row,) = rows_of([lines(BY_LMTP), [HELD_BY_3]])
    assert (row.detail, row.folder) == ("Delivered", "held for moderation")


def test_what_came_by_lmtp_at_another_time_is_another_post() -> None:
    (row,) = rows_of([lines(BY_LMTP), [HELD_BY_3.replace("10:00:04", "10:09:04")]])
    assert not row.folder


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("DISCARD: <a1@example.net>; ['The sender is banned']", "Failed/Discarded"),
        ("REJECT: <a1@example.net>", "Failed/Rejected"),
        ("DISCARD: <a2@example.net>; ['The sender is banned']", "Delivered/Delivered"),
    ],
)
def test_by_lmtp_a_list_took_nothing(line: str, fate: str) -> None:
    """These lines name no list: they are of the only one that the post was for."""
    assert told(rows_of([lines(BY_LMTP), [HEAD + line]])) == [f"ann@example.net list@example.org = {fate}"]


def test_of_two_lists_it_is_not_said_which_threw_it_away() -> None:
    delivery = BY_LMTP.splitlines()[4]
    both = BY_LMTP.replace(delivery, f"{delivery}\n{delivery.replace('to=<list@', 'to=<staff@')}").replace(
        "nrcpt=1", "nrcpt=2"
    )
    fates = told(rows_of([lines(both), [f"{HEAD}DISCARD: <a1@example.net>; [n/a]"]]))
    assert fates == [f"ann@example.net {name}@example.org = Delivered/Delivered" for name in ("list", "staff")]


def test_a_reason_that_is_not_told_is_not_one_of_sieve() -> None:
    (row,) = rows_of([lines(BY_LMTP), [f"{HEAD}REJECT: <a1@example.net>"]])
    assert row.reason == "rejected by the mailing list"


EXIM = """
2026-11-21 10:00:00 1rXyZa-0001Ab-Cd <= ann@example.net H=out.example.net [192.0.2.1] P=esmtp S=309 id=a1@example.net for list@example.org
2026-11-21 10:00:01 1rXyZa-0001Ab-Cd => list@example.org <list@example.org> R=mailman3_router T=mailman3_transport H=localhost [127.0.0.1]:8024 C="250 Ok"
2026-11-21 10:00:01 1rXyZa-0001Ab-Cd Completed
"""  # noqa: E501


@pytest.mark.parametrize(
    ("line", "fate", "folder"),
    [
        (HELD_BY_3, "Delivered/Delivered", "held for moderation"),
        (f"{HEAD}DISCARD: <a1@example.net>; ['The sender is banned']", "Failed/Discarded", ""),
        (f"{HEAD}REJECT: <a1@example.net>", "Failed/Rejected", ""),
        (f"{HEAD}<a1@example.net> post to list@example.org from ann@example.net, 309 bytes", "Delivered/Delivered", ""),
        (HELD_BY_3.replace("10:00:04", "10:09:04"), "Delivered/Delivered", ""),
    ],
)
def test_behind_exim(line: str, fate: str, folder: str) -> None:
    """Exim does not say that a transport speaks LMTP; Mailman's answer is known by its words."""
    rows = rows_of([lines(EXIM), [line]])
    assert told(rows) == [f"ann@example.net list@example.org = {fate}"]
    assert (rows[0].folder or "") == folder
    assert [row.folder for row in rows_of([lines(EXIM.replace("mailman3_transport", "to_lists")), [line]])] == [
        rows[0].folder
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "posted"}, "Given to the members of the list"),
        ({"action": "discarded"}, "Thrown away by the mailing list"),
        ({"action": "rejected"}, "Refused by the mailing list, the sender was told"),
        ({"action": "stored", "folder": "held for moderation"}, "Waits for a moderator of the list"),
        (
            {"action": "failed", "recipient": "bob@example.com"},
            "Could not be given to bob@example.com, a member of the list",
        ),
    ],
)
def test_in_words(fields: dict[str, str], words: str) -> None:
    assert mailbox_words({"service": "mailman", **fields}, set()) == words

"""Recipients that a milter takes off a message: Postfix logs nothing of it, and counts them still."""

from __future__ import annotations

from logs import told, trace

BORN = """
10:00:00 mx postfix/smtpd[1]: 4jbbds5HBBzM1C5: client=out.example.net[192.0.2.7]
10:00:00 mx postfix/cleanup[2]: 4jbbds5HBBzM1C5: info: header Subject: Offer from out.example.net[192.0.2.7]; from=<a@example.net> to=<bob@example.com> proto=ESMTP helo=<out.example.net>
10:00:00 mx postfix/cleanup[2]: 4jbbds5HBBzM1C5: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: 4jbbds5HBBzM1C5: from=<a@example.net>, size=325, nrcpt={count} (queue active)
"""  # noqa: E501
GONE = "{at} mx postfix/qmgr[3]: 4jbbds5HBBzM1C5: removed\n"


def delivered(name: str, at: str = "10:00:00") -> str:
    return (
        f"{at} mx postfix/virtual[4]: 4jbbds5HBBzM1C5: to=<{name}@example.com>, relay=virtual, delay=0.1,"
        " delays=0.1/0.01/0/0, dsn=2.0.0, status=sent (delivered to mailbox)\n"
    )


def test_one_of_two() -> None:
    block = BORN.format(count=2) + delivered("ann") + GONE.format(at="10:00:00")
    rows = trace(block)
    assert told(rows) == [
        "a@example.net ann@example.com = Delivered/Delivered",
        "a@example.net bob@example.com = Failed/Discarded",
    ]
    assert [row.remark[:27] for row in rows if row.detail == "Discarded"] == ["taken off the message by a "]


def test_all_of_them() -> None:
    """The queue manager has nobody to deliver it to."""
    block = BORN.format(count=2) + GONE.format(at="10:00:00")
    assert told(trace(block)) == ["a@example.net bob@example.com = Failed/Discarded"]


def test_another_one_in_place_of_it() -> None:
    block = BORN.format(count=2) + delivered("carol") + GONE.format(at="10:00:00")
    assert told(trace(block)) == [
        "a@example.net bob@example.com = Failed/Discarded",
        "a@example.net carol@example.com = Delivered/Delivered",
    ]


def test_a_line_that_was_lost() -> None:
    """A delivery took its time, or the beginning is missing too: nothing is said of it."""
    later = BORN.format(count=2) + delivered("ann") + GONE.format(at="10:00:09")
    unborn = "\n".join(BORN.format(count=2).splitlines()[2:]) + delivered("ann") + GONE.format(at="10:00:00")
    for block in (later, unborn):
        assert "a@example.net bob@example.com = GettingStatus/Unknown" in told(trace(block))


def test_a_rewritten_address_is_no_second_one() -> None:
    block = BORN.format(count=1) + delivered("robert") + GONE.format(at="10:00:00")
    assert told(trace(block)) == ["a@example.net robert@example.com = Delivered/Delivered"]

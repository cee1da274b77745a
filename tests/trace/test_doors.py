"""What is decided before there is a queue ID: access rules that hold or redirect, filters before the queue."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

CLIENT = "out.example.net[192.0.2.1]"


def rule(
    action: str, to: str, at: str = "10:00:00", *, client: str = CLIENT, pid: int = 1, sender: str = "a@example.net"
) -> str:
    text = f"<{to}>: Recipient address triggers {action.upper().replace(':', ' ')} action"
    if action.startswith("redirect"):
        text = f"<{to}>: Recipient address triggers REDIRECT {action.partition(' ')[2]}"
    return (
        f"{at} mx postfix/smtpd[{pid}]: NOQUEUE: {action.partition(' ')[0]}: RCPT from {client}: {text};"
        f" from=<{sender}> to=<{to}> proto=ESMTP helo=<h>\n"
    )


def taken(queue_id: str, at: str = "10:00:00", *, pid: int = 1, client: str = CLIENT) -> str:
    return f"""{at} mx postfix/smtpd[{pid}]: {queue_id}: client={client}
    {at} mx postfix/cleanup[2]: {queue_id}: message-id=<{queue_id}@example.net>
    """


def delivered(queue_id: str, to: str, at: str = "10:00:01", *, sender: str = "a@example.net", nrcpt: int = 1) -> str:
    return f"""{at} mx postfix/qmgr[3]: {queue_id}: from=<{sender}>, size=100, nrcpt={nrcpt} (queue active)
    {at} mx postfix/virtual[4]: {queue_id}: to={to}, relay=virtual, delay=1, status=sent (delivered to maildir)
    {at} mx postfix/qmgr[3]: {queue_id}: removed
    """


@pytest.mark.pitfall("S07")
def test_held_at_the_door() -> None:
    rows = trace(rule("hold", "x@example.org") + taken("A000000001"))
    assert told(rows) == ["a@example.net x@example.org = Quarantined/Held"]
    assert rows[0].queue_ids == ("A000000001",)


@pytest.mark.pitfall("S07", "D20")
def test_held_at_the_door_then_released() -> None:
    release = "11:00:00 mx postfix/postsuper[9]: A000000001: released from hold\n"
    block = rule("hold", "x@example.org") + taken("A000000001") + release
    assert fates(block + delivered("A000000001", "<x@example.org>", "11:00:01")) == [
        "a@example.net x@example.org = Delivered/Delivered"
    ]


@pytest.mark.pitfall("S07")
def test_redirected_at_the_door() -> None:
    block = rule("redirect c@example.org", "x@example.org") + taken("A000000001")
    assert fates(block + delivered("A000000001", "<c@example.org>, orig_to=<x@example.org>")) == [
        "a@example.net x@example.org c@example.org Delivered/Delivered",
        "a@example.net x@example.org c@example.org Expanded/Redirected",
    ]


@pytest.mark.pitfall("S07", "S02")
def test_only_the_message_that_came_next() -> None:
    """Two messages of one session, in one second: the rule spoke of the second one's recipient."""
    block = taken("A000000001") + delivered("A000000001", "<x@example.org>")
    block += rule("hold", "y@example.org") + taken("A000000002")
    release = "10:09:00 mx postfix/postsuper[9]: A000000002: released from hold\n"
    whole = block + release + delivered("A000000002", "<y@example.org>", "10:09:01")
    rows = trace(whole)
    assert [row.attempts for row in rows] == [1, 1]
    later = rule("hold", "y@example.org", "10:00:02") + taken("A000000002", "10:00:03")
    assert fates(taken("A000000001") + delivered("A000000001", "<x@example.org>") + later) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Quarantined/Held",
    ]


@pytest.mark.pitfall("S07", "T26")
@pytest.mark.parametrize(
    "other",
    [
        taken("A000000001", pid=7),
        taken("A000000001", client="other.example.com[198.51.100.3]"),
        taken("A000000001", "10:09:00"),
        taken("A000000001") + delivered("A000000001", "<z@example.org>", sender="b@example.com"),
    ],
    ids=["other process", "other client", "too late", "other sender"],
)
def test_another_message_is_not_held(other: str) -> None:
    rows = trace(rule("hold", "x@example.org") + other)
    assert all(row.detail != "Held" for row in rows)


FRONT = f"""
10:00:00 mx postfix/smtpd[1]: connect from {CLIENT}
10:00:00 mx postfix/smtpd[1]: NOQUEUE: client={CLIENT}
"""


def amavis(text: str, recipients: str = "<x@example.org>", at: str = "10:00:01") -> str:
    return (
        f"{at} mx amavis[2279]: (02279-04) {text}, [192.0.2.1]:6101 [192.0.2.1] <a@example.net> -> {recipients},"
        " Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: 7.5, size: 888, ENDS, 80 ms\n"
    )


@pytest.mark.pitfall("B09", "B13")
def test_amavis_before_the_queue_hands_on() -> None:
    reply = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001"
    block = FRONT + taken("B000000001", "10:00:01", pid=8, client="localhost[127.0.0.1]")
    block += amavis("Passed SPAMMY {RelayedTaggedInbound}").replace("ENDS", "queued_as: B000000001")
    block += (
        f"10:00:01 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: {reply}; from=<a@example.net> to=<x@example.org>"
        " proto=ESMTP helo=<h>\n"
    )
    rows = trace(block + delivered("B000000001", "<x@example.org>"))
    assert told(rows) == ["a@example.net x@example.org = Delivered/Delivered"]
    assert rows[0].verdict == "amavis: Passed SPAMMY 7.5"
    assert rows[0].from_ip == "192.0.2.1"


@pytest.mark.pitfall("B12", "B05")
def test_amavis_before_the_queue_refuses() -> None:
    block = FRONT + amavis("Blocked INFECTED (Eicar) {RejectedInbound}", "<x@example.org>,<y@example.org>")
    block = block.replace(", ENDS", "") + (
        "10:00:01 mx postfix/smtpd[1]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=02279-04 - INFECTED: Eicar;"
        " from=<a@example.net> to=<y@example.org> proto=ESMTP helo=<h>\n"
    )
    rows = trace(block)
    assert told(rows) == [
        "a@example.net x@example.org = Failed/Rejected",
        "a@example.net y@example.org = Failed/Rejected",
    ]
    assert messages(rows) == 1
    assert {(row.verdict, row.message_id, row.from_ip) for row in rows} == {
        ("amavis: Blocked INFECTED 7.5", "<1@example.net>", "192.0.2.1")
    }


@pytest.mark.pitfall("B10", "B04")
def test_amavis_before_the_queue_keeps_it() -> None:
    block = FRONT + amavis("Blocked SPAM {DiscardedInbound,Quarantined}", "<x@example.org>,<y@example.org>")
    block = block.replace("ENDS", "quarantine: spam-abc.gz") + (
        "10:00:01 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.7.0 Ok, discarded, id=02279-04 - SPAM;"
        " from=<a@example.net> to=<y@example.org> proto=ESMTP helo=<h>\n"
    )
    assert fates(block) == [
        "a@example.net x@example.org = Quarantined/Quarantined",
        "a@example.net y@example.org = Quarantined/Quarantined",
    ]
    assert fates(block.replace(", quarantine: spam-abc.gz", "").replace(",Quarantined", "")) == [
        "a@example.net x@example.org = Failed/Discarded",
        "a@example.net y@example.org = Failed/Discarded",
    ]

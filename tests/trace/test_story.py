"""Stories of hand-made messages: the verdict, the order of steps, the tree, what is missing, what belongs to it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from story_estate import (
    ALICE,
    BOB,
    CLIENT,
    LMTP,
    SENDER,
    FakeBackend,
    arrival,
    delivery,
    fact,
    refusal,
    removed,
    two_hosts,
)

from mailwake.events.fact import Fact
from mailwake.operations.show import NotFound, show
from mailwake.trace.story_model import Story
from mailwake.trace.story_words import plain_seconds, stages


def told(facts: list[Fact], text: str) -> Story:
    return show(FakeBackend(facts), text)


def events(story: Story) -> list[str]:
    return [step.event for step in story.timeline]


def test_delivered_over_two_hosts() -> None:
    story = told(two_hosts(), "A1A1A1A1")
    assert story.headline == "Delivered to alice@example.com's INBOX on imap1 2.0 s after it came in."
    assert story.tone == "good"
    assert events(story) == ["Receive", "Receive", "Transfer", "Deliver", "Transfer"]
    assert story.outcomes[0].mailbox == ("Put into INBOX",)
    assert [(e.rule, e.grade) for e in story.evidence] == [("queued as", "proven"), ("token", "proven")]
    assert not story.missing
    (root,) = story.tree
    assert root.recipients[0].status == "Transfer"
    assert root.edges[0].node.recipients[0].text == "INBOX"


def test_every_record_stands_behind_one_step() -> None:
    facts = two_hosts()
    shown = Counter(raw for step in told(facts, "A1A1A1A1").timeline for raw in step.raw)
    assert shown == Counter(fact.raw for fact in facts)


@pytest.mark.parametrize("ahead", [-300.0, -3.0, 0.0, 40.0, 500.0])
def test_skewed_clocks_give_no_negative_delays(ahead: float) -> None:
    story = told(two_hosts(ahead), "A1A1A1A1")
    assert all(step.since_previous >= 0 for step in story.timeline)
    assert story.timeline[0].host == "mx1"
    assert story.timeline[-1].since_start < 10
    assert any(one.key == "skew" for one in story.missing) == (ahead != 0)


def test_disorder_within_a_second_is_no_skew() -> None:
    story = told(two_hosts(-1.9), "A1A1A1A1")
    assert story.timeline[0].host == "mx1"
    assert not story.missing


def test_skew_of_the_mailbox_server() -> None:
    story = told(two_hosts(0, 100), "A1A1A1A1")
    assert story.outcomes[0].seconds < 5
    assert "imap1 is about 1 min 40 s ahead of that of mx1" in " ".join(one.text for one in story.missing)


def test_any_id_finds_it() -> None:
    backend = FakeBackend(two_hosts())
    trace_id = backend.rows[0].trace_id
    for text in (
        "A1A1A1A1",
        "b2b2b2b2",
        "<1@example.net>",
        "1@example.net",
        trace_id,
        str(UUID(trace_id)),
        " A1A1A1A1 ",
    ):
        assert show(backend, text).trace_id == trace_id, text


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound) as caught:
        told(two_hosts(), "FFFFFF")
    assert "FFFFFF" in caught.value.what
    assert caught.value.hint


def test_few_questions() -> None:
    backend = FakeBackend(two_hosts())
    show(backend, "A1A1A1A1")
    assert backend.asked <= 7


def test_of_several_messages_the_newest_is_told() -> None:
    facts = [f for f in two_hosts() if f.host == "mx1"]
    later = [f._replace(ts=f.ts + 3_600_000_000, key="C3C3C3C3", raw=f.raw + " later") for f in facts]
    story = told([*facts, *later], "<1@example.net>")
    assert story.timeline[0].queue_id == "C3C3C3C3"
    assert [one.relation for one in story.also] == ["also"]


def test_refused_at_the_door_with_its_session() -> None:
    facts = [
        fact(0, "mx1", "postfix/smtpd", "connect", pid=10, client_name="a.example", client_ip="203.0.113.77"),
        fact(0.1, "mx1", "postfix/smtpd", "disconnect", pid=10, client_name="a.example", client_ip="203.0.113.77"),
        fact(1, "mx1", "postfix/smtpd", "connect", pid=10, **CLIENT),
        fact(1.1, "mx1", "postfix/smtpd", "tls", pid=10, direction="in", version="TLSv1.3", cipher="X", **CLIENT),
        refusal(1.2, code=554, dsn="5.7.1", temporary=False, text="Relay access denied"),
        fact(1.3, "mx1", "postfix/smtpd", "disconnect", pid=10, counters="rcpt=0/1", **CLIENT),
        fact(2, "mx1", "postfix/smtpd", "connect", pid=10, **CLIENT),
    ]
    backend = FakeBackend(facts)
    story = show(backend, backend.rows[0].trace_id)
    assert story.headline == "Refused at the door of mx1 for alice@example.com: Relaying denied."
    assert story.outcomes[0].cause is not None and story.outcomes[0].cause.who == "our admin"
    assert [step.event for step in story.session] == ["Connect", "TLS", "Disconnect"]
    assert story.message.tls == "TLSv1.3 X"
    assert story.timeline[0].raw[0] == facts[3].raw
    assert story.tree[0].recipients[0].status == "Failed"


def test_greylisting_joins_the_attempts() -> None:
    again = arrival(300, "mx1", "A1A1A1A1", client_ip="203.0.113.9")
    late = delivery(301, "mx1", "A1A1A1A1", ALICE)
    backend = FakeBackend([refusal(0), *again, late, refusal(-200_000), refusal(5, "198.51.100.1")])
    accepted = show(backend, "A1A1A1A1")
    assert [one.relation for one in accepted.attempts] == ["earlier attempt (5 min before)"]
    assert accepted.attempts[0].grade == "inferred"
    refused = show(backend, accepted.attempts[0].trace_id)
    assert [one.status for one in refused.attempts] == ["Delivered"]
    assert "Greylisted" in refused.headline


def test_waiting_with_every_attempt_and_the_connections_that_failed() -> None:
    words = "host mx.example.org[198.51.100.7] said: 452 4.2.2 Mailbox full"
    story = told(
        [
            *arrival(0, "mx1", "A1A1A1A1"),
            fact(9, "mx1", "postfix/smtp", "connect_failed", pid=30, relay_host="mx0", text="Connection refused"),
            delivery(10, "mx1", "A1A1A1A1", ALICE, "deferred", reply=words, delays="0.1/1/5/2"),
            fact(600, "mx1", "postfix/qmgr", "active", "A1A1A1A1", sender=SENDER, size=1200, nrcpt=1),
            delivery(610, "mx1", "A1A1A1A1", ALICE, "deferred", reply=words, pid=31),
        ],
        "A1A1A1A1",
    )
    assert story.headline == "Waiting on mx1 for alice@example.com, 2 attempts in 10 min 10 s so far: Mailbox full."
    assert story.tone == "wait"
    assert events(story) == ["Receive", "Defer", "Defer"]
    assert "mx0: Connection refused" in story.timeline[1].details
    assert "1.0 s waiting in the queue" in " ".join(story.timeline[1].details)
    assert "attempt 2" in story.timeline[2].details
    assert len(story.timeline[2].raw) == 2, "the activation belongs to the attempt that it led to"
    assert story.outcomes[0].cause is not None and story.outcomes[0].cause.who == "recipient's admin"


def test_bounce_with_its_notification() -> None:
    facts = [
        *arrival(0, "mx1", "A1A1A1A1", nrcpt=2),
        delivery(1, "mx1", "A1A1A1A1", ALICE),
        delivery(1, "mx1", "A1A1A1A1", BOB, "bounced", reply="host x said: 550 5.1.1 User unknown", dsn="5.1.1"),
        fact(1.1, "mx1", "postfix/cleanup", "message_id", "D4D4D4D4", message_id="<2@mx1>"),
        fact(1.2, "mx1", "postfix/bounce", "notify", "A1A1A1A1", notice="failure", child_id="D4D4D4D4"),
        fact(1.3, "mx1", "postfix/qmgr", "active", "D4D4D4D4", sender="", size=900, nrcpt=1),
        removed(1.4, "mx1", "A1A1A1A1"),
        delivery(2, "mx1", "D4D4D4D4", SENDER),
        removed(2.1, "mx1", "D4D4D4D4"),
    ]
    story = told(facts, "A1A1A1A1")
    assert story.headline == "2 recipients: 1 delivered, 1 not delivered (Unknown recipient)."
    assert story.tone == "bad"
    assert events(story) == ["Receive", "Send", "Fail", "DSN"]
    assert [one.relation for one in story.relatives] == ["child: failure notification"]
    assert story.tree[0].edges[0].rule == "notification"
    assert "ask there" in next(one.text for one in story.missing if one.key == "elsewhere")
    report = told(facts, "D4D4D4D4")
    assert [one.relation.partition(":")[0] for one in report.relatives] == ["parent", "parent"]
    assert report.message.sender == ""
    assert report.timeline[0].text == "mx1 made it itself: a report of the mail system."


def test_recipients_of_one_reply_are_one_step() -> None:
    names = [f"user{number}@example.org" for number in range(5)]
    attempts = [delivery(1, "mx1", "A1A1A1A1", name, reply="250 Ok", next_id="FAR1") for name in names]
    story = told([*arrival(0, "mx1", "A1A1A1A1", nrcpt=5), *attempts], "A1A1A1A1")
    assert events(story) == ["Receive", "Send"]
    assert story.timeline[1].text.endswith("user2@example.org and 2 more (queue ID there: FAR1).")
    assert len(story.timeline[1].raw) == 5
    assert story.headline == "5 recipients, all delivered."


def test_what_is_missing_is_said() -> None:
    story = told(
        [
            fact(0, "mx1", "postfix/qmgr", "active", "A1A1A1A1", sender=SENDER, size=1, nrcpt=3),
            delivery(1, "mx1", "A1A1A1A1", ALICE),
        ],
        "A1A1A1A1",
    )
    assert {one.key for one in story.missing} >= {"arrival", "recipients", "elsewhere"}
    text = " ".join(one.text for one in story.missing)
    assert "had 3 recipients; the fate of 1 of them" in text


def test_an_order_without_queue_ids() -> None:
    facts = [
        *arrival(0, "mx1", "A1A1A1A1"),
        delivery(1, "mx1", "A1A1A1A1", ALICE, "deferred", reply="connect to x[198.51.100.7]:25: Connection refused"),
        fact(60, "mx1", "postfix/postsuper", "queue_action", action="delete", actor="admin", count=1),
    ]
    story = told(facts, "A1A1A1A1")
    assert story.headline.startswith("Deleted from the queue on mx1 by an administrator")
    assert events(story)[-1] == "Drop"
    assert story.timeline[-1].grade == "inferred"
    assert [one.key for one in story.missing] == ["order"]


def test_sieve_and_verdicts() -> None:
    token = "tok1"
    base: dict[str, Any] = {"service": "lmtp", "user": ALICE, "session": token}
    facts = [
        *arrival(0, "mx1", "A1A1A1A1"),
        fact(
            0.15,
            "mx1",
            "rspamd",
            "verdict",
            "t1",
            filter="rspamd",
            action="add header",
            queue_id="A1A1A1A1",
            score=7.1,
            required=15.0,
            spam=True,
            symbols=["BAD_WORDS"],
        ),
        fact(0.16, "", "", "verdict", "t2", filter="rspamd", action="add header", queue_id="A1A1A1A1", score=7.1),
        fact(0.9, "imap1", "dovecot", "mailbox", token, action="discarded", reason="discard action", **base),
        delivery(1, "mx1", "A1A1A1A1", ALICE, token=token, disposition="mailbox", **LMTP),
        removed(1.1, "mx1", "A1A1A1A1"),
    ]
    story = told(facts, "A1A1A1A1")
    assert "Spam" in events(story) and "Drop" in events(story)
    assert [(one.filter, one.score, one.required) for one in story.message.verdicts] == [("rspamd", 7.1, 15.0)]
    assert story.outcomes[0].mailbox == ("Thrown away by a Sieve rule",)
    assert story.outcomes[0].cause is not None and story.outcomes[0].cause.key == "sieve-discard"


def test_json() -> None:
    found = told(two_hosts(), "A1A1A1A1").to_json()
    again = json.loads(json.dumps(found))
    assert str(UUID(again["MessageTraceId"])) == again["MessageTraceId"]
    assert again["Message"]["SenderAddress"] == SENDER
    assert again["Message"]["Subject"] is None
    assert again["Timeline"][0]["Date"].endswith("Z")
    assert again["Tree"][0]["Edges"][0]["Node"]["QueueId"] == "B2B2B2B2"


def test_durations() -> None:
    told_as = {0.04: "40 ms", 3.21: "3.2 s", 59.6: "1 min", 125: "2 min 5 s", 11400: "3 h 10 min", 187200: "2 d 4 h"}
    assert {seconds: plain_seconds(seconds) for seconds in told_as} == told_as
    assert stages("0.05/2/0.3/0") == "2.0 s waiting in the queue, 0.3 s connecting"
    assert stages("x/y") == ""


def test_released_by_an_order_for_all() -> None:
    hold = fact(
        0.1, "mx1", "postfix/cleanup", "check", "A1A1A1A1", action="milter-hold", text="milter triggers HOLD action"
    )
    facts = [
        *arrival(0, "mx1", "A1A1A1A1"),
        hold,
        delivery(60, "mx1", "A1A1A1A1", ALICE),
        removed(61, "mx1", "A1A1A1A1"),
    ]
    assert [one.key for one in told(facts, "A1A1A1A1").missing] == ["order", "elsewhere"]

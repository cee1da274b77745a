"""KumoMTA: records of one message for one recipient, batches, every way of failing, ids that it gave in one reply."""

# ruff: noqa: E501
from __future__ import annotations

import json
from typing import Any

import pytest
from logs import fates, messages, told, trace

ID = "8a5475ccbbc611eda12250ebf67f93bd"
MX = {"name": "mx.example.org.", "addr": "198.51.100.7"}


def record(kind: str, second: int = 0, reply: str = "", code: int = 250, **more: Any) -> str:
    """A line of its log; second: after 10:00."""
    made = {
        "type": kind, "id": ID, "sender": "a@example.net", "recipient": "x@example.org", "queue": "example.org",
        "site": "", "size": 1842, "response": {"code": code, "enhanced_code": None, "content": reply, "command": None},
        "peer_address": {"name": "out.example.net", "addr": "192.0.2.1"}, "timestamp": 1795255200 + second,
        "created": 1795255200, "num_attempts": 0, "bounce_classification": "Uncategorized", "egress_pool": None,
        "egress_source": None, "feedback_report": None, "meta": {}, "headers": {"Subject": "Offer", "Message-ID": "<1@example.net>"},
        "delivery_protocol": None, "reception_protocol": "ESMTP", "nodeid": "557f3ad4-2c8c-11ee-976e-782d7e12e173",
    }  # fmt: skip
    return json.dumps({**made, **more}) + "\n"


def test_one_message() -> None:
    rows = trace(record("Reception") + record("Delivery", 2, "Ok: queued as ABCDEF1234", peer_address=MX))
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    row = rows[0]
    assert (row.from_ip, row.to_ip, row.to_host) == ("192.0.2.1", "198.51.100.7", "mx.example.org")
    assert (row.subject, row.message_id, row.size, row.queue_ids) == ("Offer", "<1@example.net>", 1842, (ID,))


@pytest.mark.pitfall("K02")
def test_finer_time_of_newer_releases() -> None:
    rows = trace(record("Reception", event_time="2026-11-21T10:00:00.440526026Z"))
    assert rows[0].received == 1795255200_440526


@pytest.mark.pitfall("K01")
def test_batch() -> None:
    both = ["x@example.org", "y@example.org"]
    rows = trace(record("Reception", recipient=both) + record("Delivery", 2, "ok", recipient=both, peer_address=MX))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
    ]
    assert messages(rows) == 1
    half = record("Delivery", 2, "ok", recipient=both[:1], peer_address=MX)
    half += record("Bounce", 2, "no such user", 550, recipient=both[1], peer_address=MX)
    assert fates(record("Reception", recipient=both) + half) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Failed/Bounced",
    ]


@pytest.mark.parametrize(
    ("kind", "code", "reply", "fate"),
    [
        ("TransientFailure", 451, "greylisted", "Pending/Greylisted"),
        ("TransientFailure", 451, "No answer from any hosts listed in MX", "Pending/Deferred"),
        ("Bounce", 550, "no such user", "Failed/Bounced"),
        ("Expiration", 551, "exceeds max_age", "Failed/Expired"),
        ("AdminBounce", 551, "AdminBounced with reason: cleaning up", "Failed/Deleted"),
    ],
)
def test_failures(kind: str, code: int, reply: str, fate: str) -> None:
    later = record("TransientFailure", 1, "busy", 421, peer_address=MX)
    assert fates(record("Reception") + later + record(kind, 60, reply, code)) == [
        f"a@example.net x@example.org = {fate}"
    ]


def test_refused() -> None:
    rows = trace(record("Rejection", 0, "relaying not permitted", 550, id=""))
    assert told(rows) == ["a@example.net x@example.org = Failed/Rejected"]
    assert rows[0].from_ip == "192.0.2.1"


def test_its_own_messages_are_no_mail() -> None:
    own = record("Reception", reception_protocol="LogRecord") + record(
        "Delivery", 1, "ok", reception_protocol="LogRecord"
    )
    assert not fates(own)


def test_several_ids_in_one_reply() -> None:
    """Postfix hands three recipients over in one transaction: each is a message of its own from then on."""
    names = {"x": ID, "y": "9" + ID[1:], "z": "7" + ID[1:]}
    postfix = """
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=3 (queue active)
    """
    kumo = ""
    for name, number in names.items():
        postfix += f"10:00:00 mx postfix/smtp[4]: A000000001: to=<{name}@example.org>, relay=kumo.example.org[10.0.0.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 OK ids={' '.join(sorted(names.values()))})\n"
        kumo += record(
            "Reception",
            id=number,
            recipient=f"{name}@example.org",
            peer_address={"name": "mx.example.org", "addr": "10.0.0.1"},
        )
        kumo += record("Delivery", 3, "ok", id=number, recipient=f"{name}@example.org", peer_address=MX)
    rows = trace(postfix + "10:00:01 mx postfix/qmgr[3]: A000000001: removed\n" + kumo)
    assert told(rows) == [f"a@example.net {name}@example.org = Delivered/Relayed" for name in names]
    assert messages(rows) == 1
    assert {row.queue_ids for row in rows} == {("A000000001", number) for number in names.values()}
    assert {row.grade for row in rows} == {"proven"}

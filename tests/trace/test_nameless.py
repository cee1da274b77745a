"""Postfix through an RFC 5424 template: the tag is cut down to `postfix`, so who speaks must show otherwise."""

from __future__ import annotations

import re

import pytest
from logs import fates, told, trace

BORN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
WAITS = "10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.org[198.51.100.1]:25: Connection refused)\n"  # noqa: E501


def cut(block: str) -> str:
    return re.sub(r"postfix/[a-z]+\[", "postfix[", block)


@pytest.mark.pitfall("T28", "D20", "D19")
@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("removed", "Failed/Deleted"),
        ("placed on hold", "Quarantined/Held"),
        ("requeued", "Pending/Deferred"),
        ("expired", "Failed/Expired"),
    ],
)
def test_what_an_administrator_did(said: str, end: str) -> None:
    block = f"{BORN}{WAITS}10:00:09 mx postfix/postsuper[9]: A000000001: {said}\n"
    assert fates(block) == fates(cut(block)) == [f"a@example.net x@example.org = {end}"]


def test_a_queue_manager_that_was_started_anew() -> None:
    block = BORN + WAITS + BORN.splitlines()[3].replace("10:00:00", "10:09:00").replace("[3]", "[33]") + "\n"
    block += "10:09:01 mx postfix/smtp[44]: A000000001: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=541, delays=540/0/1/0, dsn=2.0.0, status=sent (250 Ok)\n"  # noqa: E501
    block += "10:09:01 mx postfix/qmgr[33]: A000000001: removed\n"
    assert told(trace(cut(block))) == told(trace(block)) == ["a@example.net x@example.org = Delivered/Relayed"]


@pytest.mark.pitfall("D07", "T28")
def test_ways_of_a_local_alias() -> None:
    ways = "".join(
        f"10:00:01 mx postfix/local[4]: A000000001: to=<x@example.org>, relay=local, delay=1, delays=0/0/0/1,"
        f" dsn=2.0.0, status=sent (delivered to {way})\n"
        for way in ("command: procmail", "file: /var/mail/archive", "maildir")
    )
    block = f"{BORN}{ways}10:00:01 mx postfix/qmgr[3]: A000000001: removed\n"
    assert fates(block) == fates(cut(block))
    assert len(fates(cut(block))) == 3

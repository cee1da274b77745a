"""Messages for people inside and outside a scope: told as if nobody outside had got them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import likeness
import pytest
from asking import ADMIN, PART, ask
from inputs import GRACE, PERIOD, Given
from likeness import Told
from stage import OUTSIDE, Seen, Stage

pytestmark = pytest.mark.slow
KINDS = ("delivered", "failed", "deferred", "expanded", "relayed")
"""What became of it outside."""


def asked_of(trace: str, message_id: str) -> Iterator[tuple[str, Given]]:
    """Everything that one can ask about a message."""
    yield "message-trace", {"MessageTraceId": [trace], **PERIOD}
    yield "get-message-trace-v2", {"MessageTraceId": trace, **PERIOD}
    for operation in ("get-message-trace-detail", "get-message-trace-detail-v2"):
        yield operation, {"MessageTraceId": trace, "RecipientAddress": GRACE}
    yield "message-trace-detail", {"MessageTraceId": trace}
    yield "message-story", {"Identity": trace}
    yield "message-story", {"Identity": f"<{message_id}>"}
    yield "message-mailbox-history", {"Identity": trace}
    yield "get-message-tracking-log", {"MessageId": f"<{message_id}>"}


def _told(stage: Stage, ask: Callable[[], Seen], asked: list[str]) -> Told:
    """An answer; of its cost what is asked of which tables. By which UIDs of mailboxes a message is known, the inside
    and the outside alike, stands among the conditions of one of these questions."""
    told = likeness.told(stage, ask, asked)
    return replace(told, cost=tuple(one.partition(" WHERE ")[0] for one in told.cost))


def _trace(stage: Stage, message_id: str) -> str:
    return str(ask(stage, ADMIN, "message-trace", {"MessageId": [f"<{message_id}>"], **PERIOD})[0]["MessageTraceId"])


@pytest.mark.parametrize("kind", KINDS)
def test_by_the_rest_face(stage: Stage, kind: str) -> None:
    told: list[dict[str, Told]] = []
    for one in ("both", "only"):
        message_id, queue_id = f"{one}-{kind}@example.net", _queue_id(one, kind)
        trace = _trace(stage, message_id)
        found = {}
        for operation, given in asked_of(trace, message_id):
            asked = [trace, message_id, queue_id]
            seen = _told(stage, partial(stage.answer, PART, operation, given), asked)
            assert seen.status == 200, (operation, seen.words[:300])
            assert OUTSIDE not in seen.words, (operation, seen.words)
            found[f"{operation} {sorted(given)}"] = seen
        told.append(found)
    both, only = told
    differing = [likeness.shown(name, both[name], only[name]) for name in both if both[name].unlike(only[name])]
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipient", ["", "?recipient=carol@example.com"])
def test_by_the_pages(stage: Stage, kind: str, recipient: str) -> None:
    for part in (False, True):
        told = []
        for one in ("both", "only"):
            message_id = f"{one}-{kind}@example.net"
            trace = _trace(stage, message_id)
            address = f"/messagetrace/message/{trace}/{recipient}"
            asked = [trace, trace.replace("-", ""), message_id, _queue_id(one, kind)]
            told.append(_told(stage, partial(stage.look, PART, address, part=part), asked))
            assert told[-1].status == 200 and OUTSIDE not in told[-1].words.replace(recipient, "")
        assert not told[0].unlike(told[1]), likeness.shown(f"{kind} {recipient}", *told)


def _queue_id(one: str, kind: str) -> str:
    return f"4{'AB'[one == 'only']}C0{KINDS.index(kind)}D7777"


def log_lines() -> str:
    """A mail server's log of messages that went to both, and of as many that went to the one inside alone."""
    return "".join(line for kind in KINDS for one in ("both", "only") for line in _lines(one, kind))


def _lines(one: str, kind: str) -> Iterator[str]:
    queue_id, number = _queue_id(one, kind), 2 if one == "both" else 1
    at = f"Nov 20 10:0{KINDS.index(kind)}"
    yield f"{at}:00 mx1 postfix/smtpd[31]: {queue_id}: client=out.example.net[192.0.2.80]\n"
    yield f"{at}:00 mx1 postfix/cleanup[32]: {queue_id}: message-id=<{one}-{kind}@example.net>\n"
    active = f"from=<pat@example.net>, size=1000, nrcpt={number} (queue active)"
    yield f"{at}:00 mx1 postfix/qmgr[33]: {queue_id}: {active}\n"
    relay = "relay=imap1.example.org[198.51.100.2]:24, delay=1, delays=0.1/0/0.5/0.4"
    saved = f"{relay}, dsn=2.0.0, status=sent (250 2.0.0 <{GRACE}> Saved)"
    yield f"{at}:01 mx1 postfix/lmtp[34]: {queue_id}: to=<{GRACE}>, {saved}\n"
    if one == "both":
        outside = {
            "delivered": f"{relay}, dsn=2.0.0, status=sent (250 2.0.0 <carol@example.com> Saved)",
            "failed": f"{relay}, dsn=5.1.1, status=bounced (host imap1.example.org said: 550 5.1.1 no such user)",
            "deferred": "relay=none, delay=1, delays=0.1/0/1/0, dsn=4.4.1, status=deferred (connect to far.example.com"
            "[192.0.2.61]:25: Connection refused)",
            "relayed": "relay=mx2.example.com[192.0.2.62]:25, delay=1, delays=0/0/0.5/0.5, dsn=2.0.0, status=sent"
            f" (250 2.0.0 Ok: queued as 6{queue_id[1:]})",
            "expanded": f"orig_to=<all@example.com>, {relay}, dsn=2.0.0, status=sent (250 2.0.0 Saved)",
        }[kind]
        if kind == "deferred":
            yield f"{at}:01 mx1 postfix/smtp[35]: connect to far.example.com[192.0.2.61]:25: Connection refused\n"
        program = "smtp" if kind in ("deferred", "relayed") else "lmtp"
        yield f"{at}:02 mx1 postfix/{program}[35]: {queue_id}: to=<carol@example.com>, {outside}\n"
        if kind == "failed":
            yield from _bounce(at, queue_id)
        if kind == "relayed":
            yield from _next(at, f"6{queue_id[1:]}", f"{one}-{kind}@example.net")
    if kind != "deferred" or one == "only":
        yield f"{at}:03 mx1 postfix/qmgr[33]: {queue_id}: removed\n"


def _bounce(at: str, queue_id: str) -> Iterator[str]:
    """What the sender is told of the one outside."""
    child = f"5{queue_id[1:]}"
    yield f"{at}:02 mx1 postfix/bounce[36]: {queue_id}: sender non-delivery notification: {child}\n"
    yield f"{at}:02 mx1 postfix/cleanup[32]: {child}: message-id=<bounce-{child}@mx1.example.com>\n"
    yield f"{at}:02 mx1 postfix/qmgr[33]: {child}: from=<>, size=3000, nrcpt=1 (queue active)\n"
    took = "relay=out.example.net[192.0.2.80]:25, delay=1, delays=0/0/0.5/0.5, dsn=2.0.0, status=sent (250 ok)"
    yield f"{at}:03 mx1 postfix/smtp[37]: {child}: to=<pat@example.net>, {took}\n"
    yield f"{at}:03 mx1 postfix/qmgr[33]: {child}: removed\n"


def _next(at: str, child: str, message_id: str) -> Iterator[str]:
    """The server that has the mailbox outside."""
    yield f"{at}:02 mx2 postfix/smtpd[41]: {child}: client=mx1.example.com[192.0.2.63]\n"
    yield f"{at}:02 mx2 postfix/cleanup[42]: {child}: message-id=<{message_id}>\n"
    yield f"{at}:02 mx2 postfix/qmgr[43]: {child}: from=<pat@example.net>, size=1200, nrcpt=1 (queue active)\n"
    saved = "relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)"
    yield f"{at}:03 mx2 postfix/local[44]: {child}: to=<carol@example.com>, {saved}\n"
    yield f"{at}:03 mx2 postfix/qmgr[43]: {child}: removed\n"


def test_there_are_such_messages(stage: Stage) -> None:
    for kind in KINDS:
        rows = ask(stage, ADMIN, "message-trace", {"MessageId": [f"<both-{kind}@example.net>"], **PERIOD})
        assert {row["RecipientAddress"].partition("@")[2] for row in rows} == {"example.org", OUTSIDE}, json.dumps(rows)

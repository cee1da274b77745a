"""Rows put together from values are those that the general way makes, whatever the facts are."""

from __future__ import annotations

import random

import pytest
from amounts import few

from mailwake.events.fact import Fact, Origin
from mailwake.operations.audit_alone import file_alone
from mailwake.operations.audit_plain import plain_rows
from mailwake.operations.audit_ready import USUAL, makes_ready
from mailwake.operations.audit_sight import sights

SECOND = 1_000_000
START = 1_790_000_000 * SECOND
ORIGIN = Origin("a.log")
USERS = (
    "ann@corp.example",
    "ANN",
    "corp\\ann",
    "bob",
    "o'neil@corp.example",
    "zoë@corp.example",
    'q"t@corp.example',
    "100%@x.example",
)
ENVELOPES = (
    *USERS,
    *("", "ann+news@corp.example", "prvs=0123456789=ann@corp.example", "eve@other.example"),
    *("news-bounces+joe=example.net@corp.example", "SRS0=aaa=bb=corp.example=ann@relay.example"),
)
SUBJECTS = (None, "", "Hello", "50 % off", 'say "hi"', "Grüße", "back\\slash", "@user@ @ip@")


def _facts(chance: random.Random, number: int) -> list[Fact]:
    """Of one message, often odd in one way or another."""
    key, ts = f"{number:05X}A", START + number * 7 * SECOND + chance.choice((0, 0, 250_000))

    def fact(kind: str, after: int = 0, host: str = "mx1", **fields: object) -> Fact:
        raw = f"{kind} {number} {chance.random()}"
        return Fact(ts + after, host, "postfix/smtpd", 1, kind, key, fields, raw, ORIGIN)

    def some(fields: dict[str, object], share: float) -> dict[str, object]:
        return {name: value for name, value in fields.items() if chance.random() < share}

    user = chance.choice(USERS)
    envelope = user if chance.random() < 0.6 else chance.choice(ENVELOPES)
    arrival = some({"client_ip": "192.0.2.7"}, 0.95) | some({"subject": chance.choice(SUBJECTS)}, 0.3)
    arrival |= some({"sender": chance.choice(ENVELOPES), "size": 77}, 0.05)
    active = some({"sender": envelope, "size": chance.choice((0, 512, 1 << 40, 1 << 70))}, 0.95)
    named = f"<m{number}@corp.example>"
    usual = [
        fact("message_id", chance.choice((0, 1, SECOND)), message_id=named),
        fact("active", chance.choice((0, 20_000, SECOND)), **active),
    ]
    odd = [
        fact("active", 9 * SECOND, sender=envelope, size=900),
        fact("header", header=chance.choice(("from", "subject")), value="Eve <eve@other.example>"),
        fact("verdict", message_id=named, header_from="ann@corp.example"),
        fact("message_id", -2 * SECOND, message_id="<old@corp.example>"),
        fact("message_id", host="mx2", message_id="<far@corp.example>"),
        fact("arrive", 3 * SECOND, sasl_username=user),
    ]
    made = [fact("arrive", sasl_username=user, **arrival)]
    made += [one for one in usual if chance.random() < 0.95] + [one for one in odd if chance.random() < 0.05]
    chance.shuffle(made)
    return made


def _general(key: str, facts: list[Fact]) -> list[tuple[object, object]]:
    """Rows by the general way: without an end in sight, the facts go along, and nothing is plain."""
    (seen,) = sights(facts, [key] * len(facts), [key])
    made = makes_ready(key, seen.acts, asked=bool(seen.asked))
    assert made is not None
    filed, others = file_alone(made, USUAL, {}, throttling=False)
    assert not others
    return list(zip(filed.acts, filed.records, strict=True))


@pytest.mark.parametrize("seed", few(range(20), 4))
def test_plain_rows_are_those_of_the_general_way(seed: int) -> None:
    chance = random.Random(seed)
    plain = special = 0
    for number in range(500):
        facts = _facts(chance, number)
        rows = plain_rows(facts[0].key, facts)
        if rows is None:
            special += 1
            continue
        plain += 1
        assert [(rows.act, rows.record)] == _general(facts[0].key, facts)
        (seen,) = sights(facts, [facts[0].key] * len(facts), [facts[0].key])
        assert rows.asked == seen.asked
    assert plain > 50 < special


def test_the_usual_submission_is_plain() -> None:
    fact = Fact(START, "mx1", "postfix/smtpd", 1, "arrive", "A1", {"sasl_username": "ann@corp.example"}, "a", ORIGIN)
    active = fact._replace(kind="active", fields={"sender": "ann@corp.example", "size": 10}, raw="b")
    rows = plain_rows("A1", [fact, active])
    assert rows is not None
    assert (rows.act.action, rows.record.mailbox, rows.record.keys) == ("Send", "ann@corp.example", ("A1",))

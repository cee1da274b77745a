"""What memory keeps during an import: journeys are let go when they ended or nothing was heard of them for days."""

from __future__ import annotations

import time

import pytest

from mailwake.events.fact import Fact, Origin
from mailwake.trace.workset import Workset

HOUR = 3_600_000_000
FROM = Origin("x.log")


def facts(number: int, at: int, *, removed: bool, next_id: str = "") -> list[Fact]:
    key = f"A{number:09}"
    sent = {"recipient": "r@example.com", "status": "sent", "disposition": "relay", "reply": f"Ok {next_id}"}
    if next_id:
        sent["next_id"] = next_id
    told = [
        ("arrive", {"client_ip": "192.0.2.1"}),
        ("active", {"sender": "a@example.net", "size": 1, "nrcpt": 1}),
        ("deliver", sent),
        *([("remove", {})] if removed else []),
    ]
    return [Fact(at, "mx", "postfix/x", 1, kind, key, dict(fields), f"{key} {kind}", FROM) for kind, fields in told]


def workset(count: int, *, removed: bool, next_id: str = "", step: int = 1_000_000) -> Workset:
    made = Workset()
    made.add([fact for n in range(count) for fact in facts(n, HOUR + n * step, removed=removed, next_id=next_id)])
    list(made.flush())
    return made


@pytest.mark.pitfall("R07")
def test_thousands_that_speak_of_one_foreign_id() -> None:
    made = workset(20_000, removed=True, next_id="12345ABCDE")
    began = time.process_time()
    book = made.forget(1 << 62)
    assert time.process_time() - began < 5
    assert (len(made), made.mentions("12345ABCDE")) == (0, False)
    assert len(book.keys) == len(book.waited) == 20_000


@pytest.mark.pitfall("R07")
def test_a_foreign_id_is_waited_for_as_long_as_one_is_left() -> None:
    made = workset(1000, removed=True, next_id="12345ABCDE")
    made.forget(HOUR + 999_000_000)
    assert (len(made), made.mentions("12345ABCDE")) == (1, True)
    made.add(facts(5000, HOUR, removed=True, next_id="12345ABCDE"))
    list(made.flush())
    made.forget(1 << 62)
    assert (len(made), made.mentions("12345ABCDE")) == (0, False)


@pytest.mark.pitfall("R07")
def test_without_an_end_after_days() -> None:
    made = workset(100, removed=False, step=HOUR)
    book = made.forget(100 * HOUR)
    assert (len(made), book.keys) == (100, [])
    book = made.forget(50 * HOUR + 6 * 24 * HOUR)
    assert (len(made), len(book.keys)) == (51, 49)


@pytest.mark.pitfall("R07")
def test_an_order_without_queue_ids_is_judged_by_all() -> None:
    made = workset(3, removed=False)
    made.add(
        [Fact(2 * HOUR, "mx", "postfix/postsuper", 1, "queue_action", "", {"action": "delete", "count": 3}, "", FROM)]
    )
    list(made.flush())
    made.forget(1 << 62)
    assert len(made) == 3

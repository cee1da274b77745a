"""What is remembered of the records of the last minute: enough to know doubles, and never more."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.operations.recent import MOST, REACH, Recent

SECOND = 1_000_000


def records(count: int, first: int, step: int) -> list[Fact]:
    """Records a step (µs) apart."""
    return [
        Fact(first + number * step, "mx", "postfix/qmgr", 1, "remove", "", {}, f"{first + number * step} removed", "")
        for number in range(count)
    ]


def test_a_record_of_the_last_minute_is_known() -> None:
    recent = Recent()
    early, late = records(5, 100 * SECOND, SECOND), records(5, 150 * SECOND, SECOND)
    recent.add(early, early[-1].ts)
    recent.add(late, late[-1].ts)
    assert all(map(recent.has, [*early, *late]))
    assert recent.has_any({early[0].raw})
    assert not recent.has_any({"something else"})


def test_older_ones_are_left_to_the_store() -> None:
    recent = Recent()
    early, late = records(5, 100 * SECOND, SECOND), records(1, 164 * SECOND, SECOND)
    recent.add(early, early[-1].ts)
    recent.add(late, late[-1].ts)
    assert recent.since == 164 * SECOND - REACH
    assert [recent.has(one) for one in early] == [False, False, False, False, True]


def test_late_records_do_not_push_out_newer_ones() -> None:
    recent = Recent()
    newest = records(3, 1000 * SECOND, SECOND)
    recent.add(newest, newest[-1].ts)
    late = records(3, 10 * SECOND, SECOND)
    recent.add(late, late[-1].ts)
    assert all(map(recent.has, newest))
    assert not any(map(recent.has, late))


def test_twenty_thousand_a_second_stay_small() -> None:
    """The last piece is known in any case: what is read now is known when it comes again at once."""
    recent, held = Recent(), 0
    for number in range(0, 600_000, 5000):
        window = records(5000, number * 50, 50)
        recent.add(window, window[-1].ts)
        held = max(held, sum(len(piece) for piece, _ in recent._pieces))
        assert all(map(recent.has, [window[0], window[-1]]))
    assert held <= MOST + 5000
    assert recent.since > recent.high - REACH

"""Acts are a function of the set of facts: any order, anything twice, and every part of the log is taken as it is."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from told_acts import acts_of, facts_of

SERVER = Path(__file__).parent / "server"
FACTS = facts_of(SERVER / "default.log", SERVER / "default.events.jsonl")
WHOLE = acts_of(FACTS)


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_order_and_doubles(chance: object, extra: int) -> None:
    facts = FACTS + FACTS[: len(FACTS) * extra // 3]
    chance.shuffle(facts)  # type: ignore[attr-defined]
    assert acts_of(facts) == WHOLE


@given(st.integers(0, len(FACTS)), st.integers(0, len(FACTS)))
def test_lines_missing_at_either_end(one: int, other: int) -> None:
    """What is left tells acts of its own part: never two of one, and no removal that did not happen."""
    low, high = sorted((one, other))
    part = acts_of(FACTS[low:high])
    assert len({act.id for act in part}) == len(part)
    gone = {(act.mailbox, act.folder, act.items[0].uid) for act in WHOLE if act.items and act.action in REMOVALS}
    removed = {(act.mailbox, act.folder, act.items[0].uid) for act in part if act.items and act.action in REMOVALS}
    assert removed <= gone


@given(st.sets(st.integers(0, len(FACTS) - 1)))
def test_lines_missing_anywhere(lost: set[int]) -> None:
    part = acts_of([fact for number, fact in enumerate(FACTS) if number not in lost])
    assert len({act.id for act in part}) == len(part)
    assert all(act.mailbox and act.action and act.ts for act in part)


REMOVALS = frozenset(("Move", "MoveToDeletedItems", "SoftDelete", "HardDelete"))

"""Names remembered: none is ever forgotten, and few that were not added are taken for known, however many there are."""

from __future__ import annotations

import random

import numpy as np

from mailwake.store.seen import Seen


def _names(chance: random.Random, count: int) -> list[int]:
    return [chance.getrandbits(64) for _ in range(count)]


def test_many_more_than_the_first_memory_holds() -> None:
    chance = random.Random(7)
    seen, added = Seen(bits=1 << 14), list[int]()
    for count in (0, 1, 100, 500, 3, 600, 1000, 2000, 4000, 9000):
        names = _names(chance, count)
        seen.add(np.array(names + added[:50], dtype=np.uint64))
        added += names
        assert seen.which(np.array(added, dtype=np.uint64)).all()
    others = _names(chance, 20_000)
    known = seen.which(np.array(others, dtype=np.uint64))
    assert known.mean() < 0.01
    assert seen.any_of(others) == [seen.maybe(name) for name in others] == known.tolist()
    assert all(seen.any_of(added))


def test_names_that_come_again_take_no_room() -> None:
    seen = Seen(bits=1 << 14)
    names = np.array(_names(random.Random(8), 300), dtype=np.uint64)
    for _ in range(100):
        seen.add(names)
    others = np.array(_names(random.Random(9), 20_000), dtype=np.uint64)
    assert seen.which(others).mean() < 0.002


def test_nothing_is_known_at_first() -> None:
    seen = Seen()
    assert seen.empty and not seen.maybe(1)
    assert not seen.any_of([1] * 100)[0]

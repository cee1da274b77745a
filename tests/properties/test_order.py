"""The answer does not depend on how the lines came: twice, in other files, in another order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import plain, rows_of
from random_estate import Lines, estates

from mailwake.store.rows import Row

MORE = settings(max_examples=4 * settings().max_examples)


def answer(files: list[list[str]]) -> list[Row]:
    return plain(rows_of(files))


@pytest.mark.pitfall("R07", "T15", "T23")
@MORE
@given(estate=estates, cut=st.floats(0, 1))
def test_twice_and_overlapping(estate: Lines, cut: float) -> None:
    """The same file twice; rotations that overlap; a copy under another name."""
    files = list(estate.values())
    rows = answer(files)
    assert answer(files + files) == rows
    parts = []
    for lines in files:
        place = int(len(lines) * cut)
        parts += [lines[: place + 3], lines[max(0, place - 3) :]]
    assert answer(parts) == rows


@pytest.mark.pitfall("T22", "T04")
@MORE
@given(estate=estates, random_=st.randoms(use_true_random=False))
def test_order_of_hosts_and_equal_times(estate: Lines, random_: random.Random) -> None:
    files = list(estate.values())
    rows = answer(files)
    random_.shuffle(files)
    assert answer(files) == rows, "hosts in another order"
    shuffled = []
    for lines in files:
        lines = lines.copy()
        random_.shuffle(lines)
        lines.sort(key=lambda line: line.partition(" ")[0])
        shuffled.append(lines)
    assert answer(shuffled) == rows, "lines of equal time in another order"


@pytest.mark.pitfall("T04", "T27")
@MORE
@given(estate=estates, random_=st.randoms(use_true_random=False))
def test_interleaving(estate: Lines, random_: random.Random) -> None:
    """All hosts in one file, each host's lines in their order; or all lines at random."""
    rows = answer(list(estate.values()))
    waiting = [list(reversed(lines)) for lines in estate.values()]
    merged = []
    while waiting := [lines for lines in waiting if lines]:
        merged.append(random_.choice(waiting).pop())
    assert answer([merged]) == rows, "interleaved"
    random_.shuffle(merged)
    assert answer([merged]) == rows, "at random"

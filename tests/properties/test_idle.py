"""Journeys let go while they are still open are found again: the answer is that of the files."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import folder, plain, rows_of
from random_estate import Lines, estates
from stores import load, stored, write

from mailwake.trace import settled

FEW = settings(max_examples=max(2, settings().max_examples // 4))


@FEW
@given(estate=estates, window=st.integers(1, 40))
def test_ended_journeys_let_go_at_once(estate: Lines, window: int) -> None:
    """As where there are very many of them."""
    with (
        folder() as place,
        mock.patch.object(settled, "CROWDED", -1),
        mock.patch.object(settled, "CROWDED_AFTER", 0),
    ):
        paths = [write(place / f"{host}.log", lines) for host, lines in estate.items()]
        load(place / "data", paths, window=window)
        assert stored(place / "data")[0] == plain(rows_of(list(estate.values())))


@pytest.mark.pitfall("R07", "D10")
@FEW
@given(estate=estates, window=st.integers(1, 40))
def test_open_journeys_let_go(estate: Lines, window: int) -> None:
    with folder() as place, mock.patch.object(settled, "IDLE_AFTER", -600_000_000):
        paths = [write(place / f"{host}.log", lines) for host, lines in estate.items()]
        load(place / "data", paths, window=window)
        assert stored(place / "data")[0] == plain(rows_of(list(estate.values())))

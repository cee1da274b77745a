"""Two routes of one log, in any order, pieces and number of imports, answer as the better one alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from logs import folder, plain, rows_of
from random_estate import Spec, build
from routes import Shape, journal, whole
from stores import load, stored, write

from mailwake.operations import rebuild

FEW = settings(max_examples=max(4, settings().max_examples // 4))
_SPECS = st.lists(
    st.builds(
        Spec,
        kind=st.sampled_from(["outbound", "two hops", "filtered", "refused", "milter", "deleted"]),
        gap=st.sampled_from([0, 1, 2, 30, 700, 4000]),
        ends=st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple),
        reuse=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def _fine(specs: list[Spec]) -> list[list[str]]:
    """What each host logs, every stamp with its microseconds."""
    return [
        [re.sub(r"^(\S{19})\+", r"\1.000000+", line) for line in lines] for lines in build(specs, micros=True).values()
    ]


@pytest.mark.pitfall("T15")
@settings(max_examples=2 * settings().max_examples)
@given(specs=_SPECS, shape=st.sampled_from([whole, journal]))
def test_two_routes_answer_as_one(specs: list[Spec], shape: Shape) -> None:
    estate = _fine(specs)
    expected = plain(rows_of(estate))
    other = [[shape(line) for line in lines] for lines in estate]
    assert plain(rows_of([*estate, *other])) == expected
    assert plain(rows_of([*other, *estate])) == expected


@pytest.mark.slow
@pytest.mark.pitfall("T15")
@FEW
@given(specs=_SPECS, shape=st.sampled_from([whole, journal]), window=st.integers(1, 40), first=st.booleans())
@example(specs=[Spec("refused", 0, (2,), False), Spec("deleted", 0, (3,), False)], shape=whole, window=1, first=False)
def test_two_routes_into_a_store(specs: list[Spec], shape: Shape, window: int, first: bool) -> None:
    estate = _fine(specs)
    expected = plain(rows_of(estate))
    with folder() as place:
        fine = [write(place / f"fine{number}.log", lines) for number, lines in enumerate(estate)]
        other = [write(place / f"o{number}.log", [*map(shape, lines)]) for number, lines in enumerate(estate)]
        data = place / "data"
        for paths in (fine, other) if first else (other, fine):
            load(data, paths, window=window)
        rows, _ = stored(data)
        assert rows == expected, "one route after the other"
        rebuild.run(data)
        assert stored(data)[0] == expected, "rebuilt"
        load(place / "both", [*fine, *other], window=window)
        assert stored(place / "both")[0] == expected, "both at once"

"""The leg that a filter's record speaks of, among many: the same as if all were looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailwake.events.fact import Fact, Origin
from mailwake.trace.model import Leg
from mailwake.trace.nearest import Nearest

_TIMES = st.integers(1, 40)


def _record(ts: int, host: str) -> Fact:
    return Fact(ts, host, "amavis", 1, "verdict", "1CA6A3A450", {}, "", Origin("mail.log"))


def _leg(first: int, length: int, host: str) -> Leg:
    leg = Leg(host, "1CA6A3A450", first)
    leg.last = first + length
    return leg


def _of_all(legs: list[Leg], fact: Fact) -> Leg | None:
    return min(
        legs,
        key=lambda leg: (
            max(leg.first - fact.ts, fact.ts - leg.last, 0) if fact.ts else 0,
            leg.host != fact.host,
            abs(leg.first - fact.ts),
        ),
        default=None,
    )


@given(
    st.lists(st.tuples(_TIMES, st.integers(0, 20), st.sampled_from("ab")), max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc")), min_size=1, max_size=8),
)
def test_the_same_leg(made: list[tuple[int, int, str]], records: list[tuple[int, str]]) -> None:
    legs = sorted((_leg(*one) for one in made), key=lambda leg: (leg.first, leg.host))
    near = Nearest(legs)
    for ts, host in records:
        assert near.to(_record(ts, host)) is _of_all(legs, _record(ts, host))

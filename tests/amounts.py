"""How much of a long list of cases the quick run takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def few(cases: Iterable[Any], quick: int = 2, *, spread: bool = False) -> list[Any]:
    """Cases for `parametrize`: the first ones always, all of them in the whole run. `spread`: each is a tuple with a
    value for each of several names."""
    values = (case if spread else (case,) for case in cases)
    return [
        pytest.param(*value, marks=() if number < quick else pytest.mark.slow) for number, value in enumerate(values)
    ]

"""How much of a long list of cases the quick run takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def few(cases: Iterable[Any], quick: int = 2) -> list[Any]:
    """Cases for `parametrize`: the first ones always, all of them in the whole run."""
    return [case if number < quick else pytest.param(case, marks=pytest.mark.slow) for number, case in enumerate(cases)]

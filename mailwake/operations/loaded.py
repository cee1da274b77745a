"""What is loaded stays loaded: the collector of cycles has nothing to find there."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@cache
def keep_what_is_loaded() -> None:
    """Once for a process: what is loaded stays to its end. So the collector need not look through all of it whenever a
    large answer makes it look, which takes a twentieth of a second."""
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector: looking through what is being loaded again and again is a tenth of what loading takes."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()

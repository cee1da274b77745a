"""Columns of facts, filled straight from bytes where the native part is there (`events/c`)."""

from __future__ import annotations

from functools import cache
from typing import Any

from mailwake.events.fact import Fact
from mailwake.events.native import native
from mailwake.events.vocabulary import KINDS
from mailwake.ingest.registry import Registry
from mailwake.ingest.runs import Head, Heads, tidy


class Finder:
    """Tells the native part what stands between stamp and message, and which shapes the messages of a program have."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._heads = Heads(registry)

    def __call__(self, text: str) -> tuple[Head, tuple[Any, ...]] | None:
        """What a head says, and the shapes of its program; None when it is none."""
        head = self._heads.known.get(text) or self._heads.learn(text)
        return None if head is None else (head, self.registry.shapes(head[1]))


def columns(
    wanted: frozenset[str], keyed: frozenset[str] = frozenset(), *, sketching: bool = False, expected: int = 0
) -> Any:
    """Empty columns; only where there is a native part.

    wanted: kinds that are to be facts, too; keyed: those of them of which a shape without a key makes none (sessions
    without an id, a third of a log). sketching: most of these are kept without a fact, until `trace.sketched` has told
    which are needed. expected: bytes of text that there will be, about; 0 when that is not known.
    """
    unknown = (wanted | keyed) - KINDS.keys()
    if unknown:
        raise ValueError(f"no such kinds: {', '.join(sorted(unknown))}")
    return native.Columns(Fact, wanted, keyed, _finder(), tidy, sketching, expected)


@cache
def _finder() -> Finder:
    """One for all windows of a process: they have most heads in common."""
    return Finder(Registry())

"""Names under which journeys are remembered once they have left memory, and asked for again: 64-bit numbers.

Of a key at any time; of a key in one span of six hours: short queue IDs are used again after days, and a life that was
born and has ended within the window has nothing to do with one of last week. Of a Message-ID. Of a key that somebody
waits for in a span: a delivery went to that queue ID, of which nothing was seen.

A name is the xxHash64 of the text, plus one constant for what it is of and a multiple of another for the span, modulo
2**64: so that thousands can be made at once, and the engine makes the same ones (see `store.seen`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xxhash import xxh64_intdigest

from mailwake.store.seen import MESSAGE_ID, SPAN, STEP, WAITED

if TYPE_CHECKING:
    import numpy as np

_NEAR = 3_600_000_000
"""Lives of one key this close (µs) to each other are looked at together."""
_MOST = 120
"""Spans of one name: a month."""
_WORD = (1 << 64) - 1


def number(text: str) -> int:
    """The name of a key at any time."""
    return xxh64_intdigest(text.encode("utf-8", "surrogateescape"))


def of_message_id(message_id: str) -> int:
    """The name of a Message-ID (without angle brackets)."""
    return number(message_id) + MESSAGE_ID & _WORD


def asked(key: str, first: int, last: int) -> list[int]:
    """Names that tell, any of them remembered, that there is more to know about a key of this time (µs)."""
    plain = number(key)
    low, high = (first - _NEAR) // SPAN, (last + _NEAR) // SPAN
    found = []
    for span in range(max(low, high - _MOST + 1), high + 1):
        dated = plain + (span + 1) * STEP
        found += [dated & _WORD, dated + WAITED & _WORD]
    return found


class Book:
    """Journeys to be remembered."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.first: list[int] = []
        self.last: list[int] = []
        """Times (µs) of each key's facts."""
        self.message_ids: list[str] = []
        self.waited: list[str] = []
        self.when: list[int] = []
        """Keys that were waited for, and when (µs)."""
        self._plain: np.ndarray | None = None

    def remembered(self) -> np.ndarray:
        """All names to keep."""
        import numpy as np

        plain, waited = self._names_of_keys(), _numbers(self.waited)
        spans = np.array(self.when, dtype=np.int64) // SPAN
        dated, _ = _dated(plain, np.array(self.first, dtype=np.int64), np.array(self.last, dtype=np.int64))
        return np.concatenate(
            [plain, dated, _numbers(self.message_ids) + np.uint64(MESSAGE_ID), _at(waited, spans) + np.uint64(WAITED)]
        )

    def asked(self) -> tuple[np.ndarray, np.ndarray]:
        """The names to ask for about all keys, and for each the place of its key in `keys`."""
        import numpy as np

        first, last = np.array(self.first, dtype=np.int64) - _NEAR, np.array(self.last, dtype=np.int64) + _NEAR
        dated, place = _dated(self._names_of_keys(), first, last)
        return np.concatenate([dated, dated + np.uint64(WAITED)]), np.concatenate([place, place])

    def _names_of_keys(self) -> np.ndarray:
        """Of all keys, which are many; made once."""
        if self._plain is None or len(self._plain) != len(self.keys):
            self._plain = _numbers(self.keys)
        return self._plain


def _numbers(texts: list[str]) -> np.ndarray:
    import numpy as np

    return np.fromiter(map(number, texts), dtype=np.uint64, count=len(texts))


def _at(plain: np.ndarray, spans: np.ndarray) -> np.ndarray:
    import numpy as np

    made: np.ndarray = plain + (spans + 1).astype(np.uint64) * np.uint64(STEP)
    return made


def _dated(plain: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The names of keys in all spans from first to last, and the place of each one's key."""
    import numpy as np

    low, high = first // SPAN, last // SPAN
    low = np.maximum(low, high - _MOST + 1)
    counts = high - low + 1
    place = np.repeat(np.arange(len(plain)), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(place)) - np.repeat(ends - counts, counts)
    return _at(plain[place], low[place] + within), place

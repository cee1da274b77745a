"""A small memory of names: says "certainly not in the store" without asking it (Bloom filters).

32 MiB for the first eight million names, and twice as much as before whenever they are full (two filters hold 25
million in 96 MiB): one question in some 400,000 is asked in vain. Each window of an import asks a hundred thousand, and
what is not ruled out here is looked for in the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwake.events.native import native
from mailwake.store.database import Database

if TYPE_CHECKING:
    import numpy as np

_BITS = 1 << 28
"""Of the first filter."""
_PROBES = 10
_ROOM = 32
"""Bits for each name: a filter is full when a quarter of its bits are marks, and 0.27 ** 10 questions are in vain."""
_FEW = 50
"""Names that are looked up faster one by one than by the dozen."""
_OF_MAIL = (
    "key != '' AND (substring(key, 1, 2) NOT IN ('s:', 'd:', 'o:', 'r:')"
    " OR (startsWith(key, 's:') AND kind IN ('connect', 'tls', 'reject', 'check')))"
)
"""Keys of a trace: not those of mailbox sessions, but those of clients that bring mail, by what is said first."""
SPAN = 21_600_000_000
"""Six hours, in µs: what `trace.names` calls a span."""
STEP, WAITED, MESSAGE_ID = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
"""Constants of names; any odd numbers would do."""


class _Filter:
    """Names as marks among bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bytearray(bits >> 3)
        self.mask = bits - 1
        self.room = bits // _ROOM
        """So many names more."""

    def maybe(self, name: int) -> bool:
        """False when the name was certainly never added."""
        step = name >> 32 | 1
        for _ in range(_PROBES):
            place = name & self.mask
            if not self.bits[place >> 3] >> (place & 7) & 1:
                return False
            name += step
        return True

    def which(self, names: np.ndarray) -> np.ndarray:
        """For each name: False when it was certainly never added."""
        import numpy as np

        if native is not None:
            known = bytearray(len(names))
            native.known(self.bits, np.ascontiguousarray(names), _PROBES, known)
            return np.frombuffer(known, dtype=bool)
        found = np.zeros(len(names), dtype=bool)
        bits, mask = np.frombuffer(self.bits, dtype=np.uint8), np.uint64(self.mask)
        left, step = np.arange(len(names)), names >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):  # most names are ruled out by the first or second
            place = names & mask
            bit = bits[(place >> np.uint64(3)).astype(np.int64)] >> (place & np.uint64(7)).astype(np.uint8)
            marked = (bit & 1).astype(bool)
            left, step = left[marked], step[marked]
            names = names[marked] + step
        found[left] = True
        return found

    def add(self, names: np.ndarray) -> None:
        """Mark names that are new."""
        import numpy as np

        self.room -= len(names)
        if native is not None:
            native.mark(self.bits, np.ascontiguousarray(names), _PROBES)
            return
        bits, mask = np.frombuffer(self.bits, dtype=np.uint8), np.uint64(self.mask)
        step = names >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):
            place = names & mask
            marks = np.left_shift(np.uint8(1), (place & np.uint64(7)).astype(np.uint8))
            _mark(bits, (place >> np.uint64(3)).astype(np.int64), marks)
            names = names + step


def _mark(bits: np.ndarray, places: np.ndarray, marks: np.ndarray) -> None:
    """Set marks at places, of which several may be the same: then one of them wins, and the others are set once more. A
    third of the time of `numpy.bitwise_or.at`."""
    while len(places):
        bits[places] |= marks
        lost = bits[places] & marks == 0
        places, marks = places[lost], marks[lost]


class Seen:
    """Names (64-bit numbers, see `trace.names`) that may be in the store."""

    def __init__(self, bits: int = _BITS) -> None:
        self._filters = [_Filter(bits)]
        self.empty = True

    def maybe(self, name: int) -> bool:
        """False when the name was certainly never added."""
        return not self.empty and any(one.maybe(name) for one in self._filters)

    def any_of(self, names: list[int]) -> list[bool]:
        """For each name: False when it was certainly never added. By the thousand: a tenth of the time of `maybe`."""
        if self.empty or len(names) < _FEW:
            return [self.maybe(name) for name in names]
        import numpy as np

        found: list[bool] = self.which(np.array(names, dtype=np.uint64)).tolist()
        return found

    def load(self, database: Database) -> None:
        """Remember all names in a store, as `trace.names` makes them."""
        import numpy as np

        client = database.client()
        bare = "replaceRegexpOne(message_id, '^<(.*)>$', '\\\\1')"
        queries = (
            f"SELECT DISTINCT xxHash64(key) FROM facts WHERE {_OF_MAIL}",
            f"SELECT DISTINCT xxHash64(key) + {_spans('ts')} FROM facts WHERE {_OF_MAIL}",
            f"SELECT DISTINCT xxHash64({bare}) + toUInt64({MESSAGE_ID}) FROM rows WHERE message_id != ''",
            f"SELECT DISTINCT xxHash64(arrayJoin(keys)) + {_spans('last')} + toUInt64({WAITED}) FROM rows",
        )
        for query in queries:
            with client.query_arrow_stream(query) as stream:
                for block in stream:
                    self.add(block.column(0).to_numpy(zero_copy_only=False).astype(np.uint64))

    def add(self, names: np.ndarray) -> None:
        """Remember names."""
        if not len(names):
            return
        fresh = names[~self.which(names)]
        self.empty = False
        last = self._filters[-1]
        if last.room < len(fresh):
            last = _Filter(2 * (last.mask + 1))
            self._filters.append(last)
        last.add(fresh)

    def which(self, names: np.ndarray) -> np.ndarray:
        """For each name: False when it was certainly never added."""
        import numpy as np

        found = np.zeros(len(names), dtype=bool)
        if not self.empty:
            for one in self._filters:
                found |= one.which(names)
        return found


def _spans(column: str) -> str:
    return f"toUInt64(intDiv(toUnixTimestamp64Micro({column}), {SPAN}) + 1) * toUInt64({STEP})"

"""A fixed-size memory of names: says "certainly not in the store" without asking it (a Bloom filter).

32 MiB for any number of names; with ten million of them one question in 2,700 is asked in vain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwake.store.database import Database

if TYPE_CHECKING:
    import numpy as np

_BITS = 1 << 28
_MASK = _BITS - 1
_PROBES = 4
_FEW = 50
"""Names that are looked up faster one by one than by the dozen."""
_OF_MAIL = "key != '' AND substring(key, 1, 2) NOT IN ('s:', 'd:', 'o:', 'r:')"
"""Keys of a trace: not those of mailbox sessions."""
SPAN = 21_600_000_000
"""Six hours, in µs: what `trace.names` calls a span."""
STEP, WAITED, MESSAGE_ID = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
"""Constants of names; any odd numbers would do."""


class Seen:
    """Names (64-bit numbers, see `trace.names`) that may be in the store."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)
        self.empty = True

    def maybe(self, name: int) -> bool:
        """False when the name was certainly never added."""
        if self.empty:
            return False
        bits = self._bits
        step = name >> 32 | 1
        for _ in range(_PROBES):
            place = name & _MASK
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
            name += step
        return True

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
        import numpy as np

        if not len(names):
            return
        self.empty = False
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        step = names >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):
            place = names & np.uint64(_MASK)
            marks = np.left_shift(np.uint8(1), (place & np.uint64(7)).astype(np.uint8))
            np.bitwise_or.at(bits, (place >> np.uint64(3)).astype(np.int64), marks)
            names = names + step

    def which(self, names: np.ndarray) -> np.ndarray:
        """For each name: False when it was certainly never added."""
        import numpy as np

        found = np.full(len(names), not self.empty)
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        step = names >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):
            place = names & np.uint64(_MASK)
            bit = bits[(place >> np.uint64(3)).astype(np.int64)] >> (place & np.uint64(7)).astype(np.uint8)
            found &= (bit & 1).astype(bool)
            names = names + step
        return found


def _spans(column: str) -> str:
    return f"toUInt64(intDiv(toUnixTimestamp64Micro({column}), {SPAN}) + 1) * toUInt64({STEP})"

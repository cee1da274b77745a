"""A fixed-size memory of names: says "certainly not in the store" without asking it (a Bloom filter).

32 MiB for any number of names; with ten million of them one question in 2,700 is asked in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xxhash import xxh64_intdigest

from mailwake.store.database import Database

if TYPE_CHECKING:
    import numpy as np

_BITS = 1 << 28
_MASK = _BITS - 1
_PROBES = 4


class Seen:
    """Names that may be in the store."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)
        self.empty = True

    def add(self, names: Iterable[str]) -> None:
        """Remember names."""
        bits = self._bits
        for name in names:
            self.empty = False
            number = xxh64_intdigest(name.encode("utf-8", "surrogateescape"))
            step = number >> 32 | 1
            for _ in range(_PROBES):
                place = number & _MASK
                bits[place >> 3] |= 1 << (place & 7)
                number += step

    def maybe(self, name: str) -> bool:
        """False when the name was certainly never added."""
        if self.empty:
            return False
        bits = self._bits
        number = xxh64_intdigest(name.encode("utf-8", "surrogateescape"))
        step = number >> 32 | 1
        for _ in range(_PROBES):
            place = number & _MASK
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
            number += step
        return True

    def load(self, database: Database) -> None:
        """Remember all names in a store, as `trace.names` makes them."""
        import numpy as np

        client = database.client()
        span = "toString(intDiv(toUnixTimestamp64Micro({}), 21600000000))"
        bare = "replaceRegexpOne(message_id, '^<(.*)>$', '\\\\1')"
        queries = (
            "SELECT DISTINCT xxHash64(key) FROM facts WHERE key != ''",
            f"SELECT DISTINCT xxHash64(concat(key, '@', {span.format('ts')})) FROM facts WHERE key != ''",
            f"SELECT DISTINCT xxHash64(concat('i:', {bare})) FROM rows WHERE message_id != ''",
            f"SELECT DISTINCT xxHash64(concat('w:', arrayJoin(keys), '@', {span.format('last')})) FROM rows",
        )
        for query in queries:
            with client.query_arrow_stream(query) as stream:
                for block in stream:
                    self.add_hashes(block.column(0).to_numpy(zero_copy_only=False).astype(np.uint64))

    def add_hashes(self, numbers: np.ndarray) -> None:
        """Remember names by their hashes."""
        import numpy as np

        if not len(numbers):
            return
        self.empty = False
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        step = numbers >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):
            place = numbers & np.uint64(_MASK)
            marks = np.left_shift(np.uint8(1), (place & np.uint64(7)).astype(np.uint8))
            np.bitwise_or.at(bits, (place >> np.uint64(3)).astype(np.int64), marks)
            numbers = numbers + step

    def maybe_hashes(self, numbers: np.ndarray) -> np.ndarray:
        """For each hash of a name: False when the name was certainly never added."""
        import numpy as np

        found = np.full(len(numbers), not self.empty)
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        step = numbers >> np.uint64(32) | np.uint64(1)
        for _ in range(_PROBES):
            place = numbers & np.uint64(_MASK)
            found &= (
                bits[(place >> np.uint64(3)).astype(np.int64)] >> (place & np.uint64(7)).astype(np.uint8) & 1
            ).astype(bool)
            numbers = numbers + step
        return found


def hashes(names: Iterable[str]) -> np.ndarray:
    """Hashes of names, as the engine's xxHash64 makes them."""
    import numpy as np

    return np.fromiter((xxh64_intdigest(name.encode("utf-8", "surrogateescape")) for name in names), dtype=np.uint64)

"""A fixed-size memory of keys: says "certainly not in the store" without asking it (a Bloom filter).

16 MiB for any number of keys; with four million keys one question in 300 is asked in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xxhash import xxh64_intdigest

from mailwake.store.database import Database

if TYPE_CHECKING:
    import numpy as np

_BITS = 1 << 27
_MASK = _BITS - 1


class Seen:
    """Keys that may be in the store."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)
        self.empty = True

    def add(self, keys: Iterable[str]) -> None:
        """Remember keys."""
        bits = self._bits
        for key in keys:
            self.empty = False
            number = xxh64_intdigest(key.encode("utf-8", "surrogateescape"))
            one, two = number & _MASK, number >> 37
            bits[one >> 3] |= 1 << (one & 7)
            bits[two >> 3] |= 1 << (two & 7)

    def maybe(self, key: str) -> bool:
        """False when the key was certainly never added."""
        if self.empty:
            return False
        bits = self._bits
        number = xxh64_intdigest(key.encode("utf-8", "surrogateescape"))
        one, two = number & _MASK, number >> 37
        return bool(bits[one >> 3] >> (one & 7) & 1 and bits[two >> 3] >> (two & 7) & 1)

    def load(self, database: Database) -> None:
        """Remember all keys and Message-IDs of a store."""
        import numpy as np

        client = database.client()
        queries = (
            "SELECT DISTINCT xxHash64(key) FROM facts WHERE key != ''",
            "SELECT DISTINCT xxHash64(concat('i:', message_id)) FROM rows WHERE message_id != ''",
        )
        for query in queries:
            with client.query_arrow_stream(query) as stream:
                for block in stream:
                    self._set(block.column(0).to_numpy(zero_copy_only=False).astype(np.uint64))

    def _set(self, numbers: np.ndarray) -> None:
        import numpy as np

        if not len(numbers):
            return
        self.empty = False
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        for part in (numbers & np.uint64(_MASK), numbers >> np.uint64(37)):
            np.bitwise_or.at(bits, (part >> np.uint64(3)).astype(np.int64), np.left_shift(np.uint8(1), (part & np.uint64(7)).astype(np.uint8)))

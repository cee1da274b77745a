"""What answers questions: a store, or log files read on the spot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from mailwake.events.fact import Fact
from mailwake.store.query import NEWEST, Cursor, Node, Order
from mailwake.store.rows import Row


class Records(Protocol):
    """Rows, and the facts behind them."""

    def search(self, node: Node, limit: int, cursor: Cursor | None = None, *, since: int | None = None) -> list[Row]:
        """Rows that meet the question, newest first, after the cursor; at most limit.

        since: a lower bound of `received` (µs) that the question has anyway; it only saves work.
        """

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        """All facts filed under any of the keys, in order of time; of a span of time (µs, inclusive) if it is given."""


class Backend(Records, Protocol):
    """Rows and facts, wherever they come from."""

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        """As `Records`, in any order."""

    def filed(self, keys: Iterable[str], low: int, high: int) -> list[tuple[str, Fact]]:
        """The same facts, each with the key that it is filed under."""

    def beside(self, spans: Sequence[tuple[Fact, int, int]], door: tuple[str, str, int, int] | None) -> list[Fact]:
        """What the processes that logged these facts logged in these spans (from, to in µs) and what is filed under no
        key: connects, TLS, failures without a queue ID.

        door: also what postscreen and policy services logged on a host of a client's address, in a span: they are other
        processes, and name no ids.
        """

    def client(self, ip: str, kinds: frozenset[str], limit: int) -> list[Fact]:
        """The newest facts of these kinds that name a client, at most about limit, in any order."""

    def gaps(self, low: int | None, high: int | None, hosts: Collection[str] | None = None) -> list[str]:
        """What the logs lack of this time (µs UTC, None for no bound), in sentences; hosts: only silences of these."""

    def close(self) -> None:
        """Let go of the store."""

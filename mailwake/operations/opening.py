"""Opening what answers questions: the store of a data directory, or log files read on the spot."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from mailwake.events.fact import Fact
from mailwake.operations.backend import Backend
from mailwake.operations.inputs import Reader, gather
from mailwake.operations.reviving import StoredReviver
from mailwake.store.order import place_at, place_of
from mailwake.store.query import NEWEST, Cursor, Node, Order
from mailwake.store.rows import Row
from mailwake.trace.match import Predicate, predicate
from mailwake.trace.workset import Workset

if TYPE_CHECKING:
    from mailwake.store.database import Database


def open_backend(
    data_dir: Path, in_files: tuple[str, ...] = (), zone: str | None = None, year: int | None = None
) -> Backend:
    """The backend for a command. Raises StoreError, InputError, ValueError (an unknown zone)."""
    if in_files:
        return FileBackend(in_files, zone, year)
    from mailwake.store.database import Database

    return StoreBackend(Database(data_dir, create=False))


class FileBackend:
    """Answers straight from log files, in memory."""

    def __init__(self, paths: tuple[str, ...], zone: str | None = None, year: int | None = None) -> None:
        workset = Workset()
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        self._sessions: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
        self._doors: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        gc.disable()
        try:
            with ExitStack() as stack:
                inputs, notes = gather(paths, stack)
                reader = Reader(inputs, zone=zone, year=year)
                seen: set[tuple[int, str, str, int, str]] = set()
                for piece in reader:
                    fresh = []
                    for fact in piece.batch.facts:
                        identity = (fact.ts, fact.host, fact.program, fact.pid, fact.raw)
                        if identity not in seen:
                            seen.add(identity)
                            fresh.append(fact)
                    for fact, key in zip(fresh, workset.add(fresh), strict=True):
                        if key:
                            self._facts[key].append(fact)
                        if fact.kind == "postscreen" or (fact.kind == "policy" and not key):
                            self._doors[fact.host, fact.fields.get("client_ip", "")].append(fact)
                        elif fact.pid:
                            self._sessions[fact.host, fact.program, fact.pid].append(fact)
                self.account = reader.account
                for text in notes:
                    self.account.note(text)
            self._rows = [row for _, rows in workset.flush() for row in rows]
        finally:
            gc.enable()
        self._rows.sort(key=_place, reverse=True)

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        """See `Backend`."""
        test = predicate(node)
        if order != NEWEST:
            return self._sorted(test, limit, cursor, order)
        found: list[Row] = []
        start = 0
        if cursor is not None:
            place = (cursor.received, cursor.trace_id, cursor.leaf)
            start = next((i for i, row in enumerate(self._rows) if _place(row) < place), len(self._rows))
        for row in self._rows[start:]:
            if test(row):
                found.append(row)
                if len(found) == limit:
                    break
        return found

    def _sorted(self, test: Predicate, limit: int, cursor: Cursor | None, order: Order) -> list[Row]:
        found = sorted(filter(test, self._rows), key=lambda row: place_of(row, order), reverse=order.descending)
        if cursor is not None:
            last = place_at(cursor, order)
            behind = [place_of(row, order) < last if order.descending else place_of(row, order) > last for row in found]
            found = list(compress(found, behind))
        return found[:limit]

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        """See `Backend`."""
        found = [fact for key in set(keys) for fact in self._facts.get(key, ())]
        if low is not None and high is not None:
            found = [fact for fact in found if low <= fact.ts <= high]
        return sorted(found, key=lambda fact: fact.ts)

    def filed(self, keys: Iterable[str], low: int, high: int) -> list[tuple[str, Fact]]:
        """See `Backend`."""
        found = [(key, fact) for key in set(keys) for fact in self._facts.get(key, ()) if low <= fact.ts <= high]
        return sorted(found, key=lambda pair: pair[1].ts)

    def beside(self, spans: Sequence[tuple[Fact, int, int]], door: tuple[str, str, int, int] | None) -> list[Fact]:
        """See `Backend`."""
        found: dict[int, Fact] = {}
        for fact, low, high in spans:
            for other in self._sessions.get((fact.host, fact.program, fact.pid), ()):
                if low <= other.ts <= high and not other.key:
                    found[id(other)] = other
        if door is not None:
            host, ip, low, high = door
            found |= {id(fact): fact for fact in self._doors.get((host, ip), ()) if low <= fact.ts <= high}
        return list(found.values())

    def client(self, ip: str, kinds: frozenset[str], limit: int) -> list[Fact]:
        """See `Backend`."""
        places = (*self._sessions.values(), *self._doors.values())
        facts = [fact for known in places for fact in known if fact.kind in kinds]
        found = [fact for fact in facts if fact.fields.get("client_ip") == ip]
        return sorted(found, key=lambda fact: -fact.ts)[:limit]

    def gaps(self, low: int | None, high: int | None, hosts: Collection[str] | None = None) -> list[str]:
        """See `Backend`: what files lack is in their account."""
        return []

    def close(self) -> None:
        """Nothing to let go of."""


class StoreBackend:
    """Answers from the store of a data directory."""

    def __init__(self, database: Database) -> None:
        self.database = database
        """The open store."""
        self._revive = StoredReviver()

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        """See `Backend`."""
        from mailwake.store import journeys

        return journeys.search(self.database, node, limit, cursor, since=since, order=order)

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        """See `Backend`."""
        from mailwake.store import facts

        return [self._revive(stored) for stored in facts.by_keys(self.database, keys, low, high)]

    def filed(self, keys: Iterable[str], low: int, high: int) -> list[tuple[str, Fact]]:
        """See `Backend`."""
        from mailwake.store import facts

        return [(stored.key, self._revive(stored)) for stored in facts.by_keys(self.database, keys, low, high)]

    def beside(self, spans: Sequence[tuple[Fact, int, int]], door: tuple[str, str, int, int] | None) -> list[Fact]:
        """See `Backend`."""
        from mailwake.store import facts

        processes = [(fact.host, fact.program, fact.pid, low, high) for fact, low, high in spans]
        return [self._revive(stored) for stored in facts.beside(self.database, processes, door)]

    def client(self, ip: str, kinds: frozenset[str], limit: int) -> list[Fact]:
        """See `Backend`."""
        from mailwake.store import facts

        found = map(self._revive, facts.naming(self.database, ip, kinds, limit))
        return [fact for fact in found if fact.fields.get("client_ip") == ip]

    def gaps(self, low: int | None, high: int | None, hosts: Collection[str] | None = None) -> list[str]:
        """See `Backend`."""
        from mailwake.operations import gaps

        return gaps.notes(self.database, low, high, hosts=hosts)

    def close(self) -> None:
        """Let other processes in."""
        self.database.close()


def _place(row: Row) -> tuple[int, str, int]:
    return row.received, row.trace_id, row.leaf

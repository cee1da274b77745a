"""Facts to stored facts and rows, window by window: what an import, a rebuild and later live ingest do.

Per window: the facts are filed, what the store knows of the journeys they touch is recalled, the journeys are computed
from all their facts, and facts and rows are handed to the writer. Rows that a journey no longer has are struck out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import compress
from typing import NamedTuple

from mailwake.events.fact import NO_TIME, Fact
from mailwake.operations.audit_filing import NOTHING, Filed, file
from mailwake.operations.beside import behind, beside
from mailwake.operations.parallel import Reaped
from mailwake.operations.recent import REACH, Recent
from mailwake.store import facts as stored_facts
from mailwake.store import journeys
from mailwake.store.database import Database
from mailwake.store.facts import Stored
from mailwake.store.rows import Row
from mailwake.store.seen import Seen
from mailwake.trace.doors import SESSION
from mailwake.trace.keys import is_name
from mailwake.trace.names import of_message_id
from mailwake.trace.workset import Workset

Revive = Callable[[Stored], Fact]
"""Reads a stored record again: what it says is a function of its raw text."""


class Window(NamedTuple):
    """What one window adds to the store."""

    facts: list[Fact]
    keys: list[str]
    overlapping: bool
    """The store may have some of these facts already."""
    rows: list[Row]
    struck: list[Row]
    """Rows that are no more."""
    filed: Filed = NOTHING
    """What is to be noted for auditing."""


class Correlator:
    """Correlates facts against what a store has. One thread uses it; it reads the store but never writes."""

    def __init__(self, database: Database, revive: Revive, table: str = "rows") -> None:
        """table: where the rows are, `rows` or, for a rebuild, the table that will replace it."""
        self._database = database
        self._revive = revive
        self._table = table
        self._workset = Workset()
        self._seen = Seen()
        self._placed: dict[str, list[Row]] = {}
        """Rows already written of journeys that are still in hand, by the first of their keys."""
        self._retracted: set[str] = set()
        self._recent = Recent()
        self._occupied: tuple[int, int] | None = None
        self._asked_gates: set[str] = set()
        self.before_reading: Callable[[], None] = _nothing
        """Called before the store is read: lets what was handed to the writer be written first."""
        self.several_routes = False
        """What is read may hold records twice, by two routes of the log: earlier windows may have the twins."""
        if table == "rows":
            self._prepare(database)

    def _prepare(self, database: Database) -> None:
        if stored_facts.is_empty(database):
            return
        self._seen.load(database)
        self._occupied = stored_facts.span(database)
        orders = [self._revive(stored) for stored in stored_facts.orders(database)]
        self._workset.add(orders)
        self._recall_open({order.host for order in orders})

    def _recall_open(self, hosts: set[str]) -> None:
        """Fetch what is still queued on hosts where an order named no queue ID: it may have taken these."""
        if hosts:
            self.before_reading()
            self._workset.note_deleted(map(self._revive, stored_facts.deletions(self._database, hosts)))
            self._merge(journeys.open_keys(self._database, hosts, self._table))

    def window(self, facts: list[Fact], watermark: int) -> Window:
        """Take in facts; watermark: all sources have been read up to this time (µs)."""
        fresh, overlapping = self._without_doubles(facts)
        keys = self._workset.add(fresh, again=overlapping)
        filed = file(fresh, keys)
        again = self._beside(fresh) if overlapping or self.several_routes or self._reaches(fresh) else set()
        rows, struck = self._settle(fresh, watermark, again)
        return Window(fresh, keys, overlapping, rows, struck, filed)

    def leftovers(self, made: Reaped) -> Window:
        """Take in what a harvested window left over; its facts are written already.

        Journeys that were thought whole and are spoken of elsewhere are recalled and computed again.
        """
        seen, workset = self._seen, self._workset
        again = {key for key in made.whole if workset.mentions(key)}
        again.update(made.whole[number] for number in made.asked_for[seen.which(made.asked)])
        seen.add(made.kept)
        workset.add(made.left)
        again |= self._beside(made.left) if self._reaches(made.left) else set()
        rows, struck = self._settle(made.left, made.low, again)
        return Window([], [], False, rows, struck)

    def retract(self, keys: set[str]) -> None:
        """Facts under these keys were taken back from the store: their journeys are computed again with the next
        window."""
        self._retracted |= keys

    def knows_since(self, time: int) -> bool:
        """Whether the store had facts of this time (µs) or later when the work began."""
        return self._occupied is not None and self._occupied[1] >= time

    def passes(self, low: int, high: int) -> bool:
        """Note the times (µs) of a window; whether it goes back behind what was read before."""
        back = bool(low) and low < self._recent.high - REACH
        self._recent.high = max(self._recent.high, high)
        return back or not low

    def _settle(self, facts: list[Fact], watermark: int, again: set[str]) -> tuple[list[Row], list[Row]]:
        """Rows of all touched journeys, and those to strike out."""
        old: dict[tuple[int, str, int], Row] = {}
        if not self._seen.empty:
            self._recall_open({fact.host for fact in facts if fact.kind == "queue_action" and not fact.key})
            old = self._recall(again | self._retracted | self._behind_gates())
            self._retracted = set()
        rows: list[Row] = []
        struck: list[Row] = []
        written: list[tuple[str, list[Row]]] = []
        for members, made in self._workset.flush():
            self._compare(members, made, old, struck)
            rows.extend(made)
            if members:
                written.append((min(members), made))
        struck.extend(old.values())
        struck.extend(self._workset.struck)
        gone = self._workset.forget(watermark - self._workset.settled_after)
        self._seen.add(gone.remembered())
        for key in gone.keys:
            self._placed.pop(key, None)
        for key, made in written:
            if self._workset.known(key):
                self._placed[key] = made
        return rows, struck

    def _reaches(self, facts: list[Fact]) -> bool:
        """Whether what the store had when the work began may be of the same sessions as these facts."""
        if self._occupied is None:
            return False
        low, high = self._occupied
        return any(low - SESSION <= fact.ts <= high + SESSION for fact in facts)

    def _beside(self, facts: list[Fact]) -> set[str]:
        """Keys of stored journeys that these facts belong to by process and time alone."""
        self.before_reading()
        return beside(self._workset, self._database, self._revive, facts)

    def _behind_gates(self) -> set[str]:
        """Keys of stored messages that rules in hand acted on before they had a queue ID."""
        gates = [gate for gate in self._workset.gates() if gate.raw not in self._asked_gates]
        if not gates:
            return set()
        self._asked_gates.update(gate.raw for gate in gates)
        self.before_reading()
        return behind(gates, self._database)

    def _without_doubles(self, facts: list[Fact]) -> tuple[list[Fact], bool]:
        """Facts without those read a moment ago; and whether the store may have some from before."""
        times = [fact.ts for fact in facts if fact.ts]
        low, high = (min(times), max(times)) if times else (NO_TIME, NO_TIME)
        texts = {fact.raw for fact in facts}
        if len(texts) != len(facts) or self._recent.has_any(texts):
            facts = self._first_ones(facts)
        back = bool(times) and low < self._recent.since
        occupied = self._occupied is not None and low <= self._occupied[1] and high >= self._occupied[0]
        overlapping = back or occupied or len(times) < len(facts)
        self._recent.add(facts, high)
        return facts, overlapping

    def _first_ones(self, facts: list[Fact]) -> list[Fact]:
        seen: set[tuple[int, str, str, int, str]] = set()
        kept = []
        for fact in facts:
            identity = (fact.ts, fact.host, fact.program, fact.pid, fact.raw)
            if identity not in seen and not self._recent.has(fact):
                seen.add(identity)
                kept.append(fact)
        return kept

    def _recall(self, again: set[str]) -> dict[tuple[int, str, int], Row]:
        """Fetch what the store has of the touched journeys; give the rows that it shows for them, by place."""
        old: dict[tuple[int, str, int], Row] = {}
        asked: set[str] = set()
        wanted = set(again)
        while True:
            wanted.update(self._maybe_stored(self._workset.touched() - asked))
            wanted.update(self._of_message_ids(asked))
            wanted -= asked
            if not wanted:
                return old
            self.before_reading()
            asked |= wanted
            self._merge(wanted)
            # A queue ID of which there are no facts (another site's) joins nothing that speaks of it; a name does.
            filed = {key for key in wanted if key in again or self._workset.known(key) or is_name(key)}
            wanted = set()
            for row in journeys.touching(self._database, filed, self._table):
                old[row.received, row.trace_id, row.leaf] = row
                wanted.update({*row.keys, *row.queue_ids} - asked)

    def _maybe_stored(self, keys: set[str]) -> set[str]:
        """Those of which the store may know more than what is in hand."""
        names: list[int] = []
        whose: list[str] = []
        for key in keys:
            questions = self._workset.questions(key)
            names += questions
            whose += [key] * len(questions)
        return set(compress(whose, self._seen.any_of(names)))

    def _of_message_ids(self, asked: set[str]) -> set[str]:
        """Keys of stored journeys that touched ones may continue, or that may continue them, by Message-ID."""
        touched = [one for one in self._workset.touched_message_ids() if f"i:{one}" not in asked]
        hits = set(compress(touched, self._seen.any_of(list(map(of_message_id, touched)))))
        asked.update(f"i:{one}" for one in hits)
        if not hits:
            return set()
        self.before_reading()
        rows = journeys.by_message_ids(self._database, hits, self._table)
        return {key for row in rows for key in (*row.keys, *row.queue_ids)}

    def _merge(self, keys: set[str]) -> None:
        found: dict[str, list[Fact]] = defaultdict(list)
        for stored in stored_facts.by_keys(self._database, keys):
            found[stored.key].append(self._revive(stored))
        for key, facts in found.items():
            self._workset.merge(key, facts)

    def _compare(
        self, members: set[str], made: list[Row], old: dict[tuple[int, str, int], Row], struck: list[Row]
    ) -> None:
        """Strike out rows of this journey, written before, that it no longer has."""
        places = {(row.received, row.trace_id, row.leaf) for row in made}
        for place in places:
            old.pop(place, None)
        for member in members:
            for row in self._placed.pop(member, ()):
                if (row.received, row.trace_id, row.leaf) not in places:
                    struck.append(row)


def _nothing() -> None:
    pass

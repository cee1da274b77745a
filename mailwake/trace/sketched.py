"""Journeys and refusals told from records that never became facts (docs/decisions/0033).

The native part keeps the commonest records of a window as what their lines say (`events/c`). Of these it makes the rows
of plain journeys and of refusals without a queue ID, as `trace.plain` and `trace.refusals` lay down; here it is told
what all other records, of which there are facts, have to do with them. Of what is left over facts are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from mailwake.events.fact import Fact
from mailwake.trace.buckets import FILING, MENTIONING, REFUSAL, mentions
from mailwake.trace.doors import is_gate
from mailwake.trace.fate import OUTCOMES, of_folder
from mailwake.trace.heads import direction
from mailwake.trace.keys import fact_key
from mailwake.trace.learning import bare_id
from mailwake.trace.links import AFTER, BEFORE
from mailwake.trace.model import PROVEN
from mailwake.trace.names import Book
from mailwake.trace.origins import is_internal
from mailwake.trace.refusals import MAX_TEXT
from mailwake.trace.twins import route

_STATUS = {"Deferred": "Pending", "Greylisted": "Pending", "Rejected": "Failed", "Expanded": "Expanded"}
"""Status of these details; what is delivered is "Delivered"."""
_ENDS = {
    detail: (
        _STATUS.get(detail, "Delivered"),
        detail,
        OUTCOMES.get(detail, "received"),
        direction(False, detail),
        direction(True, detail),
    )
    for detail in ("Delivered", "Relayed", "Junk", *_STATUS)
}
"""Status, detail, outcome; direction of what came from outside, and from us."""
_internal: dict[str, bool] = {}
_folders: dict[str, str] = {}
"""What was asked before."""
_MOST = 100_000
"""Answers kept."""


class Told(NamedTuple):
    """What was told without facts."""

    rows: int
    """How many rows: `store.journeys` makes columns of them, together with those of all others."""
    book: Book
    """The journeys among them, to be remembered by."""
    apart: list[Fact]
    """Facts of these that auditing makes acts of: those of mail from somebody who logged in, but for what became of
    it."""
    keys: list[str]
    """Their keys."""


def tell(taken: Any, late: int) -> Told:
    """Tell what can be told of a window in columns; from then on its `facts` are those of all other records.

    taken: from `ingest.columns`, sketching. late: how much earlier (µs) than its arrival something may be said of a
    message without anybody else taking an interest in it.
    """
    others = _Others(taken.facts)
    for answers in (_internal, _folders):
        if len(answers) > _MOST:
            answers.clear()
    rules = (is_internal, _internal, of_folder, _folders, _ENDS, PROVEN, MAX_TEXT, late, BEFORE, AFTER)
    book = Book()
    rows, book.keys, book.first, book.last, book.message_ids, book.waited, book.when, apart, keys = taken.plain(
        rules, others.filed, others.spoken, others.message_ids, not others.gates, others.route
    )
    return Told(rows, book, apart, keys)


class _Others:
    """What records that have facts say of those that have none."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.filed: list[str] = []
        """Keys that they are filed under."""
        self.spoken: list[str] = []
        """Keys that they speak of."""
        self.message_ids: list[str] = []
        self.gates = False
        """Whether a rule acts on a message that is known by its time and place alone."""
        routes: set[str] = set()
        for fact in facts:
            filing = FILING.get(fact[4])
            if filing is None:
                continue
            key = fact_key(fact)
            if key:
                self.filed.append(key)
            if filing >= MENTIONING or filing == REFUSAL:
                self.spoken += mentions(fact)
            message_id = fact[6].get("message_id")
            if message_id:
                self.message_ids += (bare_id(message_id), message_id.strip("<>"))
            if fact[4] in ("reject", "check") and not fact[5]:
                routes.add(route(fact))
                self.gates = self.gates or is_gate(fact)
        self.route: str | None = None if len(routes) > 1 else "".join(routes)
        """By which refusals without a queue ID came; None: by several."""

"""Time the questions people ask, in one process, on a store that is there: `query.py --data-dir DIR`.

Values are drawn from the store's own rows, distinct within a question, so that no answer comes from a cache of the same
question; the first runs of each question are thrown away (warm). p50 and p95 in milliseconds. Several `--data-dir`
(say of 1, 10 and 50 million facts) give one column each and the growth between them.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from mailwake.operations.backend import Backend
from mailwake.operations.criteria import Criteria as AskedFor
from mailwake.operations.criteria import to_node
from mailwake.operations.cursors import cursor as place_of
from mailwake.operations.cursors import token
from mailwake.operations.opening import open_backend
from mailwake.operations.records import record
from mailwake.operations.show import show as story
from mailwake.operations.trace import TraceQuestion, trace

Criteria = dict[str, Any]
Row = Mapping[str, Any]

WARM = 5
"""Runs of each question that are not counted."""
SAMPLE_PAGES = 400
"""So many pages at most are read to find values."""


# -- the product: the only functions that know it ----------------------------------------------------------------------


def open_store(data_dir: Path) -> Backend:
    """The open store of a data directory."""
    return open_backend(data_dir)


def close_store(store: Backend) -> None:
    """Close it, threads joined: the embedded engine opens one path at a time."""
    store.close()


def ask(store: Backend, criteria: Criteria) -> tuple[list[Row], str | None]:
    """One page of a trace, newest first, and the cursor of the next.

    criteria: message_id, queue_id, recipient, sender (wildcards `*@domain`), subject, client_ip, status, since, until
    (ISO 8601), limit, cursor.
    """
    given = {name: value for name, value in criteria.items() if value is not None}
    since, until = (_micros(given.get(name)) for name in ("since", "until"))
    several = {_MANY[name]: (value,) for name, value in given.items() if name in _MANY}
    node = to_node(AskedFor(since=since, until=until, **several))
    cursor = place_of(given["cursor"]) if "cursor" in given else None
    answer = trace(store, TraceQuestion(node, given.get("limit", 100), cursor, since))
    return [record(row) for row in answer.rows], token(answer.next_cursor) if answer.next_cursor else None


def show(store: Backend, trace_id: str) -> object:
    """One message's whole story."""
    return story(store, trace_id)


_MANY = {
    "message_id": "message_ids",
    "queue_id": "queue_ids",
    "recipient": "recipients",
    "sender": "senders",
    "subject": "subject_words",
    "client_ip": "client_ips",
    "status": "statuses",
}


def _micros(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1_000_000)


# -- values ------------------------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """What is timed: `values` are drawn beforehand, `run` is one question."""

    name: str
    values: list[Any]
    run: Callable[[Any, Any], object]


class Sampled(NamedTuple):
    """Rows of the store to draw values from, and cursors that were met on the way."""

    rows: list[Row]
    cursors: list[str]


def sample(store: Any, pages: int = SAMPLE_PAGES, spread: int = 20) -> Sampled:
    """Rows from the newest page on, in jumps over the whole time that the store covers."""
    rows: list[Row] = []
    cursors: list[str] = []
    cursor: str | None = None
    for _ in range(pages // spread):
        page, cursor = ask(store, {"limit": 100, "cursor": cursor})
        rows += page
        if cursor is None:
            break
        cursors.append(cursor)
    oldest, newest = _span(store, rows)
    for n in range(spread):
        until = _iso(newest - (newest - oldest) * n / spread)
        page, cursor = ask(store, {"limit": 100, "until": until})
        rows += page
        if cursor is not None:
            cursors.append(cursor)
    return Sampled(rows, cursors)


def _span(store: Any, rows: Sequence[Row]) -> tuple[float, float]:
    """Seconds of the oldest and the newest row: reaches further back until nothing older is found."""
    newest = max(_seconds(row) for row in rows)
    oldest, step = min(_seconds(row) for row in rows), 3600.0
    while step < 86_400 * 400:
        page, _ = ask(store, {"limit": 1, "until": _iso(newest - step)})
        if not page:
            break
        oldest = min(oldest, _seconds(page[0]))
        step *= 1.5
    return oldest, newest


def _seconds(row: Row) -> float:
    return datetime.fromisoformat(str(row["Received"])).timestamp()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def distinct(values: Iterable[Any], count: int, rnd: Random) -> list[Any]:
    """Up to count different values, none of them empty, in random order."""
    found = list(dict.fromkeys(value for value in values if value))
    rnd.shuffle(found)
    return found[:count]


def words(rows: Iterable[Row]) -> list[str]:
    """Words of the subjects."""
    return [word for row in rows for word in re.findall(r"[^\W\d_]{4,}", str(row.get("Subject") or ""))]


def questions(sampled: Sampled, count: int, rnd: Random) -> list[Question]:
    """Every question that the acceptance list names, each with its values."""
    rows = sampled.rows

    def by(name: str, key: str, values: Iterable[Any], **more: Any) -> Question:
        return Question(name, distinct(values, count, rnd), lambda s, v: ask(s, {key: v, "limit": 100, **more}))

    day = max(str(row["Received"]) for row in rows)[:10]
    newest = [_iso(max(map(_seconds, rows)) - n * 0.001) for n in range(count)]
    return [
        by("Message-ID", "message_id", (row.get("MessageId") for row in rows)),
        by("queue ID", "queue_id", (qid for row in rows for qid in row.get("QueueIds") or ())),
        by("recipient", "recipient", (row.get("RecipientAddress") for row in rows)),
        by("sender", "sender", (row.get("SenderAddress") for row in rows)),
        by("sender domain", "sender", ("*" + _domain(row) for row in rows if _domain(row))),
        by("subject word", "subject", words(rows)),
        by("client IP", "client_ip", (row.get("FromIP") for row in rows)),
        by("recipient that is not there", "recipient", (f"nobody{n}@nowhere.example" for n in range(count))),
        by("failed today", "until", newest, status="Failed", since=f"{day}T00:00:00+00:00"),
        by("newest page", "until", newest),
        by("second page", "cursor", sampled.cursors),
        Question("show", distinct((row.get("MessageTraceId") for row in rows), count, rnd), show),
    ]


def _domain(row: Row) -> str:
    _, at, domain = str(row.get("SenderAddress") or "").rpartition("@")
    return at + domain


# -- measuring ---------------------------------------------------------------------------------------------------------


class Timing(NamedTuple):
    """What one question took, milliseconds."""

    name: str
    runs: int
    values: int
    p50: float
    p95: float
    worst: float


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that at least `share` of all do not exceed."""
    return sorted_values[max(math.ceil(share * len(sorted_values)) - 1, 0)]


Clock = Callable[[], float]
"""Seconds: `time.perf_counter`, or `time.process_time` for processor time of all threads, on a machine that is busy."""


def time_question(store: Any, question: Question, runs: int, clock: Clock = time.perf_counter) -> Timing | None:
    """Run it with one value after the other; None when the store has no value for it."""
    if not question.values:
        return None
    values = [question.values[n % len(question.values)] for n in range(WARM + runs)]
    took: list[float] = []
    for value in values:
        began = clock()
        question.run(store, value)
        took.append((clock() - began) * 1000)
    took = sorted(took[WARM:])
    different = len(dict.fromkeys(map(str, values[WARM:])))
    return Timing(question.name, runs, different, percentile(took, 0.5), percentile(took, 0.95), took[-1])


def measure(data_dir: Path, runs: int, seed: int, clock: Clock = time.perf_counter) -> list[Timing]:
    """All questions on one store, one after the other; the order differs from store to store by the seed only."""
    store = open_store(data_dir)
    found = questions(sample(store), runs + WARM, Random(seed))
    timings = {question.name: time_question(store, question, runs, clock) for question in found}
    close_store(store)
    for name, timing in timings.items():
        if timing is None:
            print(f"{name}: the store has no value to ask for", file=sys.stderr)
    return [timing for timing in timings.values() if timing]


def table(results: Mapping[str, Sequence[Timing]], limit: float) -> str:
    """Markdown: a row a question, p50 / p95 a store, and what exceeds the limit in bold."""
    names = list(dict.fromkeys(t.name for timings in results.values() for t in timings))
    rows = [
        "| question | runs (values) |" + "".join(f" {label} p50 / p95 ms |" for label in results) + " growth of p95 |"
    ]
    rows.append("|---|---|" + "---|" * (len(results) + 1))
    for name in names:
        found = [next((t for t in timings if t.name == name), None) for timings in results.values()]
        first = next(t for t in found if t)
        cells = [
            f" {t.p50:.1f} / {f'**{t.p95:.1f}**' if t.p95 > limit else f'{t.p95:.1f}'} |" if t else " - |"
            for t in found
        ]
        last = found[-1]
        growth = f"{last.p95 / first.p95:.1f}x" if last and len(found) > 1 else "-"
        rows.append(f"| {name} | {first.runs} ({first.values}) |" + "".join(cells) + f" {growth} |")
    return "\n".join(rows) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data-dir", type=Path, action="append", required=True, help="repeat it to see the growth")
    parser.add_argument("--runs", type=int, default=60, help="counted runs of each question (60; at least 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=100, help="p95 above so many ms is marked and fails (100)")
    parser.add_argument("--cpu", action="store_true", help="measure processor time, for a machine that is busy")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    if given.runs < 50:
        parser.error("--runs must be at least 50")
    clock = time.process_time if given.cpu else time.perf_counter
    results = {str(path.name): measure(path, given.runs, given.seed, clock) for path in given.data_dir}
    print(table(results, given.limit))
    if given.json:
        given.json.write_text(json.dumps({k: [t._asdict() for t in v] for k, v in results.items()}, indent=1) + "\n")
    return 1 if any(t.p95 > given.limit for timings in results.values() for t in timings) else 0


if __name__ == "__main__":
    sys.exit(main())

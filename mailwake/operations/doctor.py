"""`mailwake doctor`: is the store sound, and what should its keeper know?"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mailwake.operations import gaps, skew
from mailwake.operations.opening import StoreBackend
from mailwake.operations.unknown import clusters
from mailwake.sources.api import found
from mailwake.store import facts, health
from mailwake.store.database import Database
from mailwake.store.errors import StoreError

_DAY = 86_400_000_000
_LEAST_FREE = 1 << 30
_MANY_UNKNOWN = 0.005


class Finding(NamedTuple):
    """One thing to know. tone: good, wait (worth a look) or bad (broken)."""

    tone: str
    text: str
    hint: str = ""


def run(data_dir: Path) -> list[Finding]:
    """All findings for a data directory; what keeps the store from opening is a finding too."""
    try:
        database = Database(data_dir, create=False)
    except StoreError as error:
        return [Finding("bad", str(error), error.hint)]
    with database:
        return [*_engine(database), *_space(data_dir, database), *_sources(), *_content(database)]


def _sources() -> Iterator[Finding]:
    for fault in found()[1]:
        yield Finding("bad", fault, "update that package, or remove it; its lines are not understood meanwhile")


def _engine(database: Database) -> Iterator[Finding]:
    yield Finding("good", f"{database.path}: the store opens (engine {health.version(database)})")
    broken = health.broken_tables(database)
    for name in broken:
        yield Finding(
            "bad",
            f"table {name} does not pass its check",
            "restore the data directory, or import the logs again into a new one",
        )
    if not broken:
        yield Finding("good", "all tables pass their checksums")


def _space(data_dir: Path, database: Database) -> Iterator[Finding]:
    used = health.bytes_on_disk(database)
    total = sum(used.values())
    lines = max(health.rows_of(database, "facts"), 1)
    yield Finding(
        "good",
        f"{total / 1e6:,.1f} MB on disk for {lines:,} log lines ({total / lines:.1f} bytes a line, indexes included)",
    )
    free = shutil.disk_usage(data_dir).free
    if free < max(_LEAST_FREE, total // 2):
        yield Finding(
            "wait",
            f"{free / 1e6:,.0f} MB are free",
            "a full disk stops imports (nothing is lost): make room, or move the data directory",
        )


def _content(database: Database) -> Iterator[Finding]:
    spans: dict[str, tuple[int, int]] = {}
    total: dict[str, int] = defaultdict(int)
    for host, kind, count, first, last in facts.counts(database):
        total[kind] += count
        if first > 0:
            low, high = spans.get(host, (first, last))
            spans[host] = (min(low, first), max(high, last))
    if not total:
        yield Finding("wait", "the store is empty", "import logs: mailwake import FILE...")
        return
    newest = max((high for _, high in spans.values()), default=0)
    for host, (low, high) in sorted(spans.items()):
        tone = "wait" if newest - high > _DAY else "good"
        hint = "its log may be missing" if tone == "wait" else ""
        yield Finding(tone, f"{host or '(no host in its log)'}: {health.iso(low)} to {health.iso(high)}", hint)
    everything = sum(total.values())
    if total["unknown"] > everything * _MANY_UNKNOWN:
        shapes = clusters(facts.of_kind(database, "unknown"))
        yield Finding(
            "wait",
            f"{total['unknown']:,} of {everything:,} lines were not recognised ({len(shapes)} shapes)",
            "look at them: mailwake unknown",
        )
    else:
        yield Finding("good", f"{everything - total['unknown']:,} of {everything:,} lines were recognised")
    for one in skew.learn(StoreBackend(database)):
        yield Finding(
            "wait",
            f"{one.sentence} ({one.messages} messages)",
            "times in stories are put right; let the hosts keep the time of one server (NTP)",
        )
    for text in gaps.silent(database):
        yield Finding("wait", text, "answers for that time may be incomplete")
    for record in facts.of_kind(database, "loss"):
        yield Finding(
            "wait",
            f"{health.iso(record.ts)} {record.host}: the log admits losses: {record.raw[-120:]}",
            "answers for that time may be incomplete",
        )

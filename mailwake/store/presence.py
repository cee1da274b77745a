"""When hosts logged nothing, and what the logs say of their own losses: what an answer about that time may lack."""

from __future__ import annotations

from typing import NamedTuple

from mailwake.store.database import Database

_DAY = 86_400
_LAST = 2**32 - 1
"""Second that the engine's times end at."""
_BEFORE, _AFTER = 7 * _DAY, _DAY
"""Seconds around a window by which it is told how often a host logs."""
_LEAST = 600_000_000
"""µs that no silence is shorter than: no pause of a slot of the table is as long."""
_TIMES, _RARE, _SPAN = 2, 4, 8 * _DAY * 1_000_000
"""A silence is so many times longer than the longest pause that is not rare: than all but the longest four of eight
days. What comes every night is a habit."""
_EVIDENCE = 12
"""Slots (of ten minutes) with records that there have to be before anything is said of a host."""


class Silence(NamedTuple):
    """A host logged nothing for longer than it usually does."""

    host: str
    start: int
    """µs UTC: the last record before."""
    end: int
    """µs UTC: the next record, or up to when it is known that there are none."""
    goes_on: bool
    """Nothing came after it."""


class Loss(NamedTuple):
    """A log says that records were lost."""

    ts: int
    host: str
    program: str
    raw: str


def silences(
    database: Database, low: int | None, high: int | None, now: int | None = None, fresh: float = 0.0
) -> list[Silence]:
    """Silences that touch the time from low to high (µs UTC, None for no bound), newest first.

    A function of what is stored: a host that logs all the time is silent after ten minutes, one that logs seldom much
    later.
    now (µs): up to when all that was logged is known to be stored; None: up to the newest record of any host.
    fresh: see `Database.of_facts`.
    """
    rows = _gaps(database, low, high, fresh)
    newest = max((int(last) for _, _, last, _, _ in rows), default=0) if now is None else now
    begin, end = low or 0, newest if high is None else min(newest, high)
    found = []
    for host, least, last, ends, gaps in rows:
        spans = [(int(at) - int(gap), int(at), False) for at, gap in zip(ends, gaps, strict=True)]
        if newest - last >= least:
            spans.append((int(last), newest, True))
        found += [Silence(host, *span) for span in spans if span[0] < end and span[1] > begin]
    return sorted(found, key=lambda one: (-one.start, one.host))


def _gaps(
    database: Database, low: int | None, high: int | None, fresh: float
) -> list[tuple[str, int, int, list[int], list[int]]]:
    """Of each host: its shortest silence, its last record, and ends and lengths of the pauses that long, around a time.

    Bounds are those of days, so that times of the same days give the same, and are asked for once. Each page of a trace
    is about a time of its own.
    fresh: see `Database.of_facts`.
    """
    bounds: list[str] = []
    if low is not None:
        bounds.append(f"slot >= toDateTime({(_seconds(low) - _BEFORE) // _DAY * _DAY}, 'UTC')")
    if high is not None:
        bounds.append(f"slot <= toDateTime({min(_LAST, -(-(_seconds(high) + _AFTER) // _DAY) * _DAY)}, 'UTC')")
    query = (
        "SELECT host, least, lasts[-1], arrayFilter((at, gap) -> gap >= least, arrayPopFront(firsts), d),"
        " arrayFilter(gap -> gap >= least, d) FROM (SELECT host, arraySort(groupArray(f)) AS firsts,"
        " arraySort(groupArray(l)) AS lasts,"
        " arrayMap((at, before) -> at - before, arrayPopFront(firsts), arrayPopBack(lasts)) AS d,"
        f" least(intDiv(length(d), 20), {_RARE} + {_RARE} * intDiv(lasts[-1] - firsts[1], {_SPAN})) AS rare,"
        f" greatest({_LEAST}, {_TIMES} * arraySort(d)[-1 - greatest(1, rare)]) AS least"
        f" FROM (SELECT host, min(first) AS f, max(last) AS l FROM presence{_where(bounds)} GROUP BY host, slot)"
        f" GROUP BY host HAVING length(firsts) >= {_EVIDENCE})"
    )
    return database.of_facts(
        query, lambda: [tuple(row) for row in database.client().query(query).result_rows], fresh=fresh
    )


def losses(database: Database, low: int | None, high: int | None, limit: int, fresh: float = 0.0) -> list[Loss]:
    """Losses that logs admit between two times (µs UTC, None for no bound), newest first.

    fresh: see `Database.of_facts`.
    """
    bounds = [f"ts >= fromUnixTimestamp64Micro({max(0, low)})"] if low is not None else []
    bounds += [f"ts <= fromUnixTimestamp64Micro({max(0, high)})"] if high is not None else []
    query = (
        "SELECT DISTINCT toUnixTimestamp64Micro(ts), host, program, raw FROM losses"
        f"{_where(bounds)} ORDER BY ts DESC LIMIT {int(limit)}"
    )
    return database.of_facts(
        query, lambda: [Loss(*row) for row in database.client().query(query).result_rows], fresh=fresh
    )


def _where(bounds: list[str]) -> str:
    return f" WHERE {' AND '.join(bounds)}" if bounds else ""


def _seconds(micros: int) -> int:
    """Of a bound, so that its surroundings are times that the engine knows."""
    return max(_BEFORE, min(micros // 1_000_000, _LAST - _AFTER))

"""What an answer may lack: silences and losses of the logs that touch the time it is about, in sentences."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailwake.events.told import tell
from mailwake.store import presence
from mailwake.store.presence import Loss, Silence

if TYPE_CHECKING:
    from mailwake.operations.context import Context
    from mailwake.store.database import Database

_MOST = 3
"""Sentences about one answer; how many more there are is said."""
_LOOKED_AT = 200
_AROUND = 3_600_000_000
"""µs around what was found, where a question names no time."""


_FRESH = 3.0
"""Seconds: while logs come in all the time, gaps found so long ago do. No silence is shorter than ten minutes."""


def notes(
    database: Database,
    low: int | None,
    high: int | None,
    *,
    hosts: Collection[str] | None = None,
    now: int | None = None,
    fresh: float = 0.0,
) -> list[str]:
    """Sentences, the newest gap first; times µs UTC, None for no bound.

    hosts: only silences of these. now, fresh: see `presence.silences`.
    """
    silent = [
        one for one in presence.silences(database, low, high, now, fresh) if hosts is None or _is_of(one.host, hosts)
    ]
    lost = presence.losses(database, low, high, _LOOKED_AT, fresh)
    found = [(one.start, _of_silence(one)) for one in silent] + [(one.ts, _of_loss(one)) for one in lost]
    told = [text for _, text in sorted(found, key=lambda one: -one[0])]
    more = len(told) - _MOST
    if more > 0:
        told = [*told[:_MOST], tell("there are {more} more gaps in the logs of that time: mailwake doctor", more=more)]
    return told


def silent(database: Database) -> list[str]:
    """All silences, the newest first; of many the newest."""
    return [_of_silence(one) for one in presence.silences(database, None, None)[:_LOOKED_AT]]


def of_window(context: Context, low: int | None, high: int | None) -> list[str]:
    """The same for a call: nothing where there is no store. What is read live is known up to now."""
    if context.database is None:
        return []
    reads = context.live is not None and not context.live.engine.failure
    return notes(context.database, low, high, now=context.micros if reads else None, fresh=_FRESH if reads else 0.0)


def around(low: int | None, high: int | None) -> tuple[int | None, int | None]:
    """The time about rows that were found: first and last (µs), with an hour around them."""
    return (None if low is None else low - _AROUND), (None if high is None else high + _AROUND)


def _is_of(host: str, hosts: Collection[str]) -> bool:
    """Whether one of the names is this host's; a short name is its first label."""
    short = host.partition(".")[0]
    return any(host == name or short == name.partition(".")[0] for name in hosts if name)


def _of_silence(one: Silence) -> str:
    where, start, end = one.host or tell("a log without host"), _time(one.start), _time(one.end)
    if one.goes_on:
        return tell(
            "{where}: no record since {start}; what it did after that is not known here", where=where, start=start
        )
    return tell(
        "{where}: no record from {start} to {end}; what it did then is not known here",
        where=where,
        start=start,
        end=end,
    )


def _of_loss(one: Loss) -> str:
    _, found, said = one.raw.partition(f"{one.program}")
    said = said.partition(": ")[2] if found else ""
    return tell(
        "{where}: its log lost records about {at}: {said}",
        where=one.host or one.program,
        at=_time(one.ts),
        said=(said or one.raw)[:200],
    )


def _time(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")

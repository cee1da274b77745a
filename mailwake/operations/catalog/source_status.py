"""Sources that are read live: what came, what was lost, what was not understood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.live.status import SourceStatus, load
from mailwake.operations.models import Input, Output
from mailwake.operations.skew import sentence

_OLD = 15.0
"""Seconds after which a status that nobody renewed is one of a server that does not run."""


class Question(Input):
    """All sources."""


class SourceState(Output):
    """A source, since the server started."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("source", "type", "records", "rate", "last_record", "lag_seconds", "silent_seconds", "backlog_bytes"),
        *("losses", "lost", "sequence_gaps", "refused", "unknown", "clock_skew_seconds"),
    )
    source: str = Field(description="The file, address or name.")
    type: str = Field(description="file, journald, syslog, push or graph.")
    records: int = Field(description="Records read.")
    rate: float = Field(description="Records a second, over the last minute.")
    last_record: datetime | None = Field(description="The latest time in its records.")
    last_arrival: datetime | None = Field(description="When the last record came.")
    lag_seconds: float = Field(description="From the time in the last record to its being in the store.")
    silent_seconds: float | None = Field(description="Since the last record came; empty when none did.")
    backlog_bytes: int = Field(description="There and not read yet.")
    losses: int = Field(description="How often records were lost, or may have been.")
    lost: int = Field(description="Records that are known to be lost.")
    sequence_gaps: int = Field(description="Lost ones that are known by the numbers that their sender gave.")
    refused: int = Field(description="Requests, connections and messages that were refused or cut.")
    unknown: int = Field(description="Records whose meaning is not known.")
    clock_skew_seconds: float = Field(
        description="By how much the clock of one of its hosts is ahead of another's, as messages that went from one to"
        " the other show; negative when behind, 0 when less than two seconds."
    )
    clock_skew_host: str = Field(description="The host whose clock differs most; empty when none is known to.")
    clock_skew_than: str = Field(description="The host whose clock it was compared with.")
    notes: tuple[str, ...] = Field(description="The last losses and errors, in words.")

    @classmethod
    def of(cls, one: SourceStatus, now: datetime) -> SourceState:
        """Of a status."""
        arrived = _time(one.last_arrival)
        return cls(
            source=one.name,
            type=one.type,
            records=one.records,
            rate=one.rate,
            last_record=_time(one.last_record),
            last_arrival=arrived,
            lag_seconds=one.lag,
            silent_seconds=round((now - arrived).total_seconds(), 1) if arrived else None,
            backlog_bytes=one.backlog,
            losses=one.losses,
            lost=one.lost,
            sequence_gaps=one.gaps,
            refused=one.refused,
            unknown=one.unknown,
            clock_skew_seconds=one.skew,
            clock_skew_host=one.skewed,
            clock_skew_than=one.skewed_than,
            notes=tuple(one.notes),
        )


def handle(context: Context, question: Question) -> Iterator[SourceState]:
    """From the server's own counts, or from what it left for other processes."""
    now = context.now()
    if context.live is not None:
        if context.live.engine.failure:
            context.warn(tell("nothing is written at the moment: {why}", why=context.live.engine.failure))
        found = context.live.look()
    else:
        written, found = load(context.data_dir) if context.data_dir is not None else (0, [])
        age = now.timestamp() - written / 1e6
        if written and age > _OLD:
            context.warn(
                tell("no server renews this: it is as of {time}", time=f"{_time(written):%Y-%m-%d %H:%M:%S} UTC")
            )
    for one in found:
        for text in one.notes:
            context.warn(tell("{name}: {text}", name=one.name, text=text))
        if one.skewed:
            context.warn(tell("{name}: {text}", name=one.name, text=sentence(one.skewed, one.skewed_than, one.skew)))
        yield SourceState.of(one, now)


def _time(micros: int) -> datetime | None:
    return datetime.fromtimestamp(micros / 1e6, UTC) if micros else None


OPERATION = Operation(
    name="source-status",
    summary="Show what each source that is read live gave, lost and left unknown.",
    input=Question,
    output=SourceState,
    handler=handle,
    roles=("Message Trace", "View-Only Configuration", "Organization Configuration"),
    scope=Scope.ORGANIZATION,
    command=("status",),
    store=False,
    details="Sources are configured in mailwake.toml and read by `mailwake serve`; it may run meanwhile.",
)

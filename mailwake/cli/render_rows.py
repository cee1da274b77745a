"""Rows as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from mailwake.cli.printable import one_line
from mailwake.cli.table import Column, lines
from mailwake.cli.terminal import TONES
from mailwake.operations.records import dashed
from mailwake.operations.when import from_micros, zone_name
from mailwake.store.rows import Row

_STATUS = 5
_HOST_SAID = "host "


def table(rows: Sequence[Row], zone: tzinfo, room: int | None) -> Iterator[str]:
    """The lines of the table; room: columns of the terminal, None for as many as it takes."""
    name = zone_name(zone)
    spacious = room is None or room >= 140
    years = {from_micros(row.received, zone).year for row in rows if row.received}
    clock = "%Y-%m-%d %H:%M:%S" if spacious or years - {datetime.now(zone).year} else "%m-%d %H:%M:%S"
    heading = f"Received {name}" if spacious else name
    columns = (
        Column(heading, least=19 if spacious else 14),
        Column("Id", dispensable=2),
        Column("Sender", least=16),
        Column("Recipient", least=16),
        Column("Subject", least=8, dispensable=1),
        Column("Status"),
        Column("Reason", least=14, dispensable=3),
    )
    cells = [_cells(row, zone, clock, whole=room is None) for row in rows]
    return lines(columns, cells, room, lambda row, column: TONES.get(rows[row].status, "") if column == _STATUS else "")


def status(row: Row) -> str:
    """Status, and what it was exactly when that says more."""
    if row.detail in ("", "Unknown", row.status):
        return row.status
    return f"{row.status} ({row.detail})"


def recipient(row: Row) -> str:
    """Who it was for: as addressed and as delivered, when they differ."""
    final, original = row.recipient or "", row.original_recipient or ""
    if original and final and original.lower() != final.lower():
        return one_line(f"{original} -> {final}")
    return one_line(final or original) or "-"


def sender(row: Row) -> str:
    """Who sent it: <> is the null sender, - is not known."""
    if row.sender is None:
        return "-"
    return one_line(row.sender) or "<>"


def identity(row: Row, *, whole: bool = True) -> str:
    """An id that `show` takes: the first queue ID, which is short, else the trace id, if there is room for it."""
    if row.queue_ids:
        return one_line(row.queue_ids[0])
    return (dashed(row.trace_id) or "-") if whole else "-"


def _cells(row: Row, zone: tzinfo, clock: str, *, whole: bool) -> tuple[str, ...]:
    received = from_micros(row.received, zone).strftime(clock) if row.received else "-"
    return (
        received,
        identity(row, whole=whole),
        sender(row),
        recipient(row),
        one_line(row.subject or "") or "-",
        status(row),
        _reason(row),
    )


def _reason(row: Row) -> str:
    """In short why, or where it went."""
    if row.status == "Delivered":
        place = row.folder or row.to_host or row.to_ip
        return one_line(("in " if row.folder else "to ") + place if place else row.reason)
    text = one_line(row.reason or row.remark)
    if text.startswith(_HOST_SAID) and " said: " in text:
        return text.partition(" said: ")[2]
    return text

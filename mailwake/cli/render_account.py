"""The account of an import for people: what was read, and what of it was understood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from mailwake.cli.printable import cut, one_line, plain
from mailwake.cli.progress import size

if TYPE_CHECKING:
    from mailwake.ingest.account import Account

_SHAPES = 5
_PROGRAMS = 8
_NOTES = 20


def lines(account: Account, zone: tzinfo, *, seconds: float = 0.0) -> Iterator[str]:
    """The account, line by line."""
    if not account.lines and account.files:
        yield f"Nothing new in {_count(account.files, 'file')}."
        yield from (f"note: {plain(text)}" for text in account.notes[:_NOTES])
        return
    speed = f", {account.lines / seconds:,.0f} lines/s" if seconds >= 0.1 and account.lines else ""
    yield f"Read {account.lines:,} lines, {size(account.bytes)}, from {_count(account.files, 'file')}{speed}"
    unknown = account.unknown_count
    yield from _parts(account, unknown)
    if account.first:
        from mailwake.operations.when import from_micros, zone_name

        first, last = (from_micros(ts, zone).strftime("%Y-%m-%d %H:%M:%S") for ts in (account.first, account.last))
        yield f"  from {first} to {last} ({zone_name(zone)})"
    for how, files in account.zones.most_common():
        yield f"  zone and year: {plain(how)} ({_count(files, 'file')})"
    if account.losses:
        lost = f"{account.lost:,} lines" if account.lost else "some lines"
        yield f"  the logs say themselves that {lost} are missing ({_count(account.losses, 'notice')})"
    yield from (f"note: {plain(text)}" for text in account.notes[:_NOTES])
    if len(account.notes) > _NOTES:
        yield f"note: and {len(account.notes) - _NOTES} more"
    if unknown:
        yield "Most frequent unknown shapes (all of them: mailwake unknown):"
        yield from shapes(account, _SHAPES)


def shapes(account: Account, limit: int) -> Iterator[str]:
    """Unknown lines by shape, the most frequent first."""
    for name, cluster in sorted(account.unknown.items(), key=lambda item: -item[1].count)[:limit]:
        yield f"{cluster.count:>10,}  {cut(one_line(name), 140)}"


def _parts(account: Account, unknown: int) -> Iterator[str]:
    foreign = account.foreign.total()
    counts = (
        (account.recognised, "recognised"),
        (account.noise, "known, and of no interest to a trace"),
        (foreign, f"of other programs{_named(account)}"),
        (account.repeats, "repeat the line before them"),
        (account.blank, "empty"),
        (unknown, f"unknown{f', {account.truncated:,} of them cut off' if account.truncated else ''}"),
    )
    for count, what in counts:
        if count or what == "recognised":
            share = f"{count / account.lines:>6.1%}" if account.lines else ""
            yield f"  {count:>12,} {share}  {what}"


def _named(account: Account) -> str:
    if not account.foreign:
        return ""
    programs = ", ".join(plain(name) for name, _ in account.foreign.most_common(_PROGRAMS))
    return f" ({programs}{', ...' if len(account.foreign) > _PROGRAMS else ''})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

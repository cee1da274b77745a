"""Numbers for people, and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from mailwake.cli.printable import cut, one_line, padded
from mailwake.cli.progress import size
from mailwake.cli.terminal import toned
from mailwake.events.text import decoded
from mailwake.operations.records import iso
from mailwake.operations.when import from_micros, zone_name
from mailwake.trace.story_words import plain_seconds

if TYPE_CHECKING:
    from mailwake.operations.stats import Period, Stats

_BAR = 30
_TITLES = {
    "senders": "Senders (messages)",
    "sender_domains": "Sender domains (messages)",
    "client_ips": "Client IPs (messages)",
    "recipients": "Recipients",
    "next_hops": "Next hops",
    "failures": "Reasons of failure",
    "deferrals": "Reasons of waiting",
}


def lines(stats: Stats, zone: tzinfo, room: int | None) -> Iterator[str]:
    """The numbers, line by line."""
    if not stats.rows:
        yield "No messages."
        return
    known = f", {size(stats.bytes)}" if stats.bytes else ""
    yield f"{stats.messages:,} messages to {stats.rows:,} recipients{known}{_between(stats, zone)}"
    for title, counts in (
        ("Status", stats.statuses),
        ("Detail", stats.details),
        ("Outcome", stats.outcomes),
        ("Direction", stats.directions),
    ):
        yield from _counts(title, counts, stats.rows)
    yield from _periods(stats, zone)
    yield from _delays(stats)
    for name, title in _TITLES.items():
        if stats.top.get(name):
            about = " (about: rare ones are not counted)" if name in stats.cut else ""
            yield from ("", toned(title + about, "", bold=True))
            for value, times in stats.top[name]:
                text = one_line(value)
                yield f"  {times:>10,}  {cut(text, max(room - 14, 20)) if room else text}"


def as_json(stats: Stats, zone: tzinfo) -> dict[str, Any]:
    """The numbers as plain values, times ISO 8601 UTC."""
    return {
        "Since": iso(stats.since or 0),
        "Until": iso(stats.until or 0),
        "First": iso(stats.first or 0),
        "Last": iso(stats.last or 0),
        "Zone": zone_name(zone),
        "Messages": stats.messages,
        "Rows": stats.rows,
        "Bytes": stats.bytes,
        "Status": dict(stats.statuses.most_common()),
        "StatusDetail": dict(stats.details.most_common()),
        "Outcome": dict(stats.outcomes.most_common()),
        "Direction": dict(stats.directions.most_common()),
        "PeriodLength": "hour" if stats.hourly else "day",
        "Periods": [_period(period) for period in stats.periods],
        "Top": {
            _camel(name): [{"Value": decoded(one.value), "Count": one.times} for one in top]
            for name, top in stats.top.items()
        },
        "Approximate": [_camel(name) for name in stats.cut],
        "Delay": {_camel(name): value for name, value in asdict(stats.delays).items()},
        "Retries": {"Rows": stats.retried, "Attempts": stats.retries, "Most": stats.most_attempts},
    }


def _period(period: Period) -> dict[str, Any]:
    return {
        "Start": period.start or None,
        "Messages": period.messages,
        "Rows": period.rows,
        "Status": dict(period.statuses.most_common()),
    }


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _between(stats: Stats, zone: tzinfo) -> str:
    if not stats.first or not stats.last:
        return ""
    first, last = (from_micros(ts, zone).strftime("%Y-%m-%d %H:%M:%S") for ts in (stats.first, stats.last))
    return f", from {first} to {last} ({zone_name(zone)})"


def _counts(title: str, counts: Counter[str], total: int) -> Iterator[str]:
    yield from ("", toned(title, "", bold=True))
    for name, count in counts.most_common():
        yield f"  {count:>10,}  {count / total:>6.1%}  {name or '-'}"


def _periods(stats: Stats, zone: tzinfo) -> Iterator[str]:
    unit = "Hour" if stats.hourly else "Day"
    yield from (
        "",
        toned(f"{unit} ({zone_name(zone)}): messages, recipients, of these delivered, failed", "", bold=True),
    )
    most = max(period.rows for period in stats.periods)
    for period in stats.periods:
        label = period.start[:16].replace("T", " ") or "no time"
        done, failed = period.statuses["Delivered"], period.statuses["Failed"]
        bar = "#" * -(-period.rows * _BAR // most)
        yield f"  {padded(label, 16)}  {period.messages:>9,} {period.rows:>9,} {done:>9,} {failed:>9,}  {bar}"


def _delays(stats: Stats) -> Iterator[str]:
    delays = stats.delays
    if delays.count:
        yield from ("", toned("Delay of delivered mail", "", bold=True))
        named = (("median", delays.median), ("90 %", delays.p90), ("99 %", delays.p99), ("longest", delays.longest))
        yield "  " + ", ".join(f"{name} {plain_seconds(seconds)}" for name, seconds in named)
    if stats.retried:
        most = f"{stats.most_attempts} attempts at most"
        yield f"  {stats.retried:,} took more than one attempt: {stats.retries:,} retries, {most}"

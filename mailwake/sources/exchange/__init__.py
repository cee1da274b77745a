"""Microsoft Exchange: tracking logs of Exchange Server 2007 to 2019, message trace of Exchange Online.

All of it are tables or JSON documents; ingest makes a line of JSON of each record, and its fields tell what it is.
"""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.exchange import reports, tracking
from mailwake.sources.exchange.event import host_of
from mailwake.sources.exchange.record import load, plain_name
from mailwake.sources.exchange.times import iso

PARSERS: dict[str, LineParser] = {
    tracking.PROGRAM: tracking.parse,
    reports.PROGRAM: reports.parse,
    reports.DETAIL: reports.parse_detail,
}
"""Parser of each kind of record, by the name that it is given here: the records themselves name no program."""


class _Exchange:
    """See `sources.api.Source` and `sources.api.TableSource`."""

    name = "exchange"

    def parser(self, program: str) -> LineParser | None:
        return PARSERS.get(program)

    def split_bare(self, line: str) -> Bare | None:
        record = load(line)
        if record is None:
            return None
        if tracking.is_event(record):
            return Bare(iso(record["datetime"]), host_of(record), tracking.PROGRAM, 0, line)
        if reports.is_report(record):
            return Bare(iso(reports.time_of(record)), reports.HOST, reports.PROGRAM, 0, line)
        if reports.is_detail(record):
            return Bare(iso(reports.time_of(record)), reports.HOST, reports.DETAIL, 0, line)
        return None

    def continues(self, line: str) -> bool:
        return False

    def table(self, columns: tuple[str, ...]) -> bool:
        known = dict.fromkeys(map(plain_name, columns), "x")
        return tracking.is_event(known) or reports.is_report(known) or reports.is_detail(known)


SOURCE = _Exchange()

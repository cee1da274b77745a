"""A stored record back to a fact: what it says is a function of its raw text, so a better parser reads it better."""

from __future__ import annotations

from mailwake.events.fact import Fact, Origin
from mailwake.ingest import export, jsonlines
from mailwake.ingest.account import Account
from mailwake.ingest.calendar import Calendar, zone_of
from mailwake.ingest.envelope import Header, told
from mailwake.ingest.registry import Registry
from mailwake.ingest.runs import Heads, tidy
from mailwake.ingest.sections import Section

_NEAR = 400
"""The header of a record ends within so many characters."""


class Reviver:
    """Reads raw texts again. Time, host, program and pid stay what they were found to be at first."""

    def __init__(self, registry: Registry | None = None) -> None:
        self._registry = registry or Registry()
        self._heads = Heads(self._registry)
        self._calendar = Calendar(zone_of("UTC"), {"": 2000}, 0, "", ())
        self._origins: dict[str, Origin] = {}

    def __call__(self, ts: int, host: str, program: str, pid: int, source: str, raw: str) -> Fact:
        """The fact of a record."""
        origin = self._origins.get(source)
        if origin is None:
            origin = self._origins[source] = Origin(source)
        parsed = None
        marker = f"{program}[{pid}]: " if pid else f"{program}: "
        known = program and "\n" not in raw and not self._registry.writes_id(program)
        place = raw.find(marker, 0, _NEAR) if known else -1
        if place > 0:
            parsed = self._registry.parser(program)(tidy(raw[place + len(marker) :]))
        if parsed is not None:
            return Fact(ts, host, program, pid, *parsed, raw, origin)
        careful = self._careful(ts, raw)
        return careful._replace(ts=ts, host=host, program=program, pid=pid, raw=raw, origin=origin)

    def _careful(self, ts: int, raw: str) -> Fact:
        found: list[Fact] = []
        section = Section("", "", self._calendar, self._registry, self._heads, Account())
        data = raw.encode("utf-8", "surrogateescape")
        if data.startswith(export.START):
            for record, text in export.records(data + b"\n\n")[0]:
                known = jsonlines.journal_record(record)
                header = Header(ts, True, known.host, known.program, known.pid, known.text)
                section.record(
                    told(header, known.bracket, self._registry), text.decode("utf-8", "surrogateescape"), found
                )
        else:
            for line in raw.split("\n"):
                section.line(line, found)
            section.flush(found)
        return found[0] if found else Fact(0, "", "", 0, "unknown", "", {}, raw, Origin(""))

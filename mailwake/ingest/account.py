"""Account: what was read and what of it was understood. Nothing is dropped silently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter

from mailwake.events.fact import NO_TIME, Fact

MAX_SHAPES = 1000
MAX_PROGRAMS = 1000
SAMPLES = 3
REST = "(others)"
"""Where shapes and programs above the maximum are counted."""
_SAMPLE_LENGTH = 500
_SUMS = ("files", "bytes", "lines", "blank", "recognised", "noise", "truncated", "losses", "lost", "repeats")

_PLACEHOLDERS = re.compile(
    r"""(?P<TEXT>"[^"]*"|'[^']*')"""
    r"|(?P<ADDR><[^<>\s]*@[^<>\s]*>|[^\s<>=,;:()\[\]]+@[^\s<>=,;:()\[\]]+)"
    r"|(?P<IP>\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-fA-F]{1,4}:){2,7}[0-9a-fA-F]{0,4}(?:::?[0-9a-fA-F]{1,4})*|::1\b)"
    r"|(?P<ID>\b(?=[0-9A-Za-z]*\d)(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{6,}\b)"
    r"|(?P<N>\d+)"
)


@dataclass
class Cluster:
    """Unknown lines of one shape."""

    count: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass
class Account:
    """Counts of one file, or of several added up."""

    files: int = 0
    bytes: int = 0
    """Of decompressed text."""
    lines: int = 0
    blank: int = 0
    recognised: int = 0
    noise: int = 0
    foreign: Counter[str] = field(default_factory=Counter)
    """Records of programs that are no part of a mail system, by program."""
    unknown: dict[str, Cluster] = field(default_factory=dict)
    """Unknown records by shape: `program: shape of the message`."""
    truncated: int = 0
    """Unknown records that were long enough to have been cut by a syslog daemon."""
    losses: int = 0
    lost: int = 0
    """Lines that the log itself says are missing."""
    repeats: int = 0
    first: int = NO_TIME
    last: int = NO_TIME
    """Earliest and latest time, microseconds UTC."""
    zones: Counter[str] = field(default_factory=Counter)
    """How zone and year of stamps without them were found -> files."""
    notes: list[str] = field(default_factory=list)
    """Remarks for the user: input left out, parsers that failed."""

    def add_facts(self, facts: list[Fact]) -> None:
        """Count a batch; unknown ones are left to `add_unknown`, which knows the message."""
        if not facts:
            return
        kinds = Counter(map(itemgetter(4), facts))
        self.noise += kinds["noise"]
        self.repeats += kinds["repeat"]
        self.recognised += len(facts) - kinds["noise"] - kinds["foreign"] - kinds["unknown"]
        if kinds["foreign"]:
            self._add_foreign(Counter([fact.program for fact in facts if fact.kind == "foreign"]).items())
        if kinds["loss"]:
            self.losses += kinds["loss"]
            self.lost += sum(int(fact.fields.get("count", 0)) for fact in facts if fact.kind == "loss")
        times = list(map(itemgetter(0), facts))
        low = min(times)
        self._widen(low if low != NO_TIME else min(filter(None, times), default=NO_TIME))
        self._widen(max(times))

    def add_counts(
        self, kinds: Mapping[str, int], foreign: Mapping[str, int], losses: Iterable[Fact], low: int, high: int
    ) -> None:
        """Count what was read into columns: records by kind, foreign ones by program; facts of kind loss; and the
        earliest and latest time (µs)."""
        noise, repeats, others = kinds.get("noise", 0), kinds.get("repeat", 0), kinds.get("foreign", 0)
        self.noise += noise
        self.repeats += repeats
        self.recognised += sum(kinds.values()) - noise - others - kinds.get("unknown", 0)
        self._add_foreign(foreign.items())
        self.losses += kinds.get("loss", 0)
        self.lost += sum(int(fact.fields.get("count", 0)) for fact in losses)
        self._widen(low)
        self._widen(high)

    def add_unknown(self, program: str, message: str, raw: str) -> None:
        """Count an unknown record under its shape."""
        name = shape(f"{program}: {message}" if program else message)
        cluster = self._cluster(name)
        cluster.count += 1
        if len(cluster.samples) < SAMPLES:
            cluster.samples.append(raw[:_SAMPLE_LENGTH])
        if len(raw) > 900:
            self.truncated += 1

    def note(self, text: str) -> None:
        """Add a remark, once."""
        if text not in self.notes and len(self.notes) < MAX_SHAPES:
            self.notes.append(text)

    @property
    def unknown_count(self) -> int:
        """Number of unknown records."""
        return sum(map(attrgetter("count"), self.unknown.values()))

    def __add__(self, other: Account) -> Account:
        """Both together, as a new account."""
        total = Account()
        for part in (self, other):
            for name in _SUMS:
                setattr(total, name, getattr(total, name) + getattr(part, name))
            total._add_foreign(part.foreign.items())
            total.zones.update(part.zones)
            total._widen(part.first)
            total._widen(part.last)
            for name, cluster in part.unknown.items():
                mine = total._cluster(name)
                mine.count += cluster.count
                mine.samples += cluster.samples[: SAMPLES - len(mine.samples)]
            for text in part.notes:
                total.note(text)
        return total

    def _cluster(self, name: str) -> Cluster:
        if name not in self.unknown and len(self.unknown) >= MAX_SHAPES:
            name = REST
        return self.unknown.setdefault(name, Cluster())

    def _add_foreign(self, items: Iterable[tuple[str, int]]) -> None:
        for program, count in items:
            known = program in self.foreign or len(self.foreign) < MAX_PROGRAMS
            self.foreign[program if known else REST] += count

    def _widen(self, ts: int) -> None:
        if ts != NO_TIME:
            self.first = min(self.first or ts, ts)
            self.last = max(self.last or ts, ts)


def shape(text: str) -> str:
    """A text with its variable parts replaced: quoted text, addresses, IPs, ids, numbers."""
    return _PLACEHOLDERS.sub(lambda match: f"{{{match.lastgroup}}}", text[:_SAMPLE_LENGTH])

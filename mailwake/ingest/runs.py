"""The fast loops: lines of one shape after each other -> facts.

A loop takes lines until one does not fit; `sections.Section` reads that one with care and says which loop may go on.
What these loops accept must be what `envelope.Splitter` makes of the same line.

Everything between host and `: ` is one dictionary key: on a busy server it repeats within seconds. Stamps are read once
per second of the log. Measured beside the source's parser: 0.6 microseconds a line for RFC 3164, 0.9 for RFC 3339.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import islice, pairwise

from mailwake.events.fact import Fact, LineParser, Origin
from mailwake.ingest.clock import Clock
from mailwake.ingest.envelope import head_parts
from mailwake.ingest.jsonlines import MAX_PID
from mailwake.ingest.registry import Registry
from mailwake.ingest.stamps import DAY, EPOCH_DAY, bounded, find
from mailwake.sources.api import Source

Head = tuple[str, str, int, LineParser]
"""Host, program, pid and the program's parser."""

_HEADS = 20_000
_MSGID = re.compile(r"\[ID \d+ \w+\.\w+\] ", re.ASCII)


class Heads:
    """What stood between stamp and message -> what it says."""

    def __init__(self, registry: Registry) -> None:
        """registry: gives the parsers."""
        self._registry = registry
        self.known: dict[str, Head] = {}

    def learn(self, text: str) -> Head | None:
        """Read a head, with the blank before it, and keep it; None when it is none."""
        parts = head_parts(text[1:]) if text.startswith(" ") else None
        if parts is None or (text.endswith("]") and self._registry.writes_id(parts[1])):
            return None  # the loops would lose the id
        if len(self.known) >= _HEADS:
            self.known.clear()
        head = (*parts, self._registry.parser(parts[1]))
        self.known[text] = head
        return head


def is_untidy(text: str) -> bool:
    """Whether a block of text may hold escaped line ends."""
    return "#" in text and "#0" in text  # one character is found ten times as fast


def tidy(message: str) -> str:
    """A message without Solaris' `[ID 197553 mail.info] ` (T10) and line ends that syslogd wrote as `#012` (T16)."""
    if message.startswith("[ID "):
        message = _MSGID.sub("", message)
    while message[-4:] in ("#012", "#015", "#011", "#000"):
        message = message[:-4].rstrip(" ")
    return message


# These loops come near to the house's forty lines or pass them: a call per line would cost as much as its work does.
# Each line taken makes one fact, so the place reached is counted by the facts.
def bsd_run(
    lines: list[str], start: int, clock: Clock, heads: Heads, origin: Origin, untidy: bool, out: list[Fact]
) -> int:
    """Facts of RFC 3164 lines from `start` on; the index of the first line that is not for this loop.

    untidy: whether messages of the block may need `tidy`.
    """
    stamp_of, head_of, learn, read = clock.cache.get, heads.known.get, heads.learn, clock.bsd
    make, add, before = tuple.__new__, out.append, len(out)
    stamp, ts = "-", None
    try:
        for line in islice(lines, start, None):
            if not line.startswith(stamp):
                stamp = line[:15]
                ts = stamp_of(stamp) or read(stamp)
                if ts is None:
                    break
                if stamp not in clock.cache:
                    stamp = "-"  # the hour written twice: every line is looked at
            cut = line.find(": ", 16)
            head = head_of(line[15:cut])
            if head is None:
                head = learn(line[15:cut])
                if head is None:
                    break
            if cut < 0 or not ts:
                break
            host, program, pid, parse = head
            parsed = parse(tidy(line[cut + 2 :]) if untidy else line[cut + 2 :])
            if parsed is None:
                break
            kind, key, fields = parsed
            add(make(Fact, (ts, host, program, pid, kind, key, fields, line, origin)))
    except Exception:  # a parser failed: the careful way tries the line again and takes note of it
        pass
    return start + len(out) - before


def iso_run(
    lines: list[str], start: int, clock: Clock, heads: Heads, origin: Origin, untidy: bool, out: list[Fact]
) -> int:
    """Facts of RFC 3339 lines (rsyslog's file format) from `start` on, as `bsd_run`."""
    head_of, learn = heads.known.get, heads.learn
    make, add, before = tuple.__new__, out.append, len(out)
    second, zone, stop, point, scale, base = "-", "", 0, 0, 0, 0
    try:
        for line in islice(lines, start, None):
            if not line.startswith(second) or not line.startswith(zone, point):
                stop = line.find(" ", 19)
                found = iso_base(line, stop)
                if found is None:
                    break
                base, point, scale = found
                second, zone = line[:19], line[point : stop + 1]
            cut = line.find(": ", stop)
            head = head_of(line[stop:cut])
            if head is None:
                head = learn(line[stop:cut])
                if head is None:
                    break
            if cut < 0:
                break
            host, program, pid, parse = head
            parsed = parse(tidy(line[cut + 2 :]) if untidy else line[cut + 2 :])
            if parsed is None:
                break
            ts = base + int(line[20:point]) * scale if scale else base  # ValueError if that is no fraction
            kind, key, fields = parsed
            add(make(Fact, (ts, host, program, pid, kind, key, fields, line, origin)))
    except Exception:  # as in bsd_run
        pass
    if len(out) > before:
        clock.saw(out[-1].ts)
    return start + len(out) - before


def bare_run(
    lines: list[str],
    start: int,
    source: Source,
    clock: Clock,
    registry: Registry,
    origins: tuple[Origin, Origin],
    untidy: bool,
    out: list[Fact],
) -> int:
    """Facts of lines of a product's own file, as `bsd_run`.

    A line is taken when the next one begins a record, too; so records of several lines, and the last one, are left.
    origins: of times whose year or zone are assumed, and of those told in full.
    """
    split, read, parser_of = source.split_bare, clock.read, registry.parser
    make, add, before = tuple.__new__, out.append, len(out)
    try:
        bare = split(lines[start])
        for line, following in pairwise(islice(lines, start, None)):
            after = split(following)
            if bare is None or after is None:
                break
            stamp, host, program, pid, message = bare
            time = read(stamp)
            parsed = parser_of(program)(tidy(message) if untidy else message)
            if time is None or not time[0] or parsed is None or pid > MAX_PID:
                break
            kind, key, fields = parsed
            add(make(Fact, (time[0], host, program, pid, kind, key, fields, line, origins[time[1]])))
            bare = after
    except Exception:  # as in bsd_run
        pass
    return start + len(out) - before


def iso_base(line: str, stop: int) -> tuple[int, int, int] | None:
    """Of a line whose stamp ends at stop: microseconds UTC of its second, where its fraction ends, and the worth of
    the fraction's last digit (0 when there is none). None unless the stamp is in full, with at most six digits."""
    found = find(line) if line[10:11] == "T" else None
    if found is None or found[1] != stop:
        return None
    stamp = found[0]
    if stamp.year is None or stamp.offset is None:
        return None
    point = 19
    if line[19] in ".,":
        point = 20
        while line[point].isdigit():
            point += 1
    digits = point - 20
    if digits > 6:
        return None
    day = date(stamp.year, stamp.month, stamp.day).toordinal() - EPOCH_DAY
    base = day * DAY + stamp.micros - stamp.micros % 1_000_000 - stamp.offset * 1_000_000
    if not bounded(base):
        return None
    return base, point, 10 ** (6 - digits) if digits > 0 else 0

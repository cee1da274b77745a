"""Envelope: one line -> its header (time, host, program, pid) and message.

    RFC 3164   [<22>]Nov  1 00:00:00 [<mail.info> ]host [mail:info ]program[pid]: message     (section 4.1)
    RFC 3339   2026-11-01T00:00:00.123456+01:00 host program[pid]: message                    (rsyslog's file format)
    RFC 5424   <22>1 2026-11-01T00:00:00Z host program pid msgid [id a="b"] message           (section 6)
    JSON       journald and log shippers, see `jsonlines`
    bare       a product's own file, see `sources.api.Source.split_bare`
    prefixes   `container | line` (docker compose), `stamp line` (docker logs -t), `stamp stdout F line` (CRI),
               `{[@timestamp]} line` (Logstash), `file:line` and `file:number:line` (grep over several files),
               `length <22>1 ...` (RFC 6587), `stamp tag {"message": ...}` (Fluentd), `stamp relay stamp host ...`

The strict forms are tried before the products' own, the loose ones (no colon, no host) after them, always in this
order: what a line is does not depend on the lines before it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailwake.events.fact import NO_TIME
from mailwake.ingest import jsonlines
from mailwake.ingest.clock import Clock
from mailwake.ingest.jsonlines import MAX_PID, pid_of
from mailwake.ingest.registry import Registry
from mailwake.ingest.stamps import MONTHS, Stamp, find
from mailwake.sources.api import Source

BSD, ISO = "bsd", "iso"

_TAG = r"[^\s:\[\]<>]+"
_HOST = r"(?![^ ]*[(<]|\[[a-z])(\S*[^\s:])"
"""Anything without blanks, but not what products' own files have in this place: Dovecot `imap-login:` or
`lmtp(user)<pid>`, nginx `[info]`."""
_FULL = rf"(?:<[\w.]{{1,20}}> )?{_HOST} (?:[a-z0-9]{{1,12}}:[a-z]{{1,7}} )?({_TAG}?)(?:\[([^\]\s]*)\])?"
_HEAD = re.compile(_FULL + r"\Z")
_STRICT = re.compile(_FULL + r": ?")
_LOOSE = re.compile(rf"{_HOST} ({_TAG})(?:\[(\d*)\])?:? ?")
_HOSTLESS = re.compile(rf"({_TAG})(?:\[(\d+|[\da-f.]{{1,40}})\])?: ?")
_LAST = re.compile(r"(?:(\S+) )?(?=last message repeated \d+ times?$)")
_PRI = re.compile(r"<\d{1,3}>")
_RFC5424 = re.compile(r"(?:<\d{1,3}>)?\d{1,2} (\S+) (\S+) (\S+) (\S+) (\S+)(?: |$)")
_DATA = re.compile(r'(?:-|(?:\[[^\s="\]]+(?: [^\s="\]]+="(?:\\.|[^"\\])*")*\])+)(?: |$)', re.DOTALL)
_PREFIX = re.compile(
    r"(?:[\w.-]{1,64} +\| |%?\{\[?[^}]{0,40}\} ?)(?=[A-Z0-9<{])"
    r"|\d{1,6} (?=<\d{1,3}>)"
    r"|[\w./+@-]{1,200}:(?:\d{1,9}[:-])?(?=[A-Z][a-z]{2} [ \d]\d \d\d:|\d{4}-\d\d-\d\d[T ]|<\d{1,3}>)"
)
_CRI = re.compile(r"std(?:out|err) [FP] ")
_BOM = "\ufeff"
_DEPTH = 3
"""Headers within headers that are looked for."""


class Header(NamedTuple):
    """What stands around a message."""

    ts: int
    """Microseconds UTC, NO_TIME when the line has no readable time."""
    sure: bool
    """Whether year and zone stood in the line."""
    host: str
    program: str
    """Empty when no program could be made out."""
    pid: int
    message: str
    shape: str = ""
    """BSD or ISO when the fast loops can read lines of this kind."""
    source: Source | None = None
    """The source whose own file format this is."""


def told(header: Header, bracket: str | None, registry: Registry) -> Header:
    """A header whose tag had something in brackets: where that is the id of a message, it is put in front of it."""
    if not bracket or not registry.writes_id(header.program):
        return header
    return header._replace(message=f"[{bracket}] {header.message}", shape="")


class Splitter:
    """Splits lines of one log, in their order."""

    def __init__(self, clock: Clock, registry: Registry) -> None:
        """clock: the log's own, as stamps are read in order."""
        self._clock = clock
        self._registry = registry
        self._likely = registry.sources

    def split(self, line: str, depth: int = 0) -> Header | None:
        """The header of a line; None when it has none that is known."""
        if line.startswith(_BOM):
            line = line[1:]
        first = line[:1]
        if first == "{":
            found = self._json(line, depth)
            if found is not None and found.program:
                return found
            return self.bare(line) or found or self._prefixed(line, depth)
        if first == "<" or line[:2] == "1 ":
            found = self._rfc5424(line)
            pri = _PRI.match(line)
            if found is None and pri and depth < _DEPTH:
                return self.split(line[pri.end() :].lstrip(), depth + 1)
            if found is not None or first == "<":
                return found or self.bare(line)
        stamped = find(line)
        if stamped is None:
            return self.bare(line) or self._prefixed(line, depth)
        return self._stamped(line, *stamped, depth)

    def inner(self, text: str) -> Header | None:
        """The header of a log line that another program wrote as its message (T11), with a time or a known program."""
        found = self.split(text, 1)
        if found is None or not found.program:
            return None
        return found if found.ts != NO_TIME or self._registry.knows(found.program) else None

    def _stamped(self, line: str, stamp: Stamp, end: int, depth: int) -> Header:
        """A line that starts with a stamp, which ends at `end`."""
        strict = line[4:5] != "-" or line[10:11] == "T"  # dates with a blank are mostly those of products' own files
        strict = strict and line[end + 1 : end + 2] != "{"  # JSON may hold what looks like `host program: `
        match = _STRICT.match(line, end + 1) if line[end : end + 1] == " " and strict else None
        if match is None:
            bare = self.bare(line)
            if bare is not None:
                return bare
        ts = self._clock.resolve(stamp)
        sure = stamp.year is not None and stamp.offset is not None
        shape = (
            ISO
            if sure and line[10:11] == "T"
            else BSD
            if end == 15 and stamp.year is None and line[:3] in MONTHS
            else ""
        )
        if match is None:
            return self._remainder(Header(ts, sure, "", "", 0, line[end:].strip()), depth)
        header = Header(ts, sure, match[1], match[2], pid_of(match[3]), line[match.end() :], shape)
        return told(header, match[3], self._registry)

    def _remainder(self, header: Header, depth: int) -> Header:
        """The looser forms of a line whose time is known and whose rest is the header's message."""
        rest = header.message
        match = _STRICT.match(rest)
        if match is not None and (match[3] is not None or self._registry.knows(match[2])):
            header = header._replace(host=match[1], program=match[2], pid=pid_of(match[3]), message=rest[match.end() :])
            return told(header, match[3], self._registry)
        match = _LAST.match(rest)
        if match is not None:
            return header._replace(host=match[1] or "", message=rest[match.end() :])
        cri = _CRI.match(rest)
        if cri:
            rest = rest[cri.end() :]
            header = header._replace(message=rest)
        ahead = "" if cri else self._ahead(rest)
        if depth < _DEPTH and (cri or ahead or rest[:1] == "{" or find(rest)):
            inner = self.split(ahead or rest, depth + 1)
            if inner is not None:
                return inner if inner.ts != NO_TIME else inner._replace(ts=header.ts, sure=header.sure)
        match = _LOOSE.match(rest)
        if match is not None and (match[3] is not None or self._registry.knows(match[2])):
            header = header._replace(host=match[1], program=match[2], pid=pid_of(match[3]), message=rest[match.end() :])
            return told(header, match[3], self._registry)
        match = _HOSTLESS.match(rest)
        if match is not None and ((match[2] or "").isdecimal() or self._registry.knows(match[1])):
            header = header._replace(program=match[1], pid=pid_of(match[2]), message=rest[match.end() :])
            return told(header, match[2], self._registry)
        return header

    def _ahead(self, rest: str) -> str:
        """What stands behind a first word that is no part of it: Fluentd's tag, or the name of a relay."""
        _, tab, record = rest.partition("\t{")
        if tab:
            return "{" + record
        _, blank, after = rest.partition(" ")
        return after if blank and (find(after) or (after[:2] == "1 " and _RFC5424.match(after))) else ""

    def _rfc5424(self, line: str) -> Header | None:
        match = _RFC5424.match(line)
        if match is None:
            return None
        stamp, host, program, pid, _ = ("" if field == "-" else field for field in match.groups())
        read = self._clock.read(stamp) if stamp else None
        if stamp and read is None:
            return None
        data = _DATA.match(line, match.end())
        message = line[data.end() if data else match.end() :].lstrip(" ").removeprefix(_BOM)
        ts = read[0] if read else NO_TIME
        return told(Header(ts, read is not None and read[1], host, program, pid_of(pid), message), pid, self._registry)

    def bare(self, line: str) -> Header | None:
        """A line of a product's own file; the source that took the last one is asked first."""
        for source in self._likely:
            bare = source.split_bare(line)
            if bare is not None:
                if source is not self._likely[0]:
                    self._likely = (source, *(other for other in self._likely if other is not source))
                read = self._clock.read(bare.stamp) if bare.stamp else None
                ts, sure = read or (NO_TIME, False)
                pid = bare.pid if bare.pid <= MAX_PID else 0
                return Header(ts, sure, bare.host, bare.program, pid, bare.message, "", source)
        return None

    def _prefixed(self, line: str, depth: int) -> Header | None:
        match = _PREFIX.match(line)
        return self.split(line[match.end() :], depth + 1) if match and depth < _DEPTH else None

    def _json(self, line: str, depth: int) -> Header | None:
        """A JSON wrapper: a header within its text wins (T12), the wrapper's own names what that lacks."""
        outer = jsonlines.read(line)
        if outer is None:
            return None
        read = self._clock.read(outer.stamp) if outer.stamp else None
        ts, sure = (outer.micros, True) if outer.micros else read or (NO_TIME, False)
        if ts and sure:
            self._clock.saw(ts)
        if depth < _DEPTH and (not outer.program or not self._registry.knows(outer.program)):
            inner = self.split(outer.text, depth + 1)
            if inner is not None and inner.program:
                when = inner if inner.ts != NO_TIME else inner._replace(ts=ts, sure=sure)
                return when._replace(host=inner.host or outer.host, shape="", source=None)
            match = _HOSTLESS.match(outer.text)
            known = match is not None and ((match[2] or "").isdecimal() or self._registry.knows(match[1]))
            if match is not None and known and not outer.program:
                header = Header(ts, sure, outer.host, match[1], pid_of(match[2]), outer.text[match.end() :])
                return told(header, match[2], self._registry)
        if not ts and not outer.program:
            return None
        return told(Header(ts, sure, outer.host, outer.program, outer.pid, outer.text), outer.bracket, self._registry)


def head_parts(head: str) -> tuple[str, str, int] | None:
    """Host, program and pid of what stands between stamp and `: `; None when that is not all it is."""
    match = _HEAD.match(head)
    return (match[1], match[2], pid_of(match[3])) if match and match[2] else None

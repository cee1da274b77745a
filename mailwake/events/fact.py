"""The fact: one log record, immutable.

A source turns the text of one record into a `Parsed` triple; the ingest room adds what the record's envelope says
(time, host, program, pid) and the raw text, and that is a `Fact`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Fields = dict[str, Any]
"""Typed fields of one fact; the names allowed for each kind are in `vocabulary.KINDS`. Unknown values are absent."""

Parsed = tuple[str, str, Fields]
"""(kind, key, fields): kind from `vocabulary.KINDS`; key is the transaction id in the log's own words, "" if none."""

LineParser = Callable[[str], "Parsed | None"]
"""Message text (what stands after `host program[pid]: `) to a `Parsed`; None when the line is not known."""

NO_TIME = 0
"""The `ts` of a record that carries no readable time."""


class Origin(NamedTuple):
    """Where records were read: shared by all facts of one file (or one section of a file)."""

    source: str
    """Path of the file, `#section` appended when the file holds several."""
    zone: str = "UTC"
    """Zone assumed for stamps that carry none: an IANA name or an offset such as +02:00."""
    assumed: bool = False
    """True when year or zone of the stamps was inferred and not given by the log or by the user."""


class Fact(NamedTuple):
    """One log record and what it says."""

    ts: int
    """Microseconds since 1970-01-01T00:00:00Z; NO_TIME when the record has no readable time."""
    host: str
    """Host as the record names it; "" when the format has none."""
    program: str
    """Program tag as logged, service path included: `postfix/submission/smtpd`, `dovecot`, `exim`."""
    pid: int
    """Process id, 0 when not logged."""
    kind: str
    key: str
    fields: Fields
    raw: str
    """The whole record as read (without the line's end), undecodable bytes as surrogate escapes."""
    origin: Origin

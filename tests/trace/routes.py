"""The lines of a log as another route of it has them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

Shape = Callable[[str], str]
"""Writes a line as another route has it."""
_LINE = re.compile(r"(\S+) (\S+) (.*)")


def parts(line: str) -> tuple[datetime, str, str]:
    match = _LINE.match(line)
    assert match
    return datetime.fromisoformat(match[1]), match[2], match[3]


def whole(line: str) -> str:
    """As a file with seconds only has it."""
    when, host, text = parts(line)
    return f"{when:%b %d %H:%M:%S} {host} {text}"


def journal(line: str, late: int = 700) -> str:
    """As journald tells it, stamped some microseconds later on arrival."""
    when, host, text = parts(line)
    head, _, message = text.partition(": ")
    program, _, pid = head.rstrip("]").partition("[")
    stamp = int((when + timedelta(microseconds=late)).timestamp() * 1_000_000)
    fields = {"__REALTIME_TIMESTAMP": str(stamp), "_HOSTNAME": host, "SYSLOG_IDENTIFIER": program, "SYSLOG_PID": pid}
    return json.dumps({**fields, "MESSAGE": message})


def relayed(line: str) -> str:
    """As a relay has it: with the full name of the host, and stamped a little later."""
    when, host, text = parts(line)
    return f"{(when + timedelta(microseconds=3000)).isoformat()} {host}.example.org {text}"

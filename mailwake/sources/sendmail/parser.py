"""The line parser: the queue ID first, then what the text begins with (sendmail/conf.c sm_syslog)."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Parsed
from mailwake.events.pairs import trimmed
from mailwake.sources.sendmail import queue, refusals, session
from mailwake.sources.sendmail.arrival import arrival
from mailwake.sources.sendmail.delivery import delivery
from mailwake.sources.sendmail.text import QUEUE_ID

_LED = re.compile(rf"(?:({QUEUE_ID})|NOQUEUE)(?:\[(\d+)\])?: ?").match
_KEYED: tuple[tuple[str, Callable[[str, str], Parsed | None]], ...] = (
    ("from=", arrival),
    ("to=", delivery),
    ("ruleset=", refusals.ruleset),
    ("Milter", refusals.milter),
    ("milter=", refusals.of_filter),
    ("rejecting commands from ", refusals.greeting),
)
_LOOSE: tuple[tuple[str, Callable[[str], Parsed | None]], ...] = (
    ("STARTTLS", session.tls),
    ("AUTH=", session.login),
    ("AUTH failure (", session.auth_failure),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of Sendmail."""
    text = trimmed(message)
    led = _LED(text)
    if led is None:
        return _text("", text)
    if led[2] and led[2] != "1":
        return "noise", "", {"text": text}  # a later part of a long line: without the first nothing can be said of it
    rest = text[led.end() :]
    return _text(led[1] or "", rest.removesuffix(" ...") if led[2] else rest)


def _text(key: str, rest: str) -> Parsed | None:
    for head, keyed in _KEYED:
        if rest.startswith(head) and (key or head not in ("from=", "to=")):
            return keyed(key, rest)
    for head, loose in _LOOSE:
        if rest.startswith(head):
            return loose(rest)
    found = refusals.unclean(key, rest) if key and rest.startswith("collect: relay=") else None
    found = found or session.broken(rest) or session.connection(rest)
    if found is None and key:
        found = queue.about(key, rest)
    return found or queue.daemon(rest) or (refusals.user_error(key, rest) if key else None)

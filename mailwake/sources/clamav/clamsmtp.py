"""clamsmtpd: `sp_messagex` calls of clamsmtp's common/smtppass.c: one line per message, under its own connection id."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, present, trimmed

_ID = r"(?P<id>[0-9A-F]{6,8})"


def _message(match: re.Match[str]) -> Parsed:
    """`100007: from=a@x, to=b@y, to=c@y, status=CLEAN`, `status=VIRUS:NAME`."""
    status = match["status"]
    verdict, _, virus = status.partition(":")
    return (
        "verdict",
        match["id"],
        present(
            filter="clamsmtp",
            action=verdict.lower(),
            virus=virus or None,
            sender=match["sender"],
            recipients=[to for to in re.split(r", to=|\Ato=", match["to"]) if to],
        ),
    )


def _kept(match: re.Match[str]) -> Parsed:
    """`100007: quarantined virus file as: /var/spool/clamsmtp/virus.x1` (option Quarantine)."""
    return "verdict", match["id"], {"filter": "clamsmtp", "action": "quarantine", "quarantine": match["path"]}


_RULES: tuple[Rule, ...] = (
    (
        re.compile(rf"{_ID}: from=(?>(?P<sender>.*?), (?=to=))(?P<to>to=.*), status=(?P<status>[A-Z][\w:./-]*)"),
        _message,
    ),
    (re.compile(rf"{_ID}: quarantined virus file as: (?P<path>.+)"), _kept),
    (
        re.compile(
            rf"(?:{_ID}: )?(?:accept|new |closed|CLAMAV|CLIENT|SERVER|connect|couldn't|unable|error|from=|start|stopp|"
            r"configuration|changed|created|no |process|running as|must be started|switched to|wrote |removed pid|"
            r"out of memory|clean|active connection|too many connections|waiting|loop detected|sen[dt]|server |client |"
            r"XCLIENT|ESMTP|SMTP response|intercept|filtered|unexpected|invalid header|thread|ignoring pid|read config|"
            r"parsed option|network |clamd |clamav error|found virus|unexepected response|race condition|"
            r"executing virus action)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of clamsmtpd."""
    return first_match(_RULES, trimmed(message))

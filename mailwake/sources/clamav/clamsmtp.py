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


_RULES: tuple[Rule, ...] = (
    (re.compile(rf"{_ID}: from=(?P<sender>.*?), (?P<to>to=.*?), status=(?P<status>[A-Z][\w:./-]*)"), _message),
    (re.compile(rf"{_ID}: (?:accepted|new |closed|CLAMAV|CLIENT|SERVER|connect|couldn't|error|from=)"), noise),
    (
        re.compile(r"(?:starting|stopp|accepting|couldn't|error|configuration|changed|created|no |processing)", re.I),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of clamsmtpd."""
    return first_match(_RULES, trimmed(message))

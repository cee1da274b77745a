"""msmtpd: `log_msg` calls of src/msmtpd.c (1.8). It pipes each mail to a program, mostly msmtp; no client is named."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, trimmed


def _failed(match: re.Match[str]) -> Parsed:
    """`authentication failed, session aborted`."""
    return "auth_failed", "", {"service": "msmtpd", "reason": match["why"]}


def _lost(match: re.Match[str]) -> Parsed:
    """`pipe command reported error 75, session aborted`: the client is told that its mail was not taken."""
    return "note", "", {"text": match.string, "level": "warning"}


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?P<why>authentication failed), session aborted"), _failed),
    (re.compile(r"(?:pipe command (?:failed|reported error)|cannot (?:start pipe|pipe mail)).*session aborted"), _lost),
    (
        re.compile(
            r"starting SMTP session|authenticated user |client (?:did|ended)|invalid address in |too many recipients|"
            r"pipe command is |mail was piped|cannot open log file|.*, session aborted\Z"
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of msmtpd."""
    return first_match(_RULES, trimmed(message))

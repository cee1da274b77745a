"""greyd: `i_info` and `i_debug` calls of its src/*.c (0.11), and greylogd, which lets in those whom we send mail to."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed
from mailwake.events.tarpits import TARPIT

_RULES: tuple[Rule, ...] = (
    *TARPIT,
    (re.compile(r"exiting\Z"), service("stop")),
    (
        re.compile(
            r"(?:could not|error|invalid|failed|connection (?:read|write) error|got |configured|dropped|greyd|sync|"
            r"\w+ db |database|running|removing|using|loading)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of greyd or greylogd."""
    return first_match(_RULES, trimmed(message))

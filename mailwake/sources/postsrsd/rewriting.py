"""PostSRSd: `srs_forward` and `srs_reverse` in main.c (1.x) and 2.x: lookups, asked many times per message."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed

_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?:postsrsd )?.*\bstart(?:ed|ing)\b"), service("start")),
    (
        re.compile(
            r"srs_(?:forward|reverse): |<.*> (?:forward|reverse|(?:not )?rewritten)|rewr|forward|reverse|error|warn|"
            r"cannot|failed|no (?:secret|socket)|Listening|listening|bind|accept|socketmap|milter|invalid|drop"
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of PostSRSd."""
    return first_match(_RULES, trimmed(message))

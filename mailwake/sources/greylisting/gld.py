"""gld: `Log` in cnf.c (1.8) writes one line per decision."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, host_ip, noise, present, trimmed


def _decision(match: re.Match[str]) -> Parsed:
    """`Greylist activated for recipient=<r> sender=<s> ip=<i>`, `Local whitelist hit for …`."""
    return (
        "policy",
        "",
        present(
            service="gld",
            action="greylist" if match["what"] == "Greylist activated" else "pass",
            reason=match["what"],
            client_ip=host_ip(match["ip"]),
            sender=match["sender"],
            recipient=match["recipient"],
        ),
    )


_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?P<what>Greylist activated|Local whitelist hit|DNS whitelist hit|Local DNS node whitelist hit) for "
            r"recipient=<(?P<recipient>[^>]*)> sender=<(?P<sender>[^>]*)>(?: ip=<(?P<ip>[^>]*)>)?"
        ),
        _decision,
    ),
    (
        re.compile(r"New incoming|Rejected conn|Cleaned|Start|Stop|Ended|SQL |Mysql|Greylist inactive|Too many", re.I),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of gld."""
    return first_match(_RULES, trimmed(message))

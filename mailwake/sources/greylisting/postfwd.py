"""postfwd 1, 2 and 3: `[RULES] rule=17, id=R1, client=NAME[IP], …, action=REPLY` (postfwd manual, LOGGING)."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import (
    JOB_ID,
    Rule,
    address,
    first_match,
    host_ip,
    noise,
    number,
    pairs,
    present,
    service,
    trimmed,
    whole,
)
from mailwake.sources.greylisting.weight import decision


def _rule(match: re.Match[str]) -> Parsed | None:
    """One decision; `[CACHE]` and `[RULES]` say the same of it."""
    said, _, reply = match["said"].partition(", action=")
    if not reply:
        return None
    given = pairs(said)
    client = re.match(r"(.*)\[([^\[\]]*)\]\Z", given.get("client", ""))
    queue_id = given.get("queue") or given.get("queue_id")
    return (
        "policy",
        queue_id or "",
        present(
            service="postfwd",
            action=decision(reply),
            reason=given.get("id"),
            text=reply,
            client_name=client[1] if client else None,
            client_ip=host_ip(client[2]) if client else None,
            helo=address(given.get("helo")),
            sender=address(given.get("sender")),
            recipient=address(given.get("recipient")),
            sasl_username=given.get("user") or given.get("sasl_username"),
            size=whole(given.get("size")),
            delay=number(given.get("delay", "").rstrip("s")),
            queue_id=queue_id,
        ),
    )


_RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?:{JOB_ID}: )?\[(?:RULES|CACHE|rules|cache)\] (?P<said>rule=.*)"), _rule),
    (re.compile(r"catched HUP signal - reloading"), service("reload")),
    (re.compile(r"catched HUP signal - clearing"), noise),
    (
        re.compile(
            r"\[|postfwd|(?:re)?load|rule|Setting|Binding|Process|ready|Server|warning|fatal|Counters|TIMEOUT|"
            r"Action: |Answer from|Asking service|Attribute: |Could not|error|Fetched|File not found|ignoring|NODAEMON|"
            r"NODNS|Net::DNS|Non IPv4|Opening socket|Saved|Started|answer: |child said|compare |count |created cache|"
            r"critical: |deneg |disabling|dnsquery|file |match |negate |notice|parsing line|rate items|read|request|"
            r"set up syslogging|substitute|type |updating parent|\w+-daemon check failed|\d{4}/\d\d/\d\d-",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of postfwd."""
    return first_match(_RULES, trimmed(message))

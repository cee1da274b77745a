"""MIMEDefang: `md_graphdefang_log` of mimedefang-filter(5): `MDLOG,QUEUEID,EVENT,VALUE1,VALUE2,<s>,<r>,SUBJECT`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from mailwake.events.fact import Parsed
from mailwake.events.pairs import JOB_ID, Rule, address, first_match, host_ip, noise, number, present, service, trimmed


def _logged(match: re.Match[str]) -> Parsed:
    """The meaning of VALUE1 and VALUE2 is the site's; of the stock filter: a spam's score and the relay's address."""
    event, first, second = match["event"], match["one"], match["two"]
    client = host_ip(second) or host_ip(first)
    return (
        "verdict",
        match["id"],
        present(
            filter="mimedefang",
            action=event,
            queue_id=match["id"],
            score=number(first) if event in ("spam", "non_spam") else None,
            virus=first or None if event == "virus" else None,
            client_ip=client,
            sender=address(match["sender"]),
            recipient=address(match["recipient"]),
            # commas and other control characters of a value are percent-encoded
            subject=unquote(match["subject"]) if match["subject"] is not None else None,
        ),
    )


_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?:MDLOG|GRAPHDEFANG),(?P<id>{JOB_ID}),(?P<event>\w+),(?P<one>[^,]*),(?P<two>[^,]*)"
            r"(?:,(?P<sender>[^,]*)(?:,(?P<recipient>[^,]*)(?:,(?P<subject>.*))?)?)?"
        ),
        _logged,
    ),
    (re.compile(r"(?:mimedefang|multiplexor).*start|started;", re.IGNORECASE), service("start")),
    (
        re.compile(
            rf"(?:{JOB_ID}: )?(?:MIMEDefang|Slave|Worker|Multiplexor|stats|Starting|Killing|Reap|filter|relay|Could|"
            r"Error|error|cannot|Initializing|Mail|mfconnect|multi|Kill|Idle|busy|Bouncing|Discarding|Tempfailing|"
            r"\w+: |No |DNS|SpamAssassin|Reread|about)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of MIMEDefang."""
    return first_match(_RULES, trimmed(message))

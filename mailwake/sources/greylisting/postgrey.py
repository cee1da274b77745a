"""postgrey 1.37: `smtpd_access_policy` and `do_maintenance` of its one script, and Net::Server's own lines."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import (
    JOB_ID,
    Rule,
    first_match,
    host_ip,
    noise,
    number,
    pairs,
    present,
    service,
    trimmed,
)


def _decision(match: re.Match[str]) -> Parsed | None:
    """`[QID: ]action=pass, reason=triplet found, delay=304, client_name=…, client_address=…/32, sender=…, …`."""
    said = pairs(match["said"])
    network = said.get("client_address", "")
    return (
        "policy",
        match["id"] or "",
        present(
            service="postgrey",
            action=said.get("action"),
            reason=said.get("reason"),
            delay=number(said.get("delay")),
            client_name=said.get("client_name"),
            client_ip=host_ip(network),
            # --lookup-by-subnet: the log knows the network only
            text=f"client network {network}" if "/" in network and host_ip(network) is None else None,
            # what is empty is left out: the null sender, unless the line is cut off before it
            sender=said.get("sender", "" if "recipient" in said else None),
            recipient=said.get("recipient"),
            queue_id=match["id"],
        ),
    )


def _delayed(match: re.Match[str]) -> Parsed:
    """`delayed 304 seconds: client=NAME, from=…, to=…`: the pass after a delay, as postgrey before 1.34 logged it."""
    said = pairs(match["said"])
    client = said.get("client")
    return (
        "policy",
        "",
        present(
            service="postgrey",
            action="pass",
            reason="delayed",
            delay=float(match["delay"]),
            client_ip=host_ip(client),
            client_name=client if host_ip(client) is None else None,
            sender=said.get("from"),
            recipient=said.get("to"),
        ),
    )


_RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?:(?P<id>{JOB_ID}): )?(?P<said>action=(?:pass|greylist)\b.*)"), _decision),
    (re.compile(r"delayed (?P<delay>\d+) seconds: (?P<said>client=.*)"), _delayed),
    (re.compile(r".*\bstarting! pid\(\d+\)"), service("start")),
    (re.compile(r".*\bServer closing!|Exiting!"), service("stop")),
    (
        re.compile(
            r"whitelisted: |cleaning |rm |request(?: age|:)|HUP received|ignoring garbage|unrecognized request"
            r"|correcting date|(?:warning|WARNING|fatal|FATAL|ERROR|error):? |Process Backgrounded|Binding |"
            r"Setting [gu]id|Resolved \["
            r"|Using default listen|Pid_file|Group Not|User Not|Beginning |Starting |Couldn't |Can't |Bad |Turning "
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of postgrey."""
    # Net::Server stamps its own lines inside the syslog message: `2026/11/22-02:33:19 postgrey (type …) starting!`
    return first_match(_RULES, re.sub(r"\A\d{4}/\d\d/\d\d-\d\d:\d\d:\d\d ", "", trimmed(message)))

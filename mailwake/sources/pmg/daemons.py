"""The daemons of PMG's interface: of interest only when a login fails (PMG/AccessControl.pm, PMG/HTTPServer.pm)."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import host_ip, noise, present, trimmed

_FAILED = re.compile(r"authentication failure; rhost=(?P<ip>\S*) user=(?P<user>\S*)(?: msg=(?P<why>.*))?")


def parse(message: str) -> Parsed | None:
    """Parse one line of pmgdaemon, pmgproxy and their like."""
    match = _FAILED.match(trimmed(message))
    if match is None:
        return noise()
    return (
        "auth_failed",
        "",
        present(
            service="pmg",
            client_ip=host_ip(match["ip"].removeprefix("::ffff:")),
            username=match["user"],
            reason=match["why"],
        ),
    )

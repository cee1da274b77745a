"""spamass-milter 0.4: calls of syslog in spamass-milter.cpp; it leaves the verdict to spamd's own lines."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed

_RULES: tuple[Rule, ...] = (
    (re.compile(r"spamass-milter \S+ starting"), service("start")),
    (re.compile(r"spamass-milter \S+ exiting"), service("stop")),
    (
        re.compile(
            r"Could not |Unable |spamass-milter|smfi_|queueid=|Thrown |SpamAssassin|libmilter|SpamAss|mlfi_|parsing |"
            r"milter |Malformed|Couldn't |Error|error|rejected |Score |pid |close|closing|popen|"
            r".* is in our ignore list|"
            r"sender authenticated|Failed to |poll|tried output|::\w+ |\d+ recipients; |Cannot |setting debug|Invalid |"
            r"Remote address|auth_\w+=|f_nc: |u_or_i: |SA score|calling |c_nc_p: |Adding |Ignore |daemon\(\)|"
            r"sendmail output|user: |Total of|Received header for|remembering |\w+ error: |spamc gets|input  |output ",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of spamass-milter."""
    return first_match(_RULES, trimmed(message))

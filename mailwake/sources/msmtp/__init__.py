"""msmtp: an SMTP client that stands in for sendmail on hosts without a queue; in syslog or in a log file of its own."""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare, SimpleSource
from mailwake.sources.msmtp import sending

PARSERS: dict[str, LineParser] = {"msmtp": sending.parse}
"""Parser of each product, by the name in its tag."""

# `logfile` with the usual `logfile_time_format` (msmtp manual, "General commands"): `%b %d %H:%M:%S`
_OWN_FILE = re.compile(
    r"(?P<stamp>\S+(?: {1,2}\S+){0,4}?) (?P<text>host=\S* tls=(?:on|off) auth=(?:on|off) .*)", re.DOTALL
)


class _Msmtp(SimpleSource):
    """With a log file of its own."""

    def split_bare(self, line: str) -> Bare | None:
        """Take a line of the log file: the stamp, and what syslog is given too."""
        found = _OWN_FILE.match(line) if " exitcode=EX_" in line else None
        return Bare(found["stamp"], "", "msmtp", 0, found["text"]) if found is not None else None


SOURCE = _Msmtp("msmtp", PARSERS)

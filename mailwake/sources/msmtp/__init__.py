"""msmtp: an SMTP client that stands in for sendmail on hosts without a queue; in syslog or in a log file of its own."""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare, SimpleSource
from mailwake.sources.msmtp import sending, session

PARSERS: dict[str, LineParser] = {"msmtp": sending.parse, "msmtpd": session.parse}
"""Parser of each product, by the name in its tag."""

# `logfile` with the usual `logfile_time_format` (msmtp manual, "General commands"): `%b %d %H:%M:%S`; or with `none`
_OWN_FILE = re.compile(
    r"(?:(?P<stamp>\S+(?: {1,2}\S+){0,4}?) )??(?P<text>(?:host|socket)=\S* tls=(?:on|off) auth=(?:on|off) .*)",
    re.DOTALL,
)
# msmtpd --log=FILE: time, the process, info or error
_DAEMON_FILE = re.compile(r"(?P<stamp>\S+(?: {1,2}\S+){0,4}?) msmtpd\[(?P<pid>\d+)\] (?:info|error): (?P<text>.*)")


class _Msmtp(SimpleSource):
    """With a log file of its own."""

    def split_bare(self, line: str) -> Bare | None:
        """Take a line of the log file: the stamp, and what syslog is given too."""
        if " msmtpd[" in line:
            daemon = _DAEMON_FILE.match(line)
            return Bare(daemon["stamp"], "", "msmtpd", int(daemon["pid"]), daemon["text"]) if daemon else None
        found = _OWN_FILE.match(line) if " exitcode=EX_" in line else None
        return Bare(found["stamp"] or "", "", "msmtp", 0, found["text"]) if found is not None else None


SOURCE = _Msmtp("msmtp", PARSERS)

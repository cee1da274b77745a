"""ClamAV: clamd, clamav-milter, freshclam and the SMTP proxy clamsmtpd; in syslog or in ClamAV's own log files."""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import MONTH, Bare, SimpleSource, stamp_of
from mailwake.sources.clamav import clamd, clamsmtp

PARSERS: dict[str, LineParser] = {
    "clamav": clamd.parse,
    "clamd": clamd.parse,
    "clamav-milter": clamd.parse,
    "clamav-daemon": clamd.parse,
    "freshclam": clamd.parse_freshclam,
    "clamsmtpd": clamsmtp.parse,
    "clamsmtp": clamsmtp.parse,
}
"""Parser of each product, by the name in its tag."""

# common/output.c logg(): ctime(3) and an arrow, in clamd.log, freshclam.log and clamav-milter.log (LogTime yes)
_OWN_FILE = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>{MONTH}) (?P<day>[ \d]\d) (?P<time>\d\d:\d\d:\d\d)"
    r" (?P<year>\d{4}) -> (?P<text>.*)",
    re.DOTALL,
)


class _ClamAv(SimpleSource):
    """With a log file of its own."""

    def parser(self, program: str) -> LineParser | None:
        return product_of(program.split("@", 1)[0], PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        match = _OWN_FILE.match(line)
        if match is None:
            return None
        return Bare(stamp_of(match), "", "clamav", 0, match["text"])


SOURCE = _ClamAv("clamav", PARSERS)

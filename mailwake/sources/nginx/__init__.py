"""nginx as mail proxy (ngx_mail_*): its error log tells who connected, logged in and failed to."""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare, SimpleSource
from mailwake.sources.nginx import mail

PARSERS: dict[str, LineParser] = {"nginx": mail.parse}
"""Parser of each product, by the name in its tag."""

# core/ngx_log.c: time, level, pid#tid
_OWN_FILE = re.compile(
    r"(?P<date>\d{4}/\d\d/\d\d) (?P<time>\d\d:\d\d:\d\d) (?P<text>\[\w+\] (?P<pid>\d+)#\d+: .*)", re.DOTALL
)


class _Nginx(SimpleSource):
    """With a log file of its own."""

    def split_bare(self, line: str) -> Bare | None:
        match = _OWN_FILE.match(line)
        if match is None:
            return None
        stamp = f"{match['date'].replace('/', '-')} {match['time']}"
        return Bare(stamp, "", "nginx", int(match["pid"]), match["text"])


SOURCE = _Nginx("nginx", PARSERS)

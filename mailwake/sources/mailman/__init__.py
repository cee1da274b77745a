"""GNU Mailman 3, and 2.1: its own log files smtp, vette and bounce."""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.sources.api import MONTH, Bare, SimpleSource, stamp_of
from mailwake.sources.mailman import lists

PARSERS: dict[str, LineParser] = {"mailman": lists.parse, "mailman3": lists.parse}
"""Parser of each product, by the name in its tag."""

# config/schema.cfg, [logging.template]: `%(asctime)s (%(process)d) %(message)s`, datefmt `%b %d %H:%M:%S %Y`
_OWN_FILE = re.compile(
    rf"(?P<month>{MONTH}) (?P<day>[ \d]\d) (?P<time>\d\d:\d\d:\d\d) (?P<year>\d{{4}}) "
    r"\((?P<pid>\d+)\) (?P<text>.*)",
    re.DOTALL,
)


class _Mailman(SimpleSource):
    """With log files of its own."""

    def split_bare(self, line: str) -> Bare | None:
        """Take a line of a log file; it does not say which of them it stands in."""
        match = _OWN_FILE.match(line)
        if match is None:
            return None
        return Bare(stamp_of(match), "", "mailman", int(match["pid"]), match["text"])


SOURCE = _Mailman("mailman", PARSERS)

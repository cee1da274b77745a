"""MailScanner: a content filter that takes mail out of the hold queue and puts it back under a new queue ID."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.mailscanner import scanner

PARSERS: dict[str, LineParser] = {
    "mailscanner": scanner.parse,
    "mailscanner-milter": scanner.parse,
    "msmilter": scanner.parse,
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("mailscanner", PARSERS)

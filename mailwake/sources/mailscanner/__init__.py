"""MailScanner: a content filter that takes mail out of the hold queue and puts it back under a new queue ID."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.mailscanner import scanner

PARSERS: dict[str, LineParser] = {
    "mailscanner": scanner.parse,
    "mailscanner-milter": scanner.parse,
    "msmilter": scanner.parse,
}
"""Parser of each product, by the name in its tag."""


class _MailScanner:
    """See `sources.api.Source`."""

    name = "mailscanner"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _MailScanner()

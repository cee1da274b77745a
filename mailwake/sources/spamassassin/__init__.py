"""SpamAssassin: the daemon spamd, its client spamc and the milter spamass-milter."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.spamassassin import milter, spamd

PARSERS: dict[str, LineParser] = {
    "spamd": spamd.parse,
    "spamc": spamd.parse,
    "spamassassin": spamd.parse,
    "spamass-milter": milter.parse,
}
"""Parser of each product, by the name in its tag."""


class _SpamAssassin:
    """See `sources.api.Source`."""

    name = "spamassassin"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _SpamAssassin()

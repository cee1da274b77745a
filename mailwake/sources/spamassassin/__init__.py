"""SpamAssassin: the daemon spamd, its client spamc and the milter spamass-milter."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.spamassassin import milter, spamd

PARSERS: dict[str, LineParser] = {
    "spamd": spamd.parse,
    "spamc": spamd.parse,
    "spamassassin": spamd.parse,
    "spamass-milter": milter.parse,
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("spamassassin", PARSERS)

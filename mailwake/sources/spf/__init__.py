"""SPF policy services: policyd-spf (pypolicyd-spf, spf-engine) and the Perl policy-spf of Postfix's own examples."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.spf import policyd_spf

PARSERS: dict[str, LineParser] = {
    name: policyd_spf.parser(name) for name in ("policyd-spf", "policy-spf", "pyspf-milter", "policyd-spf-perl")
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("spf", PARSERS)

"""SPF policy services: policyd-spf (pypolicyd-spf, spf-engine) and the Perl policy-spf of Postfix's own examples."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.spf import policyd_spf

PARSERS: dict[str, LineParser] = {
    name: policyd_spf.parser(name) for name in ("policyd-spf", "policy-spf", "pyspf-milter", "policyd-spf-perl")
}
"""Parser of each product, by the name in its tag."""


class _Spf:
    """See `sources.api.Source`."""

    name = "spf"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _Spf()

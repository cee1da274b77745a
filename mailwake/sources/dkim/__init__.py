"""DKIM signers and verifiers: OpenDKIM and its ancestor dkim-filter, dkimpy-milter, DKIMproxy."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.dkim import dkimproxy, opendkim

PARSERS: dict[str, LineParser] = {
    "opendkim": opendkim.parser("opendkim"),
    "dkim-filter": opendkim.parser("dkim-filter"),
    "dkimpy-milter": opendkim.parser("dkimpy-milter"),
    "dkimproxy": dkimproxy.parse,
    "dkimproxy.in": dkimproxy.parse,
    "dkimproxy.out": dkimproxy.parse,
}
"""Parser of each product, by the name in its tag."""


class _Dkim:
    """See `sources.api.Source`."""

    name = "dkim"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _Dkim()

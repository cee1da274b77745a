"""DMARC: OpenDMARC."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.dmarc import opendmarc

PARSERS: dict[str, LineParser] = {"opendmarc": opendmarc.parse}
"""Parser of each product, by the name in its tag."""


class _Dmarc:
    """See `sources.api.Source`."""

    name = "dmarc"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _Dmarc()

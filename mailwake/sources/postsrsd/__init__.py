"""PostSRSd: the Sender Rewriting Scheme daemon; it names addresses, but neither message nor client."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.postsrsd import rewriting

PARSERS: dict[str, LineParser] = {"postsrsd": rewriting.parse}
"""Parser of each product, by the name in its tag."""


class _PostSrsd:
    """See `sources.api.Source`."""

    name = "postsrsd"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _PostSrsd()

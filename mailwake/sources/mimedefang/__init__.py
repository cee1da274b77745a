"""MIMEDefang: a milter that runs Perl policies."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.mimedefang import filtering

PARSERS: dict[str, LineParser] = {
    "mimedefang": filtering.parse,
    "mimedefang.pl": filtering.parse,
    "mimedefang-multiplexor": filtering.parse,
}
"""Parser of each product, by the name in its tag."""


class _MimeDefang:
    """See `sources.api.Source`."""

    name = "mimedefang"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _MimeDefang()

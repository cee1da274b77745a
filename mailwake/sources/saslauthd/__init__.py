"""saslauthd of Cyrus SASL: the password checks behind an SMTP server."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from mailwake.sources.saslauthd import logins

PARSERS: dict[str, LineParser] = {"saslauthd": logins.parse}
"""Parser of each product, by the name in its tag."""


class _Saslauthd:
    """See `sources.api.Source`."""

    name = "saslauthd"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None

    def continues(self, line: str) -> bool:
        return False


SOURCE = _Saslauthd()

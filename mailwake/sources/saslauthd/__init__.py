"""saslauthd of Cyrus SASL: the password checks behind an SMTP server."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.saslauthd import logins

PARSERS: dict[str, LineParser] = {"saslauthd": logins.parse}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("saslauthd", PARSERS)

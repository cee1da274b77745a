"""nullmailer: a mail server that only sends, by way of other servers."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.nullmailer import sending

PARSERS: dict[str, LineParser] = {"nullmailer": sending.parse, "nullmailer-send": sending.parse}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("nullmailer", PARSERS)

"""DMARC: OpenDMARC."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.dmarc import opendmarc

PARSERS: dict[str, LineParser] = {"opendmarc": opendmarc.parse}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("dmarc", PARSERS)

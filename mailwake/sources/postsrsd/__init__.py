"""PostSRSd: the Sender Rewriting Scheme daemon; it names addresses, but neither message nor client."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.postsrsd import rewriting

PARSERS: dict[str, LineParser] = {"postsrsd": rewriting.parse}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("postsrsd", PARSERS)

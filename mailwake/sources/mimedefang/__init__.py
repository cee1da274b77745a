"""MIMEDefang: a milter that runs Perl policies."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.mimedefang import filtering

PARSERS: dict[str, LineParser] = {
    "mimedefang": filtering.parse,
    "mimedefang.pl": filtering.parse,
    "mimedefang-multiplexor": filtering.parse,
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("mimedefang", PARSERS)

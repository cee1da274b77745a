"""fetchmail: fetches mail from mailboxes of other servers, and hands it to this host's mail server."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.fetchmail import fetching

PARSERS: dict[str, LineParser] = {"fetchmail": fetching.parse}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("fetchmail", PARSERS)

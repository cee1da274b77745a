"""Stalwart 0.9 and newer: the event log in its text and JSON forms, and the events of webhooks."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.stalwart.events import split_bare
from mailwake.sources.stalwart.parser import parse


class StalwartSource:
    """Meets `sources.api.Source`."""

    name = "stalwart"

    def parser(self, program: str) -> LineParser | None:
        """Claim `stalwart` and its older names `stalwart-mail` and `stalwart-smtp`."""
        name = program.lower()
        return parse if name == "stalwart" or name.startswith(("stalwart-mail", "stalwart-smtp")) else None

    def split_bare(self, line: str) -> Bare | None:
        """Split a line of its log file or standard output, coloured or not, or an event of a webhook."""
        return split_bare(line)

    def continues(self, line: str) -> bool:
        """Whether this is a key of an event that is written over several lines."""
        return line[:1] == "\t" and " = " in line


SOURCE = StalwartSource()

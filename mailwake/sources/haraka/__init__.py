"""Haraka 2.x and 3.x: its log lines in the default, logfmt and JSON forms, through syslog and from its own output."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.haraka.lines import split_bare
from mailwake.sources.haraka.parser import parse


class HarakaSource:
    """Meets `sources.api.Source`."""

    name = "haraka"

    def parser(self, program: str) -> LineParser | None:
        """Claim `haraka`, which log.syslog names itself and service managers name the program."""
        return parse if program.lower() == "haraka" or program.lower().startswith("haraka-") else None

    def split_bare(self, line: str) -> Bare | None:
        """Split a line of its standard output: stamped or not, default, logfmt or JSON."""
        return split_bare(line)

    def continues(self, line: str) -> bool:
        """Give False: what follows an error (a stack) is no record of mail."""
        return False


SOURCE = HarakaSource()

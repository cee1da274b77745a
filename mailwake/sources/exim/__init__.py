"""Exim 4: main log, reject log and panic log, as own files and through syslog.

Reference: Exim specification, chapter 52 "Log files" (53 in some editions), and chapter 51 on what ACLs log.
"""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.exim.lines import continues, split_bare
from mailwake.sources.exim.parser import parse

__all__ = ["SOURCE"]


class EximSource:
    """Meets `sources.api.Source`."""

    name = "exim"

    def parser(self, program: str) -> LineParser | None:
        """Claim `exim`, `exim4`, `exim-in` and whatever else `syslog_processname` made of it."""
        return parse if program.rpartition("/")[2].lower().startswith("exim") else None

    def split_bare(self, line: str) -> Bare | None:
        """Split a line of mainlog, rejectlog or paniclog."""
        return split_bare(line)

    def continues(self, line: str) -> bool:
        """Whether this is one of the header lines that follow a rejection in the reject log."""
        return continues(line)


SOURCE = EximSource()

"""KumoMTA: its log records, a JSON object on each line of the segments below /var/log/kumomta (Zstandard)."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.kumomta import records


class KumoMtaSource:
    """Meets `sources.api.Source`."""

    name = "kumomta"

    def parser(self, program: str) -> LineParser | None:
        """Claim the name that its records are given here; they name no program."""
        return records.parse if program == records.PROGRAM else None

    def split_bare(self, line: str) -> Bare | None:
        """Split a record; None for JSON of others."""
        return records.split(line)

    def continues(self, line: str) -> bool:
        """Give False: one record a line."""
        return False


SOURCE = KumoMtaSource()

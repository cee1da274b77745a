"""OpenSMTPD: smtpd's lines of 6.4 to 7.x, of 5.7 to 6.3 (`event=`) and of 5.0 to 5.4 (`smtp-in:`, `relay:`)."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.opensmtpd.parser import parse


class OpenSmtpdSource:
    """Meets `sources.api.Source`."""

    name = "opensmtpd"

    def parser(self, program: str) -> LineParser | None:
        """Claim the bare tag `smtpd`, which Postfix's daemon never has without a name before it."""
        return parse if program in ("smtpd", "opensmtpd") else None

    def split_bare(self, line: str) -> Bare | None:
        """Give None: it logs through syslog, or to the terminal without a time."""
        return None

    def continues(self, line: str) -> bool:
        """Give False: one line a record."""
        return False


SOURCE = OpenSmtpdSource()

"""sSMTP: an SMTP client that stands in for sendmail on hosts without a queue."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.ssmtp import sending

PARSERS: dict[str, LineParser] = {"ssmtp": sending.parse}
"""Parser of each product, by the name in its tag."""


class _Ssmtp(SimpleSource):
    """With the process id as the id of the message, for want of another."""

    def writes_id(self, program: str) -> bool:
        """Whether this program's process id is needed to tell one message from another."""
        return program.lower() == "ssmtp"


SOURCE = _Ssmtp("ssmtp", PARSERS)

"""Sendmail 8 (8.8 to 8.18): daemon, submission queue and command, under the tags sendmail, sm-mta, sm-msp-queue ...

Everything goes through sm_syslog() in sendmail/conf.c: `ID: text`, `NOQUEUE: text` or the bare text. The tag is what
option -L names, by convention `sm-` and the daemon's part.
"""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.sendmail.parser import parse


class SendmailSource:
    """Meets `sources.api.Source`."""

    name = "sendmail"

    def parser(self, program: str) -> LineParser | None:
        """Claim `sendmail`, `sm-mta`, `sm-msp-queue`, `sm-acceptingconnections` and the like, not Postfix's command."""
        name = program.lower()
        return parse if name == "sendmail" or name.startswith(("sm-", "sendmail-")) else None

    def split_bare(self, line: str) -> Bare | None:
        """Give None: it logs through syslog alone."""
        return None

    def continues(self, line: str) -> bool:
        """Give False: sm_syslog() cuts long texts into records of their own."""
        return False


SOURCE = SendmailSource()

"""The Postfix source: every daemon of Postfix 2.x to 3.x, under any syslog_name.

Grammar by daemon in the modules beside this one; which parser a tag gets is in `programs`. Postfix's own log file
(maillog_file, written by postlogd(8)) has the syslog header, so there is nothing to split off here.
"""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.shape import Shape
from mailwake.sources.api import Bare
from mailwake.sources.postfix import programs
from mailwake.sources.postfix.shapes import shapes_of


class PostfixSource:
    """Postfix's log grammar."""

    name = "postfix"

    def parser(self, program: str) -> LineParser | None:
        """Give the parser for a tag such as `postfix/submission/smtpd` or `postfix-out/qmgr`."""
        return programs.parser(program)

    def shapes(self, program: str) -> tuple[Shape, ...]:
        """Shapes of the daemon's commonest lines."""
        return shapes_of(program.rpartition("/")[2])

    def split_bare(self, line: str) -> Bare | None:
        """Give None: maillog_file has syslog's header."""
        return None

    def continues(self, line: str) -> bool:
        """Give False: Postfix logs one line a record."""
        return False


SOURCE = PostfixSource()

"""Greylisting and policy daemons: postgrey, milter-greylist, (cb)policyd, sqlgrey, gld, policyd-weight, postfwd,
greyd.

Most of them know no queue ID (they are asked before there is one), so their facts carry what was asked about, the
client and the envelope, and are joined by that.
"""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser
from mailwake.events.pairs import JOB_ID
from mailwake.sources.api import Bare, SimpleSource
from mailwake.sources.greylisting import gld, greyd, milter_greylist, policyd, postfwd, postgrey, sqlgrey, weight

PARSERS: dict[str, LineParser] = {
    "postgrey": postgrey.parse,
    "milter-greylist": milter_greylist.parse,
    "policyd": policyd.parse,
    "cbpolicyd": policyd.parse,
    "cluebringer": policyd.parse,
    "sqlgrey": sqlgrey.parse,
    "gld": gld.parse,
    "greyd": greyd.parse,
    "greylogd": greyd.parse,
    "policyd-weight": weight.parse,
    "postfwd": postfwd.parse,
    "postfwd2": postfwd.parse,
    "postfwd3": postfwd.parse,
}
"""Parser of each product, by the name in its tag."""

# postgrey that is not daemonized writes to standard error, and that holds no time at all
_POSTGREY_STDERR = re.compile(rf"(?:{JOB_ID}: )?action=(?:greylist|pass), reason=")


class _Greylisting(SimpleSource):
    """With a log file of its own."""

    def split_bare(self, line: str) -> Bare | None:
        return Bare("", "", "postgrey", 0, line) if _POSTGREY_STDERR.match(line) else None


SOURCE = _Greylisting("greylisting", PARSERS)

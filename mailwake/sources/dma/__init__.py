"""dma: the DragonFly Mail Agent, a small mail server for hosts that only send; also of FreeBSD and Debian."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.dma import lines

PARSERS: dict[str, LineParser] = {"dma": lines.parse, "dma-mbox-create": lines.parse_mbox}
"""Parser of each product, by the name in its tag."""


class _Dma(SimpleSource):
    """With the queue ID where others have their process id."""

    def writes_id(self, program: str) -> bool:
        """Whether what stands in the brackets of this program's tag is an id."""
        return program == "dma"


SOURCE = _Dma("dma", PARSERS)

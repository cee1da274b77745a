"""The line parser: who logs decides (logger.js)."""

from __future__ import annotations

from mailwake.events.fact import Parsed
from mailwake.events.pairs import trimmed
from mailwake.sources.haraka import core, outbound, plugins
from mailwake.sources.haraka.lines import read

_OUTBOUND = frozenset({"outbound", "hmail", "hmailitem"})


def parse(message: str) -> Parsed | None:
    """Parse one record of Haraka."""
    record = read(trimmed(message))
    if record is None:
        return None
    origin = record.origin.lower()
    if origin in ("core", "", "connection", "server", "server.js"):
        return core.parse(record)
    if origin.partition("/")[0] in _OUTBOUND:
        return outbound.parse(record)
    return plugins.parse(record)

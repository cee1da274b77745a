"""Proxmox Mail Gateway: the filter pmg-smtp-filter, the policy daemon pmgpolicy, and the daemons of its interface."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.pmg import daemons, policy, smtp_filter

PARSERS: dict[str, LineParser] = {
    "pmg-smtp-filter": smtp_filter.parse,
    "proxprox": smtp_filter.parse,
    "pmgpolicy": policy.parse,
    "pmgdaemon": daemons.parse,
    "pmgproxy": daemons.parse,
    "pmgmirror": daemons.parse,
    "pmgtunnel": daemons.parse,
    "pmgreport": daemons.parse,
    "pmgspamreport": daemons.parse,
    "pmgbackup": daemons.parse,
    "pmg-daily": daemons.parse,
    "pmg-hourly": daemons.parse,
    "pmgqm": daemons.parse,
    "pmgupdate": daemons.parse,
    "pmg-log-tracker": daemons.parse,
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("pmg", PARSERS)

"""DKIM signers and verifiers: OpenDKIM and its ancestor dkim-filter, dkimpy-milter, DKIMproxy."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import SimpleSource
from mailwake.sources.dkim import dkimproxy, opendkim

PARSERS: dict[str, LineParser] = {
    "opendkim": opendkim.parser("opendkim"),
    "dkim-filter": opendkim.parser("dkim-filter"),
    "dkimpy-milter": opendkim.parser("dkimpy-milter"),
    "dkimproxy": dkimproxy.parse,
    "dkimproxy.in": dkimproxy.parse,
    "dkimproxy.out": dkimproxy.parse,
}
"""Parser of each product, by the name in its tag."""


SOURCE = SimpleSource("dkim", PARSERS)

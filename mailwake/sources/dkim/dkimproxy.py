"""DKIMproxy 1.4 (scripts): `DKIM signing - signed; message-id=…, signer=…, from=…`, `DKIM verify - pass; …`."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, pairs, present, trimmed


def _verdict(match: re.Match[str]) -> Parsed:
    said = pairs(match["said"])
    author = said.get("from")
    if author is not None and author.endswith(">"):
        author = author[author.rfind("<") + 1 : -1]
    return (
        "verdict",
        "",
        present(
            filter="dkimproxy",
            action=match["result"].strip(),
            message_id=said.get("message-id"),
            header_from=author,
            dkim=said.get("signer"),
        ),
    )


def _error(match: re.Match[str]) -> Parsed:
    """`signing error: no key available`, `verify error: …`: the message is not named."""
    return "verdict", "", {"filter": "dkimproxy", "action": "error", "text": match["why"]}


_RULES: tuple[Rule, ...] = (
    (re.compile(r"DKIM (?:signing|verify) - (?P<result>[^;]+); (?P<said>.*)"), _verdict),
    (re.compile(r"(?:signing|verify) error: (?P<why>.*)"), _error),
    (
        re.compile(
            r"\d{4}/\d\d/\d\d|connect|Process|Setting|Binding|Server|Starting|Couldn't|warning|fatal|skipped", re.I
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of DKIMproxy."""
    return first_match(_RULES, trimmed(message))

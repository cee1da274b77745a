"""Small grammar that policy daemons, milters and content filters share: attribute lists, job ids, tables of rules.

Attribute lists follow the Postfix policy protocol's names (SMTPD_POLICY_README): `name=value, name=value`. Job ids are
the MTA's, which a milter learns as macro `i` (MILTER_README): a Postfix queue ID or a sendmail one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

from mailwake.events.fact import Fields, LineParser, Parsed
from mailwake.events.queueid import QUEUE_ID

SENDMAIL_ID = r"[0-9A-Za-x]{8}[0-9]{6,7}"
"""Sendmail's queue ID since 8.10: eight base-60 digits of time and sequence, then the process id (doc/op/op.me)."""

JOB_ID = rf"(?:{QUEUE_ID}|{SENDMAIL_ID})"
"""What a milter calls a message: the queue ID of the MTA that asked it."""

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], "Parsed | None"]]
"""A shape and what a line of that shape says; the function may still refuse it."""

_NAME = re.compile(r"(?:^|[,;]\s+)([A-Za-z_][\w-]*)=")
_LINE_ENDS = ("#012", "#015")


def pairs(text: str) -> dict[str, str]:
    """Read `a=1, b=2; c=3`. A value runs to the next separator that a `name=` follows: it may hold commas and `=`."""
    found = list(_NAME.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return {match[1]: text[match.end() : end].strip() for match, end in zip(found, ends, strict=False)}


def present(**fields: Any) -> Fields:
    """Keep the fields that are known: None is left out, while the empty string stays (it is the null sender)."""
    return {name: value for name, value in fields.items() if value is not None}


def address(text: str | None) -> str | None:
    """An address without the angle brackets and quotes around it; `<>` gives the null sender."""
    if text is None:
        return None
    text = text.strip().removeprefix("<").removesuffix(">")
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def number(text: str | None) -> float | None:
    """A decimal number, or None when the text is cut off or no number."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def whole(text: str | None) -> int | None:
    """A whole number, or None."""
    return int(text) if text and text.isascii() and text.isdigit() else None


def host_ip(text: str | None) -> str | None:
    """The IP of `192.0.2.1`, `192.0.2.1/32` or `2001:db8::1/128`; None for a network, `unknown` or a cut-off text."""
    if not text:
        return None
    ip, _, mask = text.partition("/")
    if mask not in ("", "32", "128"):
        return None
    try:
        ip_address(ip)
    except ValueError:
        return None
    return ip


def trimmed(text: str) -> str:
    """The text without the escaped line end (`#012`) that some daemons pass to syslog."""
    text = text.rstrip()
    while text.endswith(_LINE_ENDS):  # a pattern that ends in `\Z` would try at each blank of a text full of them
        text = text[:-4].rstrip()
    return text


def noise(_match: object = None) -> Parsed:
    """The fact of a line that is known and of no interest."""
    return "noise", "", {}


def service(action: str) -> Callable[[re.Match[str]], Parsed]:
    """Give the builder of a service fact: the daemon did `action`, the whole line as text."""

    def build(match: re.Match[str]) -> Parsed:
        return "service", "", {"action": action, "text": match.string}

    return build


def first_match(rules: Iterable[Rule], text: str) -> Parsed | None:
    """What the first rule that matches at the start of the text says; None when none does."""
    for shape, build in rules:
        match = shape.match(text)
        if match is not None:
            parsed = build(match)
            if parsed is not None:
                return parsed
    return None


_WORKERS = {"policy", "cache", "master", "parent", "child"}
"""What a daemon's own processes add to its tag: `postfwd2/policy`."""


def product_of(program: str, parsers: dict[str, LineParser]) -> LineParser | None:
    """The parser of the product that a tag names: `postgrey`, `postfix/policyd-weight`, `postfwd2/policy`.

    The name must end the tag: `postfix/spamassassin/smtp` is Postfix, given another name for one service in master.cf.
    """
    *before, last = program.lower().split("/")
    return parsers.get(before[-1] if before and last in _WORKERS else last)


SYSTEM_CALL = r"(?:\S+: )?\w+\([\w, ]*\)(?:: | (?:failed|wrong size|returned|\S+ -?\d+\Z|to ))"
"""A call that failed, as the Trusted Domain Project's milters log it: `malloc(): Cannot allocate memory`,
`/path: fopen(): Permission denied`, `smfi_setreply() failed`."""

DAEMON: tuple[Rule, ...] = (
    (re.compile(r"(?:terminated with signal|exited with status) \d+, restarting"), service("crash")),
    (re.compile(r"maximum restart (?:count|rate) exceeded|exited with status \d+\Z"), service("stop")),
    (re.compile(r"configuration reloaded from "), service("reload")),
    (
        re.compile(
            rf"\[(?:parent|child)\] |socket cleanup|{SYSTEM_CALL}|mlfi_negotiate\(\): |no such (?:group|user) or |"
            r"using ChangeRootDirectory|\S+ malloc\(\): |"
            r"\S+: (?:configuration error|required parameter|settings found for deprecated|read/parse error)"
        ),
        noise,
    ),
)
"""What the daemons of OpenDKIM and OpenDMARC say of themselves: both grew out of one."""

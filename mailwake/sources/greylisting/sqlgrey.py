"""SQLgrey: `mylog` calls of the sqlgrey script (1.8), `TYPE: text`; `grey` and `spam` name the envelope."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, address, first_match, host_ip, noise, number, present, service, trimmed

_ACTIONS = {"new": "greylist", "early reconnect": "greylist", "throttling": "greylist", "reconnect ok": "pass"}
_ENVELOPE = r"(?P<net>[0-9A-Fa-f:.]+)(?:\((?P<ip>[0-9A-Fa-f:.]+)\))?, (?P<sender>\S*)(?: -> (?P<recipient>\S*))?"


def _waited(text: str | None) -> float | None:
    """Seconds of `00:08:17`."""
    parts = [number(part) or 0.0 for part in text.split(":")] if text else []
    return parts[0] * 3600 + parts[1] * 60 + parts[2] if len(parts) == 3 else None


def _sender(text: str) -> str | None:
    """SQLgrey writes the null sender as `-undef-`; a domain gives no address."""
    if text.split("@", 1)[0] == "-undef-":
        return ""
    return address(text) if "@" in text else None


def _grey(match: re.Match[str]) -> Parsed:
    """`grey: early reconnect: NET(IP), from -> to`; an auto-whitelist match names sender or domain only."""
    what = match["what"]
    sender = address(match["sender"])
    if sender and sender.endswith(")") and "(" in sender:  # `VERP-less(as it was)` of an auto-whitelist
        sender = sender[sender.rindex("(") + 1 : -1]
    return (
        "policy",
        "",
        present(
            service="sqlgrey",
            action=_ACTIONS.get(what, "pass"),
            reason=what,
            client_ip=host_ip(match["ip"] or match["net"]),
            sender=_sender(sender or ""),
            recipient=address(match["recipient"]),
            delay=_waited(match["waited"]),
        ),
    )


def _whitelisted(match: re.Match[str]) -> Parsed:
    """`whitelist: sender@example.net, 192.0.2.1(mx.example.net) -> alice@example.org`."""
    name = match["name"]
    return (
        "policy",
        "",
        present(
            service="sqlgrey",
            action="pass",
            reason="whitelist",
            client_ip=host_ip(match["ip"]),
            client_name=name if name and name != "unknown" else None,
            sender=_sender(match["sender"]),
            recipient=address(match["recipient"]),
        ),
    )


_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"grey: (?P<what>new|early reconnect|throttling|reconnect ok): {_ENVELOPE}"
            r"(?: \((?P<waited>\d+:\d\d:\d\d)\))?"
        ),
        _grey,
    ),
    (
        re.compile(rf"grey: (?P<what>(?:from|domain) awl match): updating {_ENVELOPE}(?P<waited>(?!))?"),
        _grey,
    ),
    (
        re.compile(r"whitelist: (?P<sender>\S+), (?P<ip>[0-9A-Fa-f:.]+)\((?P<name>[^)]*)\) -> (?P<recipient>\S+)\Z"),
        _whitelisted,
    ),
    (re.compile(r"(?:conf|mail|perf): .*start", re.IGNORECASE), service("start")),
    (
        re.compile(
            r"(?:grey|spam|whitelist|optin|optout|conf|perf|dbaccess|dberror|mail|clean|system|martians|fatal"
            r"|warning|prototype|reload|discrimination|Unknown logtype|Process Backgrounded|Binding|Setting|\d{4}/)\b"
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of SQLgrey."""
    text = trimmed(message)
    return first_match(_RULES, text.removeprefix("sqlgrey: "))

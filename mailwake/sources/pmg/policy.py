"""pmgpolicy: `log` calls of pmg-api's src/bin/pmgpolicy; greylisting and SPF, without envelope or queue ID."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, host_ip, noise, present, service, trimmed


def _policy(action: str) -> Callable[[re.Match[str]], Parsed]:
    def build(match: re.Match[str]) -> Parsed:
        said = match.groupdict()
        return (
            "policy",
            "",
            present(
                service="pmgpolicy",
                action=action,
                reason=said.get("reason"),
                result=said.get("result"),
                client_ip=host_ip(said.get("ip")),
                recipient=said.get("to"),
            ),
        )

    return build


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?P<reason>defer greylisted mail)"), _policy("greylist")),
    (re.compile(r"SPF says (?P<result>pass)\b"), _policy("prepend")),
    (re.compile(r"SPF says (?P<result>fail)\b"), _policy("reject")),
    (
        re.compile(r"(?P<reason>accept mails from (?:whitelist|welcomelist|backup MX host)) - (?P<ip>\S+)"),
        _policy("pass"),
    ),
    (re.compile(r"(?P<reason>accept mails to (?:whitelist|welcomelist)) - <(?P<to>.*?)>"), _policy("pass")),
    (re.compile(r"Policy daemon \(re\)started"), service("start")),
    (re.compile(r".*Server closing!"), service("stop")),
    (re.compile(r"reloading configuration"), service("reload")),
    (
        re.compile(
            r"(?:starting|end) (?:policy|greylist) database|greylist |SPF |Database |unable |ERROR|WARNING|socket|"
            r"\d{4}/\d\d/\d\d-|Process |Binding |Setting |Beginning |Starting |Child |Group |User |Resolved |Using |"
            r"could not|connection|DBD|DBI",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of pmgpolicy."""
    return first_match(_RULES, trimmed(message))

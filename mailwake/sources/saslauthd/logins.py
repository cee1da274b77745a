"""saslauthd: `logger` calls of saslauthd/*.c; the client is unknown here, the SMTP server's own line has it."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, present, service, trimmed


def _failed(match: re.Match[str]) -> Parsed:
    """`do_auth         : auth failure: [user=u] [service=smtp] [realm=r] [mech=pam] [reason=PAM auth error]`."""
    *parts, last = match["said"].removeprefix("[").split("] [")
    if last.endswith("]"):  # else it is cut off
        parts.append(last[:-1])
    said = dict(part.split("=", 1) for part in parts if "=" in part)
    user, realm = said.get("user"), said.get("realm")
    return (
        "auth_failed",
        "",
        present(
            username=(f"{user}@{realm}" if user and realm and "@" not in user else user) or None,
            service=said.get("service"),
            method=said.get("mech"),
            reason=said.get("reason"),
        ),
    )


def _zimbra(match: re.Match[str]) -> Parsed:
    """`auth_zimbra: u@example.com auth failed: authentication failed for [u@example.com]` (Zimbra's patch)."""
    return "auth_failed", "", {"username": match["user"], "method": "zimbra", "reason": match["why"]}


def _old(match: re.Match[str]) -> Parsed:
    """`AUTHFAIL: user=u service=smtp realm=r [PAM auth error]`: saslauthd until Cyrus SASL 2.1.12."""
    user, realm = match["user"], match["realm"]
    return (
        "auth_failed",
        "",
        present(
            username=(f"{user}@{realm}" if user and realm and "@" not in user else user) or None,
            service=match["service"] or None,
            reason=match["why"],
        ),
    )


_RULES: tuple[Rule, ...] = (
    (re.compile(r":?\s*(?:do_auth\s*: )?auth failure: (?P<said>\[.*)"), _failed),
    (re.compile(r"auth_zimbra: (?P<user>\S+) auth failed: (?P<why>.*)"), _zimbra),
    (
        re.compile(
            r"AUTHFAIL: user=(?P<user>\S*) service=(?P<service>\S*) realm=(?P<realm>\S*)(?: \[(?P<why>.*)\])?\Z"
        ),
        _old,
    ),
    (re.compile(r":?\s*(?:ipc_init|server_init|main)\s*: (?:master pid|listening)"), service("start")),
    (re.compile(r":?\s*(?:server_exit|main)\s*: master exited"), service("stop")),
    # PAM's own lines lead to one of do_auth; the rest is `FUNCTION        : text`
    (re.compile(r"\(?pam_\w+|PAM |OK: user=|DEBUG: |:?\s*\w+\s*: |could not|auth_\w+|rel_accept"), noise),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of saslauthd."""
    return first_match(_RULES, trimmed(message))

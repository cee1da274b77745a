"""policyd 1.x (greylist.c and its like) and its successor cbpolicyd / cluebringer (`maillog` calls of cbp/modules)."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, address, first_match, host_ip, noise, pairs, present, service, trimmed, whole

_ACTIONS = {
    "none": "pass",
    "pass": "pass",
    "ok": "pass",
    "bypass": "pass",
    "update": "pass",
    "create": "pass",
    "defer": "defer",
    "reject": "reject",
    "add_header": "prepend",
    "prepend": "prepend",
}
# policyd 1.x: module word and its state, https://policyd.sourceforge.net readme
_OLD_STATES = {"abuse": "greylist", "new": "greylist"}
_OLD_MODULES = {"blacklist": "reject", "spamtrap": "reject", "blacklist_helo": "reject", "helo": "reject"}


def _module(match: re.Match[str]) -> Parsed | None:
    """`module=Greylisting, action=defer, host=IP, helo=…, from=…, to=…, reason=greylisted`."""
    said = pairs(match["said"])
    word = (said.get("action") or said.get("mode") or "").lower()
    if not word:
        return None
    action = _ACTIONS.get(word, word)
    if action == "defer" and said["module"] == "Greylisting":
        action = "greylist"
    return (
        "policy",
        "",
        present(
            service="cbpolicyd",
            action=action,
            reason=said.get("reason"),
            text=f"module {said['module']}",
            client_ip=host_ip(said.get("host")),
            helo=said.get("helo"),
            sender=address(said.get("from")),
            recipient=address(said.get("to")),
            size=whole(said.get("size")),
        ),
    )


def _old(match: re.Match[str]) -> Parsed:
    """`rcpt=13, greylist=new, host=IP (NAME), from=…, to=…, size=…`."""
    said = pairs(match.string)
    module, state = match["module"], match["state"]
    client = re.match(r"(\S+) \((.*)\)", said.get("host", ""))
    action = _OLD_STATES.get(state, "pass") if module == "greylist" else _OLD_MODULES.get(module, "pass")
    if module == "throttle" and state == "abuse":
        action = "defer"
    return (
        "policy",
        "",
        present(
            service="policyd",
            action=action,
            reason=f"{module}={state}",
            client_ip=host_ip(client[1] if client else said.get("host")),
            client_name=client[2] if client else None,
            sender=address(said.get("from")),
            recipient=address(said.get("to")),
            size=whole(said.get("size")),
        ),
    )


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?:\[[^\]]*\] )*+(?:\w+: )?(?P<said>module=\w+, .*)"), _module),
    (re.compile(r"rcpt=\d+, (?P<module>\w+)=(?P<state>[\w!]+),"), _old),
    (re.compile(r"(?=.*(?:Policyd Server|CBPOLICYD)).*start", re.IGNORECASE), service("start")),
    (
        re.compile(r"\[|connection from: |starting |cleanup|policyd|DEBUG|fatal|warning|(?:re)?connect", re.IGNORECASE),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of policyd or cbpolicyd."""
    return first_match(_RULES, trimmed(message))

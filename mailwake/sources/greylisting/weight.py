"""policyd-weight 0.1.15: `mylog` calls of its script: `decided action=REPLY; <client=…> <helo=…> …`."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, host_ip, noise, number, present, service, trimmed

_NAMES = ("client", "helo", "from", "to")
_DELAY = re.compile(r"; delay: (\d+(?:\.\d+)?)s")


def decision(reply: str) -> str:
    """The vocabulary's word for an action of access(5): `DUNNO`, `PREPEND …`, `550 …`, `DEFER_IF_PERMIT …`."""
    word = reply.split(" ", 1)[0].upper()
    if word.startswith("5") or word.startswith("REJECT"):
        return "reject"
    if word.startswith("4") or word.startswith("DEFER"):
        return "defer"
    if word == "PREPEND":
        return "prepend"
    return "warn" if word == "WARN" else "pass" if word in ("DUNNO", "OK", "PERMIT", "NULL", "") else word.lower()


def _attributes(text: str) -> dict[str, str]:
    """`<client=NAME[IP]> <helo=h> <from=s> <to=r>; …`: always in this order; a value may hold anything but the next."""
    found: dict[str, str] = {}
    at = text.find("<client=")
    for name, after in zip(_NAMES, (*(f"> <{name}=" for name in _NAMES[1:]), ">;"), strict=True):
        begin = at + len(name) + 2
        end = text.find(after, begin) if at >= 0 else -1
        if end < 0 and name == "to" and text.endswith(">"):
            end = len(text) - 1
        if end < 0:  # cut off, or another list
            return found
        found[name], at = text[begin:end], end + 2
    return found


def _decided(match: re.Match[str]) -> Parsed:
    """`decided action=550 Mail appeared to be SPAM …; <client=NAME[IP]> <helo=h> <from=s> <to=r>; delay: 3s`."""
    said = _attributes(match.string)
    client = re.match(r"(.*)\[([^\[\]]*)\]\Z", said.get("client", ""))
    waited = _DELAY.search(match.string)
    return (
        "policy",
        "",
        present(
            service="policyd-weight",
            action=decision(match["reply"]),
            reason=match["reply"].strip() or None,
            client_ip=host_ip(client[2] if client else said.get("client")),
            client_name=client[1] if client else None,
            helo=said.get("helo"),
            sender=said.get("from"),
            recipient=said.get("to"),
            delay=number(waited[1]) if waited else None,
        ),
    )


_RULES: tuple[Rule, ...] = (
    (re.compile(r"decided action=(?P<reply>.*?)(?:; <(?:client|instance)=|; delay: |\Z)"), _decided),
    (re.compile(r"policyd-weight [\w.-]+(?: [\w.-]+)? started and daemonized"), service("start")),
    (re.compile(r"(?:warning: )?(?:Daemon terminated|Got SIG\w+\. Daemon terminated|fatal_exit)"), service("stop")),
    # the arithmetic behind a decision; the decision itself follows with the same client and envelope
    (
        re.compile(
            r"weighted check|cache|could not connect to cache|child|master|start|stop|warning|err|debug|reload|dns|rbl|"
            r"Abnormal exit|Got SIG|policyd-weight|\S+ daemon|\S+: \S+ reloaded",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of policyd-weight."""
    return first_match(_RULES, trimmed(message))

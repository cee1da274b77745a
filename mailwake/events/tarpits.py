"""What the greylisting tarpits of OpenBSD's family say: its spamd (libexec/spamd: spamd.c, grey.c), and greyd after it.

They answer the client themselves, and write one line for each sender and recipient: `(GREY) IP: <s> -> <r>`, where the
pair was put off, `(BLACK) …`, where the client is on a list.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, address, host_ip, noise, present, service

_IP = r"(?P<ip>[0-9A-Fa-f:.]+)"


def _put_off(match: re.Match[str]) -> Parsed:
    listed = match["what"] == "BLACK"
    return (
        "policy",
        "",
        present(
            service="greyd",
            action="reject" if listed else "greylist",
            reason="blacklisted" if listed else "greylisted",
            client_ip=host_ip(match["ip"]),
            sender=address(match["sender"]),
            recipient=address(match["recipient"]),
        ),
    )


def _trapped(match: re.Match[str]) -> Parsed:
    """`trapping 192.0.2.1 for tuple …`: the client wrote to an address that nobody has."""
    return "policy", "", present(service="greyd", action="reject", reason="trapped", client_ip=host_ip(match["ip"]))


def _let_in(match: re.Match[str]) -> Parsed:
    """`whitelisting 192.0.2.1 in /var/db/spamd`: it came back in time, or has sent mail through our server."""
    return "policy", "", present(service="greyd", action="pass", reason="whitelisted", client_ip=host_ip(match["ip"]))


TARPIT: tuple[Rule, ...] = (
    (re.compile(rf"\((?P<what>GREY|BLACK)\) {_IP}: (?P<sender>\S*) -> (?P<recipient>\S*)\Z"), _put_off),
    (re.compile(rf"[Tt]rapping {_IP} for "), _trapped),
    (re.compile(rf"whitelisting {_IP}(?: in |\Z)"), _let_in),
    (
        re.compile(
            # who comes and goes is of one process, and of no interest: it answers everybody alike
            rf"{_IP}: (?:connected \(\d+/|disconnected after |(?:From|To|Subject|Body): )|(?:new|"
            r"updated) (?:greytrap )?entry \S+ from |"
            r"(?:deleting|queueing deletion of|added|greytrap entry) "
        ),
        noise,
    ),
    (re.compile(r"listening for incoming connections"), service("start")),
)
"""The rules of all of them, for a parser's table."""

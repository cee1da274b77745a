"""What replies of servers say, whoever logs them (RFC 5321 section 4.2)."""

from __future__ import annotations

import re

_EXCHANGE = re.compile(r"\[InternalId=(\d{1,20}), Hostname=([A-Za-z0-9][\w.-]*)\]")
_DSN = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def host_label(name: str) -> str:
    """A Windows host by its name alone, upper case, as Exchange writes it in most places; an IP stays as it is."""
    name = name.strip().rstrip(".")
    label = name.partition(".")[0]
    return name if not label or label.isdigit() or ":" in name else label.upper()


def exchange_id(reply: str) -> str:
    """`4711@EX01` of an Exchange server's `250 2.6.0 <..> [InternalId=4711, Hostname=ex01.example.com] .. Queued mail
    for delivery`: its number for the message, which only that server gives but once. "" for any other reply."""
    match = _EXCHANGE.search(reply) if "[InternalId=" in reply else None
    return f"{match[1]}@{host_label(match[2])}" if match else ""


def enhanced_code(reply: str) -> str:
    """The enhanced status code (RFC 3463) in a reply; "" for none."""
    match = _DSN.search(reply)
    return match[1] if match else ""

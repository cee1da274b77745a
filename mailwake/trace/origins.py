"""Where a leg came from and where a delivery went, by the addresses: one of our own machines, or the world."""

from __future__ import annotations

from ipaddress import ip_address

from mailwake.events.fact import Fact, Fields
from mailwake.trace.model import Leg

CLOSE = 300_000_000
"""How far (µs) a delivery and the arrival it led to may be apart where no id joins them."""


def is_internal(ip: str) -> bool:
    """Whether an address can only be one of our own machines: loopback, link-local or private (RFC 1918, RFC 4193)."""
    if not ip:
        return True
    if ip[0] in "23456789":  # most of the world
        return False
    if ip.startswith(("127.", "::1")):
        return True
    if not ip.startswith(("10.", "172.", "192.168.", "169.254.", "f", "F")):
        return False
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return address.is_private or address.is_link_local


def may_continue(leg: Leg) -> bool:
    """Whether a leg, by where it came from, can be a later part of a message seen before."""
    return leg.arrival is not None and may_go_on(leg.arrival)


def may_be_known(leg: Leg) -> bool:
    """Whether the message of a leg can be in the log of another machine of ours, though it was refused here: Exim has
    no record of the arrival then, and names the client with the refusal."""
    if leg.arrival is not None or not leg.rejects:
        return may_continue(leg)
    return all(is_internal(fact.fields.get("client_ip", "2")) for fact in leg.rejects)


def may_go_on(arrival: Fields) -> bool:
    """The same, by what the record of its arrival says."""
    if arrival.get("sasl_username"):
        return False
    return is_internal(arrival.get("client_ip", "")) or "hosted" in arrival


def is_pipe(fact: Fact) -> bool:
    """Given to a program, which may hand it in again by the sendmail command or by SMTP (Postfix FILTER_README); not to
    a mailbox server's, by the name of the transport."""
    fields = fact.fields
    return fields.get("agent") == "pipe" and "relay_ip" not in fields and fields.get("disposition") != "mailbox"


def is_transport(fact: Fact) -> bool:
    """Given to a transport of the host's own: a mailbox, as a rule, but it may be a filter's command (Exim)."""
    fields = fact.fields
    return "transport" in fields and not {"agent", "relay_ip", "token", "folder"} & fields.keys()


def _is_loopback(ip: str) -> bool:
    return ip == "::1" or ip.startswith(("127.", "::ffff:127."))


def reaches(leg: Leg, fact: Fact) -> tuple[str, ...]:
    """Where a delivery can have gone by its relay's address: the host itself, a private address, the world, unknown."""
    if is_pipe(fact):
        return (f"pipe of {leg.host}",)
    if is_transport(fact):
        return (f"transport of {leg.host}",)
    ip = str(fact.fields.get("relay_ip", ""))
    if not ip:
        return "unknown", f"unknown from {leg.host}"
    if _is_loopback(ip):
        return (f"loopback of {leg.host}",)
    return ("private",) if is_internal(ip) else ("public",)


def ways(leg: Leg) -> tuple[str, ...]:
    """Which of these can be how a leg was handed in."""
    arrival = leg.arrival
    if arrival is None:
        return ()
    if "local" in arrival:  # by the sendmail command: no server does that, but a filter of the same host
        return (f"pipe of {leg.host}",)
    if "hosted" in arrival:
        return ("public", "private", "unknown")
    ip = str(arrival.get("client_ip", ""))
    own = (*(f"loopback of {host}" for host in dict.fromkeys((leg.host, ""))), f"pipe of {leg.host}")
    if not ip and "user" in arrival:  # by a command, under a protocol name that a filter gave (`exim -oMr`)
        return (*own, f"transport of {leg.host}")
    if not ip:
        return (*own, "private", "public", "unknown")
    if _is_loopback(ip):
        return (*own, f"unknown from {leg.host}")
    return (*own, "private", "unknown")


def reaches_at(parent: Leg, fact: Fact, leg: Leg, known: tuple[str, ...]) -> bool:
    """Whether a delivery can have handed the message to leg, right then."""
    return abs(fact.ts - leg.first) <= CLOSE and any(reach in known for reach in reaches(parent, fact))

"""What `message_info` tells: the message, where it came from, its recipients, the answers of other servers."""

from __future__ import annotations

import orjson

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.google.record import Record, inner, items, number, text

OUTSIDE = "smtp-outbound"
REFUSED = ("sender", "client_ip", "message_id", "subject", "size", "recipients")
_NOTHING = frozenset({"", "no error", "ok"})
_SPAM = "Spam"


def recipients(about: Record) -> list[str]:
    """The addresses that an event is about."""
    found = [text(item, "address") for item in items(about, "destination")]
    return [address for address in found if address] or flattened(about)


def flattened(about: Record, without: str = "-") -> list[str]:
    """The addresses of `service:selector:address,service:selector:address`, less those of one service."""
    found: list[str] = []
    for part in text(about, "flattened_destinations").split(","):
        service, _, rest = part.strip().partition(":")
        address = rest.partition(":")[2] or rest or service
        if "@" in address and service != without and address not in found:
            found.append(address)
    return found


def arrival(about: Record) -> Fields:
    """A message as Gmail took it in."""
    fields = _message(about)
    fields["hosted"] = True
    link, source = inner(about, "connection_info"), inner(about, "source")
    client = text(link, "smtp_in_connect_ip") or text(link, "client_ip") or text(link, "smtp_user_agent_ip")
    if client:
        fields["client_ip"] = client
    if text(source, "from_header_address"):
        fields["header_from"] = text(source, "from_header_address")
    service = text(source, "service")
    if service == "smtp-inbound":
        fields["direction"] = "in"
    elif service.startswith("gmail"):
        fields["direction"] = "out"
        if fields.get("sender"):
            fields["sasl_username"] = fields["sender"]
    size = number(about, "payload_size")
    if size:
        fields["size"] = size
    named = recipients(about)
    if named:
        fields["recipients"] = named
    return fields


def _message(about: Record) -> Fields:
    source = inner(about, "source")
    fields: Fields = {}
    if "address" in source:
        fields["sender"] = text(source, "address").strip("<>")
    if text(about, "rfc2822_message_id"):
        fields["message_id"] = text(about, "rfc2822_message_id")
    if text(about, "subject"):
        fields["subject"] = text(about, "subject")
    return fields


def attempts(key: str, about: Record, status: str, disposition: str, named: list[str]) -> Parsed:
    """What became of some recipients."""
    fields = _message(about)
    fields["status"] = status
    if disposition:
        fields["disposition"] = disposition
    if disposition == "mailbox" and about.get("is_spam") in (True, "true"):
        fields["folder"] = _SPAM
    if disposition == "relay":
        _peer(fields, inner(about, "connection_info"))
    said = reply(about)
    if len(named) == 1:
        fields["recipient"] = named[0]
        if said:
            fields["reply"] = said
        return "deliver", key, fields
    fields["recipients"] = named
    if said:
        fields["replies"] = [said] * max(len(named), 1)
    return "deliveries", key, fields


def _peer(fields: Fields, link: Record) -> None:
    ip = text(link, "smtp_out_connect_ip") or text(link, "failed_smtp_out_connect_ip")
    if ip:
        fields["relay_ip"] = ip
    if text(link, "smtp_out_remote_host"):
        fields["relay_host"] = text(link, "smtp_out_remote_host")


def code(about: Record) -> int:
    """The SMTP reply code, 0 for none."""
    return number(inner(about, "connection_info"), "smtp_reply_code") or 0


def described(about: Record) -> str:
    """What Google says of it; "" when it says that all is well."""
    said = text(about, "description")
    return "" if said.lower() in _NOTHING else said


def reply(about: Record) -> str:
    """The SMTP reply code and what Google says of it, which may begin with the code."""
    answer, said = str(code(about) or ""), described(about)
    return said if said.startswith(answer) else f"{answer} {said}".strip()


def is_quarantine(about: Record) -> bool:
    """Whether a message that was taken out of the way waits in the administrators' quarantine."""
    rules = about.get("triggered_rule_info") or about.get("flattened_triggered_rule_info") or ""
    return b"quarantin" in orjson.dumps([rules, about.get("description")]).lower()

"""`=>` `->` `>>` `*>` `**` `==`: delivery attempts.

Exim specification, chapter 52, "Logging deliveries", "Discarded deliveries", "Deferred deliveries", "Delivery
failures" and "Fake deliveries".
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import QUOTED, address, fields_in, put_relay, seconds, unquote
from mailwake.sources.exim.reply import put_confirmation, put_reply

_ODD_TARGET = re.compile(
    rf'(?P<target>{QUOTED}"@[^ :]+|[^<(]*?)'
    r"(?: \((?P<parent>[^()]*)\))?(?: <(?P<top>[^<>]*)>)?(?= [A-Z]{1,3}=| defer \(| routing |:? |:?\Z)"
).match
_COMMAND_TARGET = re.compile(
    r"(?P<target>[|>].*?|save .*?)(?: \((?P<parent>[^()]*)\))? <(?P<top>[^<>]*)>"
    r"(?= [A-Z]{1,3}=| defer \(| routing |:|\Z)"
).match
_PLAIN_TARGET = re.compile(r"([^\s:|>/\"(<]\S*?)(:?)(?= |\Z)(?: \(([^()]*)\))?(?: <([^>]*)>)?").match
_MAILBOX_PATH = ("maildir", "mbox", "/mail/", "/cur", "/new")


def sent(key: str, rest: str) -> Parsed:
    """`=>`, `->` (further address of the same delivery) and `>>` (cut-through, logged before the arrival)."""
    fields: Fields = {"status": "sent"}
    if rest.startswith(("blackhole (", "discarded (", "discard (")):
        return _discarded(key, rest)
    walk = _cut_target(fields, rest)
    _put_fields(fields, walk)
    if "disposition" not in fields:
        fields["disposition"] = _disposition(fields)
    return "deliver", key, fields


def suppressed(key: str, rest: str) -> Parsed:
    """`*>`: a delivery that option -N suppressed; nothing was delivered."""
    kind, _, fields = sent(key, rest)
    fields["disposition"] = "discard"
    return kind, key, fields


def bounced(key: str, rest: str) -> Parsed:
    """`**`: the address failed; the text follows the first `: ` outside of quotes, DT= may follow the text."""
    fields: Fields = {"status": "bounced"}
    walk = _cut_target(fields, rest)
    at = _text_at(walk)
    text = walk[at:].lstrip(" :")
    _put_fields(fields, walk[:at])
    for name, field in ((" DT=", "delay"), (" QT=", "queue_time")):
        head, mark, span = text.rpartition(name)
        if mark and " " not in span and (took := seconds(span)) is not None:
            fields[field] = took
            text = head
    if text:
        put_reply(fields, text)
    return "deliver", key, fields


def deferred(key: str, rest: str) -> Parsed:
    """`==`: `defer (errno)`, the system's words for it, the host, and after `: ` what happened."""
    fields: Fields = {"status": "deferred"}
    walk = _cut_target(fields, rest)
    at = walk.find(" defer (")
    if at < 0:
        _put_fields(fields, walk)
        return "deliver", key, fields
    number, _, detail = walk[at + 1 :].partition(")")
    colon = detail.find(": ", 2)
    zone, text = (detail, "") if colon < 0 else (detail[:colon], detail[colon:])
    cut = min((i for i in (zone.find(" H="), zone.find(" I="), zone.find(" DT=")) if i >= 0), default=len(zone))
    _put_fields(fields, walk[:at] + zone[cut:])
    put_reply(fields, f"{number}){zone[:cut]}{text}")
    return "deliver", key, fields


def _text_at(walk: str) -> int:
    """Where the error text begins; a `: ` within a quoted certificate name is no such place."""
    at = walk.find(": ")
    while at >= 0 and walk.count('"', 0, at) & 1:
        at = walk.find(": ", at + 1)
    return at if at >= 0 else len(walk)


def _put_fields(fields: Fields, walk: str) -> None:
    if " H=" in walk:
        put_relay(fields, walk)
    for name, value in fields_in(walk):
        field = _TEXT_FIELDS.get(name)
        if field is not None:
            if value:
                fields[field] = value
        elif name == "C":
            put_confirmation(fields, unquote(value) if value[:1] == '"' else value)
        elif name in ("DT", "QT"):
            took = seconds(value)
            if took is not None:
                fields["delay" if name == "DT" else "queue_time"] = took
        elif name == "F":
            fields["sender"] = address(value)
        elif name == "S" and value.isdigit():
            fields["size"] = int(value)


_TEXT_FIELDS = {"R": "router", "T": "transport", "X": "tls"}


def _cut_target(fields: Fields, rest: str) -> str:
    """Recipient, its first ancestor, and what is no address but a command, file or word; gives the fields after it."""
    found = _PLAIN_TARGET(rest)
    if found is not None and (at := found[1]) and "@" in at:
        target, colon, _parents, top = found.groups()
        fields["recipient"] = target
        if top and top != target and "@" in top:
            fields["orig_recipient"] = top
        return colon + rest[found.end() :]
    odd = _COMMAND_TARGET(rest) or _ODD_TARGET(rest)
    if odd is None:
        return rest
    target, parents, top = odd.group("target", "parent", "top")
    if not target:
        return rest
    _put_odd_target(fields, target, parents, top or "")
    return rest[odd.end() :]


def _put_odd_target(fields: Fields, target: str, parents: str | None, top: str) -> None:
    """A target that is no full address: the address it was made from is the recipient, the target itself the relay.

    With router option log_as_local Exim shows the local part only, which is the recipient again.
    """
    known = top if "@" in top else ""
    last = parents.partition(", ")[0] if parents else known
    special = target[:1] in "|/>:" or target.startswith("save ") or "/" in target
    if target[:1] == '"' or not special:
        same = last and (target == last.rpartition("@")[0] or "@" not in target)
        fields["recipient"] = last if same and target == last.rpartition("@")[0] else target
    else:
        fields["relay"] = target
        fields["disposition"] = _special(target)
        if last:
            fields["recipient"] = last
    if known and known != fields.get("recipient"):
        fields["orig_recipient"] = known


def _special(target: str) -> str:
    if target[0] in "|>":
        return "command"
    if target[0] == ":" or target == "/dev/null":
        return "discard"
    path = target.lower()
    return "mailbox" if path.endswith("/") or any(word in path for word in _MAILBOX_PATH) else "file"


def _disposition(fields: Fields) -> str:
    """A local transport shows no host; LMTP to a mailbox server shows one but ends in a mailbox all the same."""
    transport = fields.get("transport", "").lower()
    if "blackhole" in transport or "devnull" in transport:
        return "discard"
    if "relay_ip" not in fields or "token" in fields or "lmtp" in transport:
        return "mailbox"
    return "relay"


def _discarded(key: str, rest: str) -> Parsed:
    """`=> blackhole (DATA ACL discarded recipients): text`: all recipients at once, none is named."""
    what, _, text = rest.partition("): ")
    fields: Fields = {"status": "sent", "disposition": "discard", "relay": rest.partition(" ")[0]}
    fields["reply"] = f"{what.partition('(')[2].rstrip(')')}: {text}" if text else what.partition("(")[2].rstrip(")")
    return "deliver", key, fields

"""Life in the queue: qmgr, pickup, cleanup's Message-IDs, bounce notices and postsuper.

Sources: Postfix src/qmgr/qmgr_active.c and qmgr_message.c, src/pickup/pickup.c, src/cleanup/cleanup_message.c,
src/bounce/bounce_notify_service.c and its siblings, src/postsuper/postsuper.c.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, LineParser, Parsed
from mailwake.sources.postfix.checks import by_content
from mailwake.sources.postfix.text import QID, TAILS, is_key, trim

_ACTIVE = re.compile(rf"({QID}): from=<([^<>\"]*)>, size=([0-9]{{1,18}}), nrcpt=([0-9]{{1,9}}) \(").match
_EXPIRED = re.compile(r"(?P<sender>.*)>, status=(?P<status>[a-z-]+)(?:, |\Z)", re.DOTALL)
_PICKUP = re.compile(
    rf"uid=(?P<uid>\d{{1,18}})(?: from=<(?P<sender>.*?)>)?(?: orig_id=(?P<orig>{QID}))?(?: .*)?\Z", re.DOTALL
)
_NOTICE = re.compile(rf"(?P<who>[a-z-]+) (?P<what>[a-z ()-]+) notification: (?P<child>{QID})\Z")
_NOTICES = {"non-delivery": "failure", "delay": "delay", "delivery status": "success"}
_ADMIN = {
    "placed on hold": "hold",
    "released from hold": "release",
    "requeued": "requeue",
    "removed": "delete",
    "expired": "expire",
    "force-expired": "expire",
}
_SUMMARY = re.compile(r"(?P<what>[A-Z][A-Za-z -]+): (?P<count>\d{1,18}) messages?\Z")
_SUMMARIES = {
    "Deleted": "delete",
    "Requeued": "requeue",
    "Placed on hold": "hold",
    "Released from hold": "release",
    "Force-expired": "expire",
    "Expired": "expire",
    "Renamed to match inode number": "rename",
}


def active(key: str, rest: str) -> Parsed | None:
    """`from=<..>, size=N, nrcpt=N (queue active)`, or the expiry of what was too long in the queue."""
    sender, found, tail = rest[6:].rpartition(">, size=")
    size, _, count = tail.partition(", nrcpt=")
    count, _, _ = count.partition(" ")
    if found and size.isdecimal() and count.isdecimal() and len(tail) < 60:
        return "active", key, {"sender": sender, "size": int(size), "nrcpt": int(count)}
    gone = _EXPIRED.match(rest[6:])
    if gone is not None and gone["status"].endswith("expired"):
        return "expire", key, {"sender": gone["sender"], "status": gone["status"]}
    return None


def picked_up(key: str, rest: str) -> Parsed | None:
    """`uid=N from=<..>`, and `orig_id=` of a message that postsuper -r requeued."""
    found = _PICKUP.match(rest)
    if found is None:
        return None
    fields: Fields = {"local": True, "uid": int(found["uid"])}
    if found["sender"] is not None:
        fields["sender"] = found["sender"]
    if found["orig"]:
        fields["requeued_from"] = found["orig"]
    return "arrive", key, fields


def message_id(key: str, rest: str) -> Parsed:
    """`message-id=` as logged, brackets and all; `resent-message-id=` beside it, never in its place."""
    if rest.startswith("resent-"):
        return "message_id", key, {"message_id": _null(rest[18:]), "resent": True}
    return "message_id", key, {"message_id": _null(rest[11:])}


def _null(text: str) -> str:
    return "" if text == "<>" else text


def notice(key: str, rest: str) -> Parsed | None:
    """`sender non-delivery notification: QID2` and its kin, or why there was none."""
    found = _NOTICE.match(rest)
    if found is not None:
        kind = _NOTICES.get(found["what"]) if found["who"] == "sender" else found["who"]
        fields: Fields = {"child_id": found["child"], "text": f"{found['who']} {found['what']} notification"}
        if kind in ("failure", "delay", "success", "postmaster"):
            fields["notice"] = kind
        return "notify", key, fields
    return None


def removed(key: str, rest: str) -> Parsed:
    """`removed`, and `removed (reason)`."""
    fields: Fields = {"by": "queue"}
    if len(rest) > 9:
        fields["reason"] = rest[9:-1] if rest.endswith(")") else rest[9:]
    return "remove", key, fields


def cleanup(other: LineParser) -> LineParser:
    """Give the parser of cleanup: Message-IDs here, all else to `other`."""

    def parse(message: str) -> Parsed | None:
        if message[-1:] in TAILS:
            message = trim(message)
        key, _, rest = message.partition(": ")
        if rest[:11] == "message-id=" and is_key(key):
            value = rest[11:]
            return "message_id", key, {"message_id": value if value != "<>" else ""}
        if rest[:13] == "info: header " and " from " in rest and is_key(key):
            return by_content(key, "info", rest[6:]) or other(message)
        return other(message)

    return parse


def qmgr(other: LineParser) -> LineParser:
    """Give the parser of qmgr: activation and removal here, all else to `other`."""

    def parse(message: str) -> Parsed | None:
        if message[-1:] in TAILS:
            message = trim(message)
        if message[-9:] == ": removed" and is_key(message[:-9]):
            return "remove", message[:-9], {"by": "queue"}
        found = _ACTIVE(message)
        if found is not None:
            key, sender, size, count = found.groups()
            return "active", key, {"sender": sender, "size": int(size), "nrcpt": int(count)}
        return other(message)

    return parse


def postsuper(other: LineParser) -> LineParser:
    """Give the parser of postsuper: what an administrator did to messages, by queue ID or only counted."""

    def parse(message: str) -> Parsed | None:
        message = trim(message)
        key, _, rest = message.partition(": ")
        action = _ADMIN.get(rest)
        if action is not None and is_key(key):
            return "queue_action", key, {"action": action, "actor": "admin"}
        return other(message)

    return parse


def by_hand(key: str, rest: str) -> Parsed | None:
    """What postsuper alone says of a message, where the tag does not name it. It says `removed`, too, as qmgr does."""
    action = _ADMIN.get(rest)
    return None if action is None or rest == "removed" else ("queue_action", key, {"action": action, "actor": "admin"})


def counted(message: str) -> Parsed | None:
    """postsuper's summary, all that there is with `postsuper -r ALL`: `Requeued: 3 messages`."""
    found = _SUMMARY.match(message)
    if found is None or found["what"] not in _SUMMARIES:
        return None
    return "queue_action", "", {"action": _SUMMARIES[found["what"]], "actor": "admin", "count": int(found["count"])}

"""What filters inside Exim say of a message: DKIM verification, SpamAssassin by SA-Exim."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed

_DKIM = re.compile(r"DKIM: d=(\S+) (.*?)\[([^\]]*)\]?\Z").match
_SA = re.compile(
    r"SA: Action: (?P<action>.*?)"
    r"(?:: score=(?P<score>-?\d+(?:\.\d*)?) required=(?P<required>-?\d+(?:\.\d*)?)(?P<rest>.*))?\Z"
).match
_SA_TAIL = re.compile(
    r"(?:.*?\(scanned in (?P<took>\d+)/\d+ secs)?(?: \| Message-Id: (?P<id>[^)]*)\)\.)?"
    r"(?: From <(?P<sender>[^>]*)>)?(?: \(host=(?P<host>\S+) \[(?P<ip>[^\]]*)\]\))?(?: for (?P<to>.*))?\Z"
).match


def dkim(key: str, text: str) -> Parsed | None:
    """`DKIM: d=domain s=selector c=... a=... b=... [verification succeeded]`."""
    found = _DKIM(text)
    if found is None:
        return None
    domain, detail, result = found.groups()
    fields: Fields = {"filter": "dkim", "queue_id": key, "action": result, "dkim": domain, "text": detail.strip()}
    return "verdict", key, fields


def spamassassin(key: str, text: str) -> Parsed | None:
    """`SA: Action: scanned but message isn't spam: score=... required=... (scanned in 6/6 secs | Message-Id: ...)`."""
    found = _SA(text)
    if found is None:
        return None
    fields: Fields = {"filter": "spamassassin", "queue_id": key, "action": found["action"]}
    if found["score"]:
        fields["score"] = float(found["score"])
        fields["required"] = float(found["required"])
    tail = _SA_TAIL(found["rest"] or "")
    if tail is not None:
        _put_tail(fields, tail)
    return "verdict", key, fields


def _put_tail(fields: Fields, tail: re.Match[str]) -> None:
    if tail["took"]:
        fields["took"] = float(tail["took"])
    if tail["id"]:
        fields["message_id"] = tail["id"]
    if tail["sender"] is not None:
        fields["sender"] = tail["sender"]
    if tail["ip"]:
        fields["client_ip"] = tail["ip"]
        if tail["host"] != "NULL":
            fields["client_name"] = tail["host"]
    if tail["to"]:
        fields["recipients"] = tail["to"].split()

"""One envelope's delivery: `mta delivery evpid=...`, `mda delivery evpid=...`, `relay: Ok for EVPID: ...`.

An envelope id (evpid) is the message's id, eight digits, and eight more for the recipient (smtpd-defines.h); the
message's id is the key. Sources: mta.c mta_log, mda.c mda_log, queue.c queue_log.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.replies import accepted, status_code
from mailwake.sources.opensmtpd.text import address, attributes, relay, seconds

_RESULTS = {
    "Ok": "sent",
    "TempFail": "deferred",
    "PermFail": "bounced",
    "Loop": "bounced",
    "LoopDetected": "bounced",
    "Expire": "expired",
    "Remove": "deleted",
    "Bounce": "bounced",
    "Delay": "deferred",
}
_STAT = re.compile(r",? stat=(?:\"(?P<quoted>.*)\"|(?P<plain>.*))\s*\Z", re.DOTALL)
_OLD = re.compile(r"(?P<agent>relay|delivery): (?P<result>\w+) for (?P<evpid>[0-9a-f]{16}): (?P<rest>.*)", re.DOTALL)
_LOCAL = ("mda", "delivery")


def delivery(agent: str, session: str, rest: str) -> Parsed | None:
    """What follows `delivery `, or `event=delivery `; agent is mta or mda."""
    found = _STAT.search(rest)
    read = attributes(rest[: found.start()] if found else rest)
    return _delivery(agent, read.get("evpid", ""), read.get("result", ""), session, read, _text(found))


def old(message: str) -> Parsed | None:
    """`relay: Ok for 4296f4908f7e7b01: from=<a>, to=<b>, ..., stat=250 ...`; also the queue's own lines."""
    line = _OLD.match(message)
    if line is None:
        return None
    found = _STAT.search(line["rest"])
    read = attributes(line["rest"][: found.start()] if found else line["rest"])
    session = read.get("session", "")
    return _delivery(line["agent"], line["evpid"], line["result"], session, read, _text(found))


def _text(found: re.Match[str] | None) -> str:
    return (found["quoted"] if found["quoted"] is not None else found["plain"]).strip() if found else ""


def _delivery(agent: str, evpid: str, result: str, session: str, read: dict[str, str], reply: str) -> Parsed | None:
    status = _RESULTS.get(result)
    if len(evpid) != 16 or "to" not in read or status is None:
        return None
    fields: Fields = {"sender": address(read.get("from", "")), "recipient": address(read["to"]), "status": status}
    first = read.get("rcpt", "-")
    if first not in ("-", "", "@") and first.lower() != fields["recipient"].lower():
        fields["orig_recipient"] = first
    fields.update(relay(read.get("relay", "-")))
    if agent in _LOCAL:
        fields["envelope"] = evpid[8:]  # an alias keeps its address, whatever accounts it stands for
        if read.get("user"):
            fields["account"] = read["user"]
    span = seconds(read.get("delay", ""))
    if span is not None:
        fields["delay"] = span
    if reply:
        fields["reply"] = reply
    code = status_code(reply)
    if code:
        fields["dsn"] = code
    if session.strip("0"):
        fields["session"] = session
    if status == "sent":
        _put_end(fields, agent, read, reply)
    return "deliver", evpid[:8], fields


def _put_end(fields: Fields, agent: str, read: dict[str, str], reply: str) -> None:
    """Where it is now: a local agent keeps it, or gave it to a program (method=mda, mail.mda)."""
    if agent in _LOCAL:
        fields["disposition"] = "mailbox"
        method = read.get("method")
        if method:
            fields["transport"] = method
        return
    fields.update(accepted(reply))
    fields["disposition"] = "mailbox" if "token" in fields else "relay"

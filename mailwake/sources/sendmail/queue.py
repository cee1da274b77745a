"""Envelopes that end, are copied or reported on; what the daemon says of itself.

Sources: sendmail/envelope.c dropenvelope, savemail.c returntosender, deliver.c sendall, main.c, daemon.c, alias.c.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.sendmail.text import QUEUE_ID, bare, seconds

_DONE = re.compile(r"done; delay=(?P<delay>[\d+:]+)")
_CHILD = re.compile(
    rf"(?P<id>{QUEUE_ID}): (?P<what>DSN|return to sender|sender notify|postmaster notify): (?P<text>.*)"
)
_CLONE = re.compile(rf"(?P<id>{QUEUE_ID}): clone: owner=(?P<owner>.*)")
_HOPS = re.compile(r"SYSERR\([^)]*\): (?P<reply>Too many hops \d+ \(\d+ max\)): from .* to (?P<to>\S+)\Z")
_EXPIRED = ("Cannot send message for", "Message could not be delivered for", "cannot send message for")
_LATE = ("Warning: could not send message", "Warning: message still undelivered")
_NOTES = (
    "Authentication-Warning: ",
    "SYSERR(",
    "SYSERR: ",
    "POSSIBLE ATTACK from ",
    "Losing ",
    "savemail panic",
    "split: ",
    "forward ",
    "alias ",
    "truncated ",
    "Fixed MIME ",
    "quarantine",
    "unquarantine",
    "Message ",
    "message ",
    "header ",
    "headers ",
    "Truncated ",
    "hoplimit",
    "Too many ",
    "DELIVERBY",
    "cannot ",
    "can't ",
    "Cannot ",
    "Dropped ",
    "savemail",
    "returntosender",
    "queueup",
    "low on space",
)
_QUIET = (
    "SMTP outgoing connect on ",
    "locked",
    "duplicate",
    "ETRN ",
    "<-- ",
    "--- ",
    "delaying=",
    "SMTP MAIL command (",
    "SMTP RCPT command (",
    "runqueue: ",
    "gethostbyaddr(",
    "grew WorkList ",
    "alias database ",
    "dumping ",
    "started as: ",
    "unable to qualify my own domain name",
    "invalid domain name",
    "AUTH: available mech=",
    "AUTH warning: ",
    "default_auth",
    "error: safesasl(",
    "file descriptors missing on startup",
    "fill_fd: ",
    "deliver: ",
    "smtpquit",
    "problem ",
    "tlsmgr",
    "engine=",
)
_DAEMON = (
    (re.compile(r"starting daemon|restarting "), "start"),
    (re.compile(r"stopping daemon|stopped "), "stop"),
    (re.compile(r"(?:rejecting|deferring|accepting) (?:connections|new messages)"), "limit"),
    (re.compile(r"SYSERR\(|NOQUEUE: SYSERR|daemon \S+: problem|My unqualified host name|opendaemonsocket"), "error"),
)
_QUIET_ENDS = re.compile(r": \d+ aliases, longest |\[rejected\]\Z|: (?:vrfy|expn|VRFY|EXPN|ETRN) | VRFY | EXPN ")


def about(key: str, rest: str) -> Parsed | None:
    """A line of an envelope."""
    done = _DONE.match(rest)
    if done is not None:
        fields: Fields = {"by": "queue"}
        span = seconds(done["delay"])
        return "remove", key, fields if span is None else {**fields, "queue_time": span}
    if rest == "discarded":
        return "check", key, {"action": "discard"}
    clone = _CLONE.match(rest)
    if clone is not None:
        return "arrive", clone["id"], {"sender": bare(clone["owner"]), "parent_id": key}
    hops = _HOPS.match(rest)
    if hops is not None:  # for the first recipient at least; no line of a delivery follows
        ended: Fields = {"recipient": bare(hops["to"]), "status": "bounced", "dsn": "5.4.6", "reply": hops["reply"]}
        return "deliver", key, ended
    child = _CHILD.match(rest)
    if child is not None:
        return "notify", key, _notice(child)
    return ("note", key, {"text": rest}) if rest.startswith(_NOTES) else None


def _notice(child: re.Match[str]) -> Fields:
    """A report: `sender notify` is a warning unless the time is up, `DSN: Return receipt` confirms a delivery."""
    text = child["text"]
    fields: Fields = {"notice": "failure", "child_id": child["id"], "text": text}
    if text.startswith(_EXPIRED):
        fields["expired"] = True
    elif text.startswith(_LATE) or child["what"] == "sender notify":
        fields["notice"] = "delay"
    elif text.startswith("Return receipt"):
        fields["notice"] = "success"
    elif child["what"] == "postmaster notify":
        fields["notice"] = "postmaster"
    return fields


def daemon(text: str) -> Parsed | None:
    """What the daemon says of itself, and upkeep."""
    for shape, action in _DAEMON:
        if shape.match(text):
            return "service", "", {"action": action, "text": text}
    if text.startswith(_QUIET) or _QUIET_ENDS.search(text):
        return "noise", "", {}
    return None

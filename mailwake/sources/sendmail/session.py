"""Lines about connections: TLS, logins, attacks, sessions that broke.

Sources: sendmail/tls.c tls_get_info, srvrsmtp.c, collect.c, usersmtp.c, deliver.c. They have the queue ID of the
session's first envelope, which need not become a message, so it is left aside: the process joins them.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.sendmail.text import client, relay, values

_LEVELS = {"OK": "Trusted", "TRUSTED": "Verified", "FAIL": "Untrusted", "NO": "Anonymous", "NONE": "Anonymous"}
_STARTTLS = re.compile(r"STARTTLS=(?P<who>\w+)(?:, |: )?(?P<rest>.*)", re.DOTALL)
_AUTH_FAILURE = re.compile(r"AUTH failure \((?P<method>[^)]*)\): (?P<rest>.*)", re.DOTALL)
_ATTACK = re.compile(r"(?P<client>.+?): (?:possible SMTP attack|probable open proxy): command=(?P<command>[^,]*)")
_FLOOD = re.compile(r"(?P<client>.+?): Possible SMTP RCPT flood, throttling")
_LOST = re.compile(r"lost input channel from (?P<client>.+?)(?: to (?P<daemon>\S+) after (?P<stage>\w+))?\Z")
_IDLE = re.compile(
    r"(?:(?P<client>.+?) did not issue MAIL/EXPN/VRFY/ETRN during connection to \S+|Null connection from (?P<old>.+))"
)
_TIMEOUT = re.compile(r"timeout waiting for input (?:from (?P<client>.+?) )?during (?P<stage>.+)")
_COLLECT = re.compile(
    r"(?P<text>collect: .*?|I/O error|timeout)(?: on connection from (?P<client>.+?))?"
    r"(?:, (?:sender|from)=(?P<sender>.*))?\Z"
)
_CONNECTED = re.compile(r"(?:SMTP )?connect from (?P<client>.+)")
_NOT_REACHED = re.compile(r"makeconnection \((?P<relay>[^)]*)\) failed: (?P<text>.*)")


def tls(text: str) -> Parsed | None:
    """`STARTTLS=server, relay=host [ip], version=TLSv1.3, verify=NO, cipher=..., bits=256/256` and its errors."""
    found = _STARTTLS.match(text)
    if found is None:
        return ("noise", "", {}) if text.startswith("STARTTLS") else None
    incoming, read = found["who"] == "server", values(found["rest"])
    host = read.get("relay", "").partition(", field=")[0]
    if read.get("version") and read.get("cipher"):
        fields: Fields = {"direction": "in" if incoming else "out"}
        fields.update(client(host) if incoming else _next(host))
        level = _LEVELS.get(read.get("verify", ""))
        if level:
            fields["level"] = level
        return "tls", "", {**fields, "version": read["version"], "cipher": read["cipher"]}
    if not found["rest"].startswith("error") and "error" not in found["rest"]:
        return "noise", "", {}
    if incoming:
        return "lost", "", {"stage": "STARTTLS", **client(host), "text": text}
    return "connect_failed", "", {**_next(host), "text": text}


def _next(text: str) -> Fields:
    fields = relay(text)
    del fields["relay"]
    return fields


def login(text: str) -> Parsed | None:
    """`AUTH=server, relay=host [ip], authid=user, mech=PLAIN, bits=0`; the client's side is of no interest."""
    read = values(text.replace("AUTH=", "auth=", 1))
    if read.get("auth") != "server" or "authid" not in read:
        return "noise", "", {}
    return (
        "login",
        "",
        {
            **client(read.get("relay", "")),
            "user": read["authid"],
            "method": read.get("mech", ""),
            "service": "smtp",
            "success": True,
        },
    )


def auth_failure(text: str) -> Parsed | None:
    """`AUTH failure (LOGIN): authentication failure (-13) ..., user=u, relay=host [ip]`.

    User and text are what the client sent, so the relay that the line ends with counts.
    """
    found = _AUTH_FAILURE.match(text)
    if found is None:
        return None
    rest, _, host = found["rest"].rpartition(", relay=")
    reason, _, user = rest.partition(", user=")
    fields: Fields = {"method": found["method"], "service": "smtp", **client(host), "reason": reason or found["rest"]}
    return "auth_failed", "", {**fields, "username": user} if user else fields


def broken(text: str) -> Parsed | None:
    """A session that ended otherwise than by QUIT, or without a message."""
    attack = _ATTACK.match(text)
    if attack is not None:
        if attack["command"].upper() == "AUTH":
            return "auth_failed", "", {**client(attack["client"]), "service": "smtp", "reason": text}
        return "lost", "", {**client(attack["client"]), "stage": attack["command"], "text": text}
    for shape, stage in ((_FLOOD, "rcpt"), (_LOST, ""), (_TIMEOUT, ""), (_COLLECT, "data")):
        found = shape.match(text)
        if found is not None:
            said = found.groupdict()
            fields: Fields = {**client(said["client"])} if said.get("client") else {}
            fields["stage"] = (said.get("stage") or stage or "connect").upper()
            return "lost", "", {**fields, "text": text}
    return None


def connection(text: str) -> Parsed | None:
    """Connections that came or went, and servers that were not reached."""
    idle = _IDLE.match(text)
    if idle is not None:
        return (
            "disconnect",
            "",
            {**client(idle["client"] or idle["old"]), "reason": "did not issue MAIL/EXPN/VRFY/ETRN"},
        )
    found = _CONNECTED.match(text)
    if found is not None:
        return "connect", "", client(found["client"])
    failed = _NOT_REACHED.match(text)
    if failed is not None:
        return "connect_failed", "", {**_next(failed["relay"]), "text": failed["text"]}
    return None

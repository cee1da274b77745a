"""postscreen's tests and decisions, dnsblog's findings and tlsproxy's end of the connection.

Sources: Postfix src/postscreen/postscreen.c, postscreen_early.c, postscreen_smtpd.c, postscreen_misc.c,
src/dnsblog/dnsblog.c, src/tlsproxy/tlsproxy.c. One postscreen process serves many clients at once, so even its CONNECT
is a `postscreen` fact: a `connect` would be joined to others by process id.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, LineParser, Parsed
from mailwake.sources.postfix.rejects import refusal
from mailwake.sources.postfix.text import NO_QUEUE, TAILS, client, noise, trim

_EVENT = re.compile(
    r"(?P<test>CONNECT|DISCONNECT|PASS (?:NEW|OLD)|PREGREET|DNSBL|HANGUP|(?:ALLOW|WHITE|DENY|BLACK)LISTED"
    r"|(?:ALLOW|WHITE)LIST VETO|COMMAND [A-Z]+(?: LIMIT)?|NON-SMTP COMMAND|BARE NEWLINE"
    r"|(?:DATA|BDAT) without valid RCPT)"
    r"(?: (?P<before>rank -?\d+|\d+ after [\d.]+|after [\d.]+))?"
    r"(?: from| for)? (?P<client>\[[^\[\]\s]*\]:\d{1,5})"
    r"(?: to (?P<local>\[[^\[\]\s]*\]:\d{1,5}))?(?P<after>.*)\Z",
    re.DOTALL,
)
_LISTED = re.compile(r"addr (?P<ip>[0-9A-Fa-f:.]+) (?P<text>(?:listed|blocked) by domain \S+ as .*)\Z", re.DOTALL)
_HANDSHAKE = re.compile(r"TLS handshake failed for service=\S+ peer=(?P<client>\S+)")


def screened(message: str) -> Parsed | None:
    """`PASS NEW [ip]:port`, `PREGREET 76 after 0 from [ip]:port: EHLO ...`, `HANGUP after 3 from [ip]:port in ...`."""
    found = _EVENT.match(message)
    if found is None:
        return None
    if found["test"] == "CONNECT" and not found["local"]:
        return noise()  # tlsproxy's, under a tag that has lost its name
    fields: Fields = {**client(found["client"]), "test": found["test"]}
    if found["local"]:
        fields.update({name.replace("client", "local"): value for name, value in client(found["local"]).items()})
    before, after = found["before"] or "", found["after"]
    text = (before + after if after.startswith(":") or not before else f"{before} {after.lstrip()}").strip()
    if text:
        fields["text"] = text
    return "postscreen", "", fields


def postscreen(other: LineParser) -> LineParser:
    """Give the parser of postscreen."""

    def parse(message: str) -> Parsed | None:
        if message[-1:] in TAILS:
            message = trim(message)
        if message[:7] != NO_QUEUE:
            return screened(message) or refusal(message, "postscreen") or other(message)
        return refusal(message, "postscreen") or screened(message) or other(message)

    return parse


def dnsblog(other: LineParser) -> LineParser:
    """Give the parser of dnsblog: `addr IP listed by domain D as 127.0.0.x`."""

    def parse(message: str) -> Parsed | None:
        return listed(trim(message)) or other(message)

    return parse


def listed(message: str) -> Parsed | None:
    """What one DNS list says of a client; postscreen adds the scores up (`DNSBL rank`)."""
    found = _LISTED.match(message)
    if found is None:
        return None
    return "postscreen", "", {"test": "DNSBL", "client_ip": found["ip"], "text": found["text"]}


def tlsproxy(other: LineParser) -> LineParser:
    """Give the parser of tlsproxy: its connections are postscreen's, not new ones."""

    def parse(message: str) -> Parsed | None:
        if message.startswith(("CONNECT ", "DISCONNECT ")):
            return noise()
        found = _HANDSHAKE.match(message)
        if found is not None:
            return "lost", "", {**client(found["client"]), "stage": "STARTTLS", "text": "TLS handshake failed"}
        return other(message)

    return parse

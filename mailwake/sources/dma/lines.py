"""The lines of dma 0.14: `syslog` calls of dma.c, spool.c, local.c, net.c, crypto.c and mail.c.

    dma[2a4f3]: new mail from user=root uid=0 envelope_from=<root@host.example>
    dma[2a4f3]: mail to=<ann@example.org> queued as 2a4f3.55d0c8e2a2c0
    dma[2a4f3.55d0c8e2a2c0]: <ann@example.org> trying delivery
    dma[2a4f3.55d0c8e2a2c0]: remote delivery deferred: mx.example.org [192.0.2.1] failed after RCPT TO: 450 4.2.0 no
    dma[2a4f3.55d0c8e2a2c0]: <ann@example.org> delivery successful

The tag holds an id in place of the process id (util.c, `setlogident`); the parser is given it in front of the message.
A message has one, the number of a file, and each of its recipients another one behind a dot, under which it is
delivered.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, trimmed
from mailwake.events.replies import status_code

_HEAD = re.compile(r"\[(?P<id>[^\]\s]+)\] ")
_HOST = r"(?P<host>\S+) \[(?P<ip>[^\]\s]*)\]"
_LINE_END = re.compile(r"(?:#015)?#012")
"""What syslogd makes of the lines of a reply."""

Builder = Callable[[re.Match[str], str], Parsed]
"""Makes a fact of what a rule found, and of the id in the tag."""


def _new(found: re.Match[str], key: str) -> Parsed:
    fields: Fields = {"user": found["user"], "uid": int(found["uid"]), "sender": found["sender"], "local": True}
    return "arrive", key, fields


def _queued(found: re.Match[str], key: str) -> Parsed:
    """A recipient's part of the message, which comes from the message itself."""
    origin = key or found["item"].partition(".")[0]
    return "arrive", found["item"], {"orig_queue_id": origin, "recipients": [found["recipient"]], "local": True}


def _trying(found: re.Match[str], key: str) -> Parsed:
    return "envelope", key, {"recipient": found["recipient"]}


def _done(found: re.Match[str], key: str) -> Parsed:
    """dma does not tell what the next server answered. An address without a domain is a user of this host."""
    domain = found["recipient"].rpartition("@")[2] if "@" in found["recipient"] else ""
    fields: Fields = {"status": "sent", "disposition": "relay" if domain else "mailbox"}
    if domain:
        fields["domain"] = domain
    return "deliveries", key, fields


def _relay(found: re.Match[str]) -> Fields:
    host, ip = found["host"], found["ip"]
    return {"relay": f"{host}[{ip}]", "relay_host": host, "relay_ip": ip}


def _towards(found: re.Match[str], key: str) -> Parsed:
    return "note", key, {"relay_host": found["host"], "relay_ip": found["ip"], "text": found[0]}


def _reply(text: str) -> Fields:
    reply = _LINE_END.sub(" ", text).strip()
    dsn = status_code(reply)
    return {"reply": reply, "dsn": dsn} if dsn else {"reply": reply}


def _refused(found: re.Match[str], key: str) -> Parsed:
    """What a server answered to a command."""
    status = "deferred" if found["later"] else "bounced"
    return "deliveries", key, {"status": status, **_relay(found), **_reply(found["reply"])}


def _not_reached(found: re.Match[str], key: str) -> Parsed:
    """The next host of the list is tried, or the message stays in the queue."""
    return "deliveries", key, {"status": "deferred", **_relay(found), **_reply(found["reply"])}


def _greeting(found: re.Match[str], key: str) -> Parsed:
    """A server that takes neither EHLO nor HELO is given up (net.c, `deliver_to_host`)."""
    return "deliveries", key, {"status": "bounced", **_relay(found), **_reply(found["reply"])}


def _failed(found: re.Match[str], key: str) -> Parsed:
    """A mailbox that cannot be written is tried again, though the line says `failed` (local.c, `deliver_local`)."""
    final = found["how"] == "failed" and not found["reply"].startswith("write error")
    return "deliveries", key, {"status": "bounced" if final else "deferred", **_reply(found["reply"])}


def _bounce(found: re.Match[str], key: str) -> Parsed:
    """Of what could not be delivered, and of what was tried for five days."""
    return "notify", key, {"notice": "failure", "child_id": found["child"], "expired": True}


def _dropped(found: re.Match[str], key: str) -> Parsed:
    """A bounce that cannot be delivered."""
    return "expire", key, {"sender": ""}


def _note(found: re.Match[str], key: str) -> Parsed:
    return "note", key, {"text": found.string[found.start() :], "level": "warning"}


def _no_fact(found: re.Match[str], key: str) -> Parsed:
    return noise()


_RULES: tuple[tuple[re.Pattern[str], Builder], ...] = (
    (re.compile(r"new mail from user=(?P<user>.*?) uid=(?P<uid>\d+) envelope_from=<(?P<sender>.*)>\Z"), _new),
    (re.compile(r"mail to=<(?P<recipient>.*)> queued as (?P<item>[0-9a-f]+\.[0-9a-f]+)\Z"), _queued),
    (re.compile(r"<(?P<recipient>.*)> trying delivery\Z"), _trying),
    (re.compile(r"<(?P<recipient>.*)> delivery successful\Z"), _done),
    (re.compile(rf"trying remote delivery to {_HOST} pref -?\d+"), _towards),
    (re.compile(rf"(?:socket for|connect to) {_HOST} failed: (?P<reply>.*)", re.DOTALL), _not_reached),
    (
        re.compile(
            rf"remote delivery (?:to|(?P<later>deferred:)) {_HOST} failed after (?P<stage>[^:]*): (?P<reply>.*)",
            re.DOTALL,
        ),
        _refused,
    ),
    (re.compile(rf"Could not perform server greeting at {_HOST}: (?P<reply>.*)", re.DOTALL), _greeting),
    # said after what it was that failed
    (re.compile(r"remote delivery (?:failed: SMTP login failed|deferred\Z)"), _no_fact),
    (re.compile(r"(?:remote|local) delivery (?P<how>failed|deferred): (?P<reply>.*)", re.DOTALL), _failed),
    (re.compile(r"delivery failed, bouncing as (?P<child>[0-9a-f]+)\Z"), _bounce),
    (re.compile(r"can not bounce a bounce message, discarding"), _dropped),
    (
        re.compile(
            r"lost queue file|malformed queue file|error creating bounce|can not (?:create spools|read mail|"
            r"create temp)|"
            r"invalid recipient|no recipients|bad mail input|invalid address in header|error (?:creating|"
            r"recovering) mbox"
        ),
        _note,
    ),
    (
        re.compile(
            r"using (?:smarthost|SMTP authentication)|SMTP login not available|non-encrypted SMTP login|  Server |"
            r"Server greeting|SSL|in opportunistic TLS mode|(?:success|fail)\w* .*fingerprint|sha256 fingerprint|"
            r"fingerprints do not|smarthost authentication|Invalid line|remote delivery succeeded|"
            r"could not (?:lock|pick up|acquire|open|parse)|can not |cannot |hung child|child disappeared|"
            r"reached dead code|"
            r"ignoring unknown queue info|Cannot escape|syntax error|Unknown error|\S+: NULLCLIENT|fingerprint |"
            r"failed to |"
            r"invalid sha256"
        ),
        _no_fact,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of dma, with its id in front: `[2a4f3] new mail from ...`."""
    text = trimmed(message)
    head = _HEAD.match(text)
    key, at = (head["id"], head.end()) if head is not None else ("", 0)
    for shape, build in _RULES:
        found = shape.match(text, at)
        if found is not None:
            return build(found, key)
    return None


def parse_mbox(message: str) -> Parsed | None:
    """Parse one line of dma-mbox-create, which makes the mailbox of a user who has none yet."""
    return noise() if re.match(r"(?:successfully )?creat(?:ing|ed) mbox|.*: ", message) else None

"""The Dovecot source: which tags are its own, and its own log file.

In syslog the tag is `instance_name` (`dovecot`) and the service stands in the text: `dovecot: lmtp(user)<pid><token>:
text`. The log file (`log_path`) has `log_timestamp` (`%b %d %H:%M:%S `, or any other) before the same text, and a level
word after the prefix: `Nov 22 02:29:47 lmtp(user)<6031><TOKEN>: Info: text` (docs: Dovecot logging; lib/failures.c).
Events come as JSON lines when the exporter writes to a file (2.4 `event_exporter driver = file`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from mailwake.events import shape
from mailwake.events.fact import LineParser, Parsed
from mailwake.sources.api import Bare
from mailwake.sources.dovecot.line import parse

_TAGS = frozenset(
    (
        *("imap", "imap-login", "pop3", "pop3-login", "lmtp", "lda", "deliver", "managesieve", "managesieve-login"),
        *("submission", "submission-login", "auth", "auth-worker", "doveadm", "indexer-worker", "stats"),
    )
)
_SERVICES = (
    r"(?:imap|pop3|managesieve|sieve|submission|submissions|script)(?:-login)?|imap-(?:hibernate|urlauth\S{0,14}?)|auth"
    r"|auth-worker|lmtp|lda|deliver|doveadm|dsync-(?:server|local|remote)|dsync|indexer|indexer-worker|stats|old-stats"
    r"|master|log|config|anvil|dict|dict-async|dict-expire|dns-client|dns_client|ipc|director|replicator"
    r"|aggregator|quota-status|ssl-params|health-check|welcome|push-notification|program-client|http-api|tcpwrap"
    r"|dovecot|dovecot-lda|quota-warning|sieve-filter"
)
_STAMP = (
    r"(?:[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d"
    r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)"
)
_MORE = r"(?:[\[{(][^\]}) ]*[\]})])*+"
"""What a site's own prefix has behind the user: `[192.0.2.1]`, `(192.0.2.1)`."""
_BARE = re.compile(
    rf"({_STAMP}) ((?:{_SERVICES})(?:\(([^)]*)\){_MORE})?(?:<([^>]*)>)*+{_MORE}"
    r"(?:,? [a-z_]+=(?:[^\s,:]|[,:](?! ))*+)*+: )"
    r"(?:Info: |(?=(?:Warning|Error|Fatal|Panic|Debug): ))"
)
_BARE_1X = re.compile(rf"(?:dovecot|(deliver\([^)]*\))): ({_STAMP}) (?:Info: |(?=(?:Warning|Error|Fatal|Panic): ))(.*)")
_PID = re.compile(r"<(\d{1,10})>")
_EVENT_TIME = re.compile(r'"(?:end|start)_time":(?:"([^"]+)"|(\d{1,11}(?:\.\d+)?))')
_EVENT_HOST = re.compile(r'"hostname":"([^"]*)"')
_TAB_TIME = re.compile(r"\t(?:end|start)_time:(?:(\d{4}-[^\t]+)|(\d{1,11}(?:\.\d+)?))(?=\t|$)")
_TAB_HOST = re.compile(r"\thostname:([^\t]*)")
_SAVED = (
    shape.Shape(
        r"lmtp\(([^)*,: ]+)\)<[0-9]+><(([^> :]+)(?::[^> ]*)?)>: msgid=(<[^>:,]+>): saved mail to ([^:'\"\n]+)\Z",
        "mailbox",
        3,
        (
            shape.constant("action", "stored"),
            shape.text("folder", 5),
            shape.constant("service", "lmtp"),
            shape.text("user", 1),
            shape.text("session", 2),
            shape.text("message_id", 4),
        ),
    ),
)
"""Most of what LMTP logs: see `line.parse`."""
_FIRST = frozenset("JFMASOND2d")


_ANY_TAG = re.compile(
    rf"{_SERVICES}(?:\([^)\s]*\))?<\d+><[^>\s]*>: |lmtp\(\d+\): (?:Connect|Disconnect) |auth: passwd-file\("
    r"|(?:imap|pop3|managesieve|submission)-login: (?:Login|Disconnected|Aborted login|Maximum number)\b"
    r"|master: (?:Dovecot v\d|Warning: Killed with signal)"
).match
_SERVICE_STARTS = frozenset("lipmsdap")
"""Letters that the services of `_ANY_TAG` begin with."""


class Dovecot:
    """Dovecot's text log and its exported events."""

    name = "dovecot"

    def parser(self, program: str) -> LineParser | None:
        """Claim `dovecot...` (whose text names the service) and the services where they log under their own name."""
        if program.startswith("dovecot") and not program.startswith("dovecot_"):
            # `dovecot_login` is the name of an authenticator in Exim's log
            return parse
        if program.partition("(")[0] not in _TAGS:
            # 1.x deliver logs by itself, with the tag `deliver(user)`
            return None
        prefix = f"{program}: "

        def named(message: str) -> Parsed | None:
            return parse(prefix + message)

        return named

    def shapes(self, program: str) -> tuple[shape.Shape, ...]:
        """Deliveries by LMTP."""
        return _SAVED if program.startswith("dovecot") else ()

    def adopts(self, message: str) -> LineParser | None:
        """`instance_name` is the tag, whatever it is: `maillab: lmtp(user)<9488><session>: text`."""
        return parse if message[:1] in _SERVICE_STARTS and _ANY_TAG(message) is not None else None

    def split_bare(self, line: str) -> Bare | None:
        """Strict on purpose: a syslog line (`stamp host program[pid]: `) must not pass for one of Dovecot's file."""
        if line[:1] not in _FIRST:
            if line.startswith(('{"event":"', "event:")):
                return _event(line)
            return _event_anew(line) if line[:1] == "{" and '"event"' in line and '"fields"' in line else None
        match = _BARE.match(line)
        if match is None:
            return _bare_1x(line) if line.startswith(("dovecot: ", "deliver(")) else None
        stamp, head, inside, _ = match.groups()
        return Bare(stamp, "", "dovecot", _pid(head, inside), head + line[match.end() :])

    def continues(self, line: str) -> bool:
        """Dovecot escapes line breaks: nothing continues."""
        return False


def _pid(head: str, inside: str | None) -> int:
    """`lmtp(user)<6031><token>`, `lmtp(10320)`, `lmtp(10320, user)`; 0 when the prefix does not show it."""
    match = _PID.search(head)
    if match is not None:
        return int(match.group(1))
    if inside and not head.startswith(("imap", "pop3")):
        first = inside.partition(",")[0]
        return int(first) if first.isdecimal() and len(first) < 9 else 0
    return 0


def _bare_1x(line: str) -> Bare | None:
    """Dovecot 1.x: `dovecot: Feb 11 10:00:00 Info: imap-login: ...`, `deliver(user): Feb 11 10:00:00 Info: ...`."""
    match = _BARE_1X.match(line)
    if match is None:
        return None
    who, stamp, text = match.groups()
    if not who and ": " not in text:
        return None
    return Bare(stamp, "", "dovecot", 0, f"{who}: {text}" if who else text)


def _event(line: str) -> Bare | None:
    """An exported event on a line of its own, JSON or tab-text; its time is the end of what it tells about."""
    times = dict.fromkeys(("text", "number"), "")
    json = line.startswith("{")
    for text, number in (_EVENT_TIME if json else _TAB_TIME).findall(line, 0, 400):
        times = {"text": text, "number": number}
    stamp = times["text"]
    if times["number"]:
        stamp = datetime.fromtimestamp(float(times["number"]), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    host = (_EVENT_HOST if json else _TAB_HOST).search(line, 0, 400)
    return Bare(stamp, host.group(1) if host else "", "dovecot", 0, f"stats: {line}") if stamp else None


def _event_anew(line: str) -> Bare | None:
    """An event that a shipper has written anew: with blanks, its parts in another order."""
    try:
        data: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("fields"), dict) or not isinstance(data.get("event"), str):
        return None
    stamp = data.get("end_time") or data.get("start_time")
    if isinstance(stamp, int | float) and not isinstance(stamp, bool) and 0 < stamp < _LAST:
        stamp = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if not isinstance(stamp, str) or not stamp:
        return None
    host = data.get("hostname")
    return Bare(stamp, host if isinstance(host, str) else "", "dovecot", 0, f"stats: {line}")


_LAST = 1e11
"""Seconds; no clock of a mail server shows more."""

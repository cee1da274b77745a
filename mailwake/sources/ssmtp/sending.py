"""One message that sSMTP handed to its server, or could not (ssmtp.c 2.64: `log_event` and `die`).

    sSMTP[4711]: Sent mail for ann@example.com (221 2.0.0 Bye) uid=1000 username=ann outbytes=431
    sSMTP[4712]: RCPT TO:<bob@example.org> (550 5.1.1 no such user)

It has no queue: who called it is told that it failed, and the message is gone. Recipients are named only where one is
refused, and the reply is that to QUIT. A process sends one message, so its id makes the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, trimmed
from mailwake.events.replies import status_code

_HEAD = re.compile(r"\[(?P<id>\d+)\] ")


def _sent(found: re.Match[str]) -> Fields:
    return {
        "sender": found["sender"],
        "status": "sent",
        "disposition": "relay",
        "size": int(found["size"]),
        "reply": found["reply"],
    }


def _reply(text: str) -> Fields:
    dsn = status_code(text)
    return {"status": "bounced", "reply": text, **({"dsn": dsn} if dsn else {})}


def _refused(found: re.Match[str]) -> Fields:
    return {"recipients": [found["recipient"]], **_reply(found["reply"])}


def _failed(found: re.Match[str]) -> Fields:
    return _reply(found["reply"])


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Fields]], ...] = (
    (
        re.compile(
            r"Sent mail for (?P<sender>\S*) \((?P<reply>.*)\) uid=(?P<uid>\d+) username=(?P<user>\S*) "
            r"outbytes=(?P<size>\d+)\Z"
        ),
        _sent,
    ),
    (re.compile(r"RCPT TO:<(?P<recipient>[^>]*)> \((?P<reply>.*)\)\Z"), _refused),
    (
        re.compile(
            r"(?P<reply>[245]\d\d[ -].*|Cannot open \S+:\d+|Invalid response SMTP [Ss]erver.*|Authorization failed .*|"
            r"Server (?:rejected|didn't).*|Connection lost in middle.*|Timeout on stdin.*|No recipients specified.*)"
        ),
        _failed,
    ),
)
_NOISE = re.compile(
    r'Set \w+="|Unable to |\[(?:<-|->)\] |Creating SSL|SSL |No SSL support|Use certfile|STARTTLS not|EHLO |HELO |'
    r"Sending a partial line|stdin is a TTY|killed: timeout|Can't |Could not find password|Invalid response: |"
    r"Cannot get the name|\S+ not found\Z|parse_options|\w+\(\) --"
)


def parse(message: str) -> Parsed | None:
    """Parse one line of sSMTP, with its process id in front: `[4711] Sent mail for ...`."""
    text = trimmed(message)
    head = _HEAD.match(text)
    process, at = (head["id"], head.end()) if head is not None else ("", 0)
    for shape, build in _RULES:
        found = shape.match(text, at)
        if found is not None:
            digest = blake2b(text.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
            return "deliveries", f"ssmtp-{process}-{digest}", build(found)
    return noise() if _NOISE.match(text, at) else None

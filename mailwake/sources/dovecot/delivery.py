"""Deliveries: what LMTP, LDA and Sieve did with a message.

`deliver_log_format` (docs: Dovecot settings; lib-lda/mail-deliver.c) puts the result last: `msgid=%m: %$`, or with
more variables `msgid=<..>, subject=.., from=<..>, env=<..>, to=<..>, size=N, vsize=N, time=ms, sess=ms: RESULT`. Sieve
writes the same behind `sieve: `. Subject and Message-ID are the sender's own words and may imitate any of it, so the
result is the last one on the line and the values are taken from the end. 2.2 and older write `TOKEN: ` before it.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.replies import accepted
from mailwake.sources.dovecot.heads import Head
from mailwake.sources.dovecot.mail_log import parse_item
from mailwake.sources.dovecot.results import read_result

_TOKEN = re.compile(r"([A-Za-z0-9+/]{16,}(?::[\w:]+)?): (?=sieve: |msgid=|[a-z]+=|save|stored)")
_KEYS = re.compile(r"(?:^|, )(msgid|subject|from|env|to|size|vsize|time|sess)=")
_USUAL = re.compile(
    r"msgid=(<[^>]*>), subject=(.*), from=<([^>]{0,400})>, env=<([^>]{0,400})>, to=<([^>]{0,400})>"
    r", size=(\d{1,18}), vsize=\d+, time=(\d{1,18}), sess=\d+",
    re.DOTALL,
)
"""All variables in the documentation's order: the common case, in one step."""
_PLAIN = {"from": "header_from", "env": "sender", "to": "recipient"}
_SIEVE_NOISE = (
    *("Execution of script", "execution of script", "Sieve script", "file storage", "file script", "binary", "script "),
    *("started", "included", "multiscript", "Pigeonhole", "DEBUG", "debug", "info:", "line "),
)
_NOISE = (
    *("Effective", "Connection ", "Server ", "Received signal", "Client ", "Loading", "Module", "userdb", "Timeout"),
    *("Mailbox subscribed", "Mailbox unsubscribed", "RCPT TO", "MAIL FROM", "Delivered", "Successful quit", "read("),
)


_PROGRAM = re.compile(r"(?:msgid=.*?: )?(?:execute|filter) action: ")
"""vnd.dovecot.execute and vnd.dovecot.filter run a program; what it makes of the message is told by what follows."""


_PASSED_ON = ": Sent message to <"
_NOT_PASSED_ON = ": Failed to send message to <"
_PASSING = re.compile(r"<([^>]*)> at (\S+): (.*?)(?: \(\d+/\d+ at \d+ \w+\))?", re.DOTALL)
"""lmtp-proxy.c: recipient, where the proxy passed the message on, and what it was answered."""


def parse_delivery(head: Head, text: str) -> Parsed | None:
    """A line of lmtp, lda or (1.x) deliver."""
    service = "lmtp" if head.service == "lmtp" else "lda"
    if text.startswith(("Connect from ", "Disconnect from ")):
        return _session(service, text)
    passed = _proxied(text)
    if passed is not None:
        return passed
    if head.service != service:
        head = head._replace(service=service)
    item = parse_item(head, text)
    if item is not None:
        return item
    session = head.session
    if not session:
        token = _TOKEN.match(text)
        if token is not None:
            session = token.group(1)
            text = text[token.end() :]
    sieve = text.startswith("sieve: ")
    if sieve:
        text = text[7:]
    found = read_result(text)
    if found is None:
        return _other(text, sieve)
    fields, meta = found
    fields["service"] = service
    if head.user:
        fields["user"] = head.user
    if session:
        fields["session"] = session
    if meta:
        _read_meta(meta, fields)
    return "mailbox", session.partition(":")[0], fields


def _proxied(text: str) -> Parsed | None:
    """`... rcpt USER: <SESSION>: Sent message to <USER> at HOST: 250 2.0.0 <USER> OTHER-SESSION Saved (1/1 at 9 ms)`.

    An LMTP proxy answers with a session of its own, under which nothing is stored: the answer that it was given names
    that of the mailbox server.
    """
    mark = _PASSED_ON if _PASSED_ON in text else _NOT_PASSED_ON
    before, _, rest = text.partition(mark)
    if not rest:
        return None
    found = _PASSING.fullmatch("<" + rest)
    session = before.rpartition(" ")[2].strip("<>")
    if found is None or not session:
        return None
    recipient, place, reply = found.groups()
    fields: Fields = {"action": "proxied", "service": "lmtp", "session": session, "recipient": recipient}
    fields["target"], fields["reason"] = place, reply
    if mark == _NOT_PASSED_ON:
        return "note", "", {"text": f"lmtp: not passed on to {place}: {reply}", "recipient": recipient}
    token = accepted(reply).get("token")
    if token:
        fields["token"] = token
    return "mailbox", session.partition(":")[0], fields


def _other(text: str, sieve: bool) -> Parsed | None:
    """Not a result: what Sieve or the service says of itself."""
    if sieve and _PROGRAM.match(text):
        return "note", "", {"text": f"sieve: {text}"}
    if sieve or text.startswith(("Execution of script", "execution of script")):
        if "failed" in text.lower() or "aborted" in text:
            return "note", "", {"text": f"sieve: {text}", "level": "warning"}
        return ("noise", "", {}) if text.startswith(_SIEVE_NOISE) else None
    return ("noise", "", {}) if text.startswith(_NOISE) else None


def _session(service: str, text: str) -> Parsed:
    """`Connect from 192.0.2.1`, `Disconnect from local: Successful quit`."""
    connect = text.startswith("C")
    peer, _, reason = text[13 if connect else 16 :].partition(": ")
    peer, _, port = peer.partition(" port ")
    fields: Fields = {"service": service}
    if not peer[:1].isdigit() and ":" not in peer:
        fields["client_name"] = peer
    else:
        fields["client_ip"] = peer
    if port.isdecimal() and len(port) < 6:
        fields["client_port"] = int(port)
    if reason and not connect:
        fields["reason"] = reason
    return "connect" if connect else "disconnect", "", fields


def _read_meta(meta: str, fields: Fields) -> None:
    """Read the variables of deliver_log_format that stand before the result."""
    if meta.startswith("msgid=") and ", " not in meta:
        _put("msgid", meta[6:], fields)
        return
    usual = _USUAL.fullmatch(meta)
    if usual is None:
        for name, value in _split_meta(meta).items():
            _put(name, value, fields)
        return
    message_id, subject, header_from, sender, recipient, size, took = usual.groups()
    if message_id != "<>":
        fields["message_id"] = message_id
    fields["subject"] = subject
    if header_from:
        fields["header_from"] = header_from
    fields["sender"] = sender
    if recipient:
        fields["recipient"] = recipient
    fields["size"] = int(size)
    fields["took"] = int(took) / 1000


def _split_meta(meta: str) -> dict[str, str]:
    """Split `msgid=.., subject=.., from=<..>, ...`, whatever the subject holds.

    The first key is the real one, and so is the first `subject=` after it. All others are taken from the end, each
    once: what imitates them inside the subject stands further left than the real one.
    """
    marks = [(match.start(), match.end(), match.group(1)) for match in _KEYS.finditer(meta)]
    if not marks or marks[0][0] != 0:
        return {}
    first = marks[0]
    inner = _bracket_end(meta, first[1])
    marks = [mark for mark in marks[1:] if mark[0] >= inner]
    subject = next((mark[0] for mark in marks if mark[2] == "subject"), -1)
    found: dict[str, str] = {}
    end = len(meta)
    for start, value, name in reversed(marks):
        # between the subject and the end only what was not seen further right; before it (a site's order) likewise
        if name in found or name == first[2] or (name == "subject" and start != subject):
            continue
        found[name] = meta[value:end]
        end = start
    found[first[2]] = meta[first[1] : end]
    return found


def _bracket_end(meta: str, start: int) -> int:
    """Where a bracketed first value ends: nothing within it is a key."""
    if meta.startswith("<", start):
        end = meta.find(">", start)
        return end if end >= 0 else start
    return start


def _put(name: str, value: str, fields: Fields) -> None:
    """Store one variable under its name in the vocabulary."""
    if name == "msgid":
        if value and value not in ("unspecified", "<>"):
            fields["message_id"] = value
    elif name == "subject":
        fields["subject"] = value
    elif name in _PLAIN:
        plain = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value
        if plain or name == "env":
            fields[_PLAIN[name]] = plain
    elif value.isdecimal() and len(value) < 19:
        if name == "size":
            fields["size"] = int(value)
        elif name == "time":
            fields["took"] = int(value) / 1000

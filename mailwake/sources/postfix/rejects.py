"""Refusals and access actions: `QID|NOQUEUE: ACTION: STAGE from CLIENT: text; envelope`, and before-queue proxies.

Sources: Postfix src/smtpd/smtpd_check.c log_whatsup(), src/smtpd/smtpd.c (milter-reject, proxy-accept, proxy-reject),
src/cleanup/cleanup_milter.c, src/postscreen/postscreen_smtpd.c; access(5) for the actions.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.postfix.envelope import split_envelope
from mailwake.sources.postfix.replies import settle
from mailwake.sources.postfix.text import NO_QUEUE, QID, client

REFUSALS = {"reject": "", "milter-reject": "milter", "proxy-reject": "proxy", "abort": ""}
"""Actions that refuse, and who refuses; "" for the daemon that logs it."""

_ACTIONS = (
    "reject_warning warn warning info permit hold discard filter redirect bcc prepend replace strip delay pass dunno"
    " milter-hold milter-discard milter-quarantine milter-accept milter-redirect milter-bcc milter-filter"
)
ACTIONS = frozenset(_ACTIONS.split())
"""Actions after which the message goes on, or is lost, without the client being refused."""

_LINE = re.compile(
    rf"({QID}|{NO_QUEUE}): (reject|milter-reject): ([A-Z-]+) from ([^ ]+): "
    rf"([45][0-9][0-9]) ([45]\.[0-9]{{1,3}}\.[0-9]{{1,3}})"
    r" (.*); from=<([^<>]*)>,? to=<([^<>]*)>,? proto=([A-Z]+),? helo=<([^<>]*)>\Z",
    re.DOTALL,
).match
_STAGE = re.compile(
    r"(?P<stage>[A-Z][A-Z -]*?(?: content)?) from (?P<client>[^\s\[]*\[[^\[\]\s]*\](?::\d+)?|\S+): ?(?P<text>.*)\Z",
    re.DOTALL,
)
_REPLY = re.compile(
    r"(?:(?P<code>[2-5][0-9][0-9])(?:[ -]|\Z))?"
    r"(?:(?P<dsn>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |\Z))?"
    r"(?P<text>.*)\Z",
    re.DOTALL,
)
_TARGET = re.compile(r"triggers (?:FILTER|REDIRECT|BCC|PREPEND|REPLACE) (.+)\Z", re.DOTALL)
_PROXY = re.compile(
    r"(?P<action>proxy-accept|proxy-reject): (?P<stage>[A-Z][A-Z -]*)(?: from (?P<client>\S+))?: ?(?P<text>.*)\Z",
    re.DOTALL,
)
_BUSY = ("too many connections", "all server ports busy", "all screening ports busy", "all ports busy")


def refusal(message: str, by: str) -> Parsed | None:
    """The whole line of the commonest refusal: at RCPT, with reply codes and the full envelope."""
    found = _LINE(message)
    if found is None:
        return None
    key, action, stage, who, code, dsn, text, sender, recipient, protocol, helo = found.groups()
    return (
        "reject",
        key if key != NO_QUEUE else "",
        {
            "stage": stage,
            "by": REFUSALS[action] or by,
            "code": int(code),
            "dsn": dsn,
            "temporary": code[0] == "4",
            "text": text,
            **client(who),
            "sender": sender,
            "recipient": recipient,
            "protocol": protocol,
            "helo": helo,
        },
    )


def by_stage(key: str, action: str, rest: str, by: str) -> Parsed | None:
    """Read what follows `QID: ACTION: `; None when it is not of log_whatsup()'s shape."""
    stage, found, tail = rest.partition(" from ")
    who, closed, text = tail.partition("]: ")
    if not closed or not found or " " in who or not stage.isupper():
        shape = _STAGE.match(rest)
        if shape is None:
            return None
        stage, who, text = shape["stage"], shape["client"], shape["text"]
    else:
        who += "]"
    text, envelope, _ = split_envelope(text)
    if who.startswith("["):
        by = "postscreen"  # smtpd never logs a client without a name, if only `unknown`
    if action in REFUSALS:
        fields: Fields = {"stage": "STARTTLS" if stage == "TLS" else stage, "by": REFUSALS[action] or by}
        reply(fields, text)
        fields.update(client(who))
        fields |= envelope
        return "reject", key, fields
    envelope.pop("sasl_username", None)
    fields = {"action": action, "stage": stage, "by": "milter" if action.startswith("milter-") else by, "text": text}
    target = _TARGET.search(text)
    if target is not None:
        fields["target"] = target[1]
    return "check", key, {**fields, **client(who), **envelope}


def reply(fields: Fields, text: str) -> None:
    """Add code, dsn, temporary and the words of a refusal."""
    code, _, rest = text.partition(" ")
    dsn, _, words = rest.partition(" ")
    if len(code) == 3 and dsn[1:2] == "." == dsn[3:4] and dsn[:1] == code[0] and (code + dsn[4:]).isdecimal():
        fields["code"] = int(code)
        fields["dsn"] = dsn
        fields["temporary"] = code[0] == "4"
        fields["text"] = words
        return
    found = _REPLY.match(text)
    if found is None:  # the pattern matches any text; this is for the type checker
        return
    if found["code"]:
        fields["code"] = int(found["code"])
    if found["dsn"]:
        fields["dsn"] = found["dsn"]
    kind = (found["code"] or found["dsn"] or "")[:1]
    if kind in ("4", "5"):
        fields["temporary"] = kind == "4"
    elif text in _BUSY:
        # postscreen answers 421 and the client is to come again (src/postscreen/postscreen.c).
        fields["temporary"] = True
    if found["text"]:
        fields["text"] = found["text"]


def proxy(key: str, rest: str) -> Parsed | None:
    """`proxy-accept: STAGE: reply; envelope` and `proxy-reject:`, smtpd's word on what its before-queue filter said."""
    shape = _PROXY.match(rest)
    if shape is None:
        return None
    text, envelope, _ = split_envelope(shape["text"])
    fields: Fields = {"stage": shape["stage"]}
    if shape["client"]:
        fields.update(client(shape["client"]))
    if shape["action"] == "proxy-reject":
        fields["by"] = "proxy"
        reply(fields, text)
        return "reject", key, {**fields, **envelope}
    if text[:3].isdecimal():
        fields["code"] = int(text[:3])
    fields["reply"] = text
    found: Fields = {}
    settle(found, "", "", text)
    if "next_id" in found:
        fields["next_id"] = found["next_id"]
    envelope.pop("sasl_username", None)
    return "proxy_accept", key, {**fields, **envelope}

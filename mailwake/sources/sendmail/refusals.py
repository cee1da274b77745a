"""What rulesets, milters and the server itself refused, discarded, quarantined or changed.

Sources: sendmail/parseaddr.c rscheck (`ruleset=`), srvrsmtp.c and milter.c (`Milter: ...`, `milter=NAME, ...`), err.c
usrerr (`<a@example.com>... User unknown`).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.replies import split_reply
from mailwake.sources.sendmail.text import bare, client, values

_STAGES = {
    "check_relay": "CONNECT",
    "check_mail": "MAIL",
    "check_rcpt": "RCPT",
    "check_data": "DATA",
    "check_eoh": "END-OF-MESSAGE",
    "check_eom": "END-OF-MESSAGE",
    "check_vrfy": "VRFY",
    "check_expn": "EXPN",
    "check_etrn": "ETRN",
    "tls_client": "STARTTLS",
    "trust_auth": "AUTH",
}
_OUTGOING = frozenset({"tls_server", "tls_rcpt", "try_tls", "authinfo", "check_compat", "queuegroup"})
"""Rulesets that judge a delivery, whose own line tells the result."""
_ENDS = re.compile(r", (?:(?P<what>reject|quarantine)=(?P<text>.*)|(?P<discard>discard))\Z", re.DOTALL)
_MILTER_STAGES = {
    "from": "MAIL",
    "to": "RCPT",
    "helo": "HELO",
    "cmd": "DATA",
    "data": "END-OF-MESSAGE",
    "header": "END-OF-MESSAGE",
    "eoh": "END-OF-MESSAGE",
    "body": "END-OF-MESSAGE",
}
_MILTER = re.compile(
    r"(?P<stage>from|to|helo|cmd|data|header|eoh|body)(?:=(?P<about>.*?))?"
    r", (?:reject(?:=(?P<text>.*))?|(?P<discard>discard)|(?P<temporary>tempfail))\Z",
    re.DOTALL,
)
_ENVELOPE = re.compile(r"(?P<who>senders|rcpts): (?P<address><[^>]*>|\S+)")
_CONNECT = re.compile(
    r"connect: host=(?P<host>.*?), addr=(?P<ip>\S+), (?P<what>rejecting commands|temp failing commands|shutdown)"
)
_CHANGES = (
    (re.compile(r"Milter (?:add|insert \(-?\d+\)): header: (?P<text>.*)", re.DOTALL), "milter-prepend"),
    (re.compile(r"Milter change: (?:default )?header (?P<text>.*)", re.DOTALL), "milter-replace"),
    (re.compile(r"Milter delete: header (?P<text>.*)", re.DOTALL), "milter-strip"),
    (re.compile(r"Milter add: rcpt: (?P<target>\S+)"), "milter-bcc"),
)
_FILTER = re.compile(
    r"milter=(?P<name>[^,]*)(?:, action=(?P<stage>\w+))?, (?P<what>reject|discard|tempfail|accepted|continue|skip|"
    r"quarantine)(?:=(?P<text>.*))?\Z",
    re.DOTALL,
)
_USER = re.compile(
    r"(?:(?P<code>[45]\d\d)[ -])?(?:(?P<dsn>[45]\.\d{1,3}\.\d{1,3}) )?(?P<address><[^<>]*>|[^\s<>:]+)"
    r"\.\.\. (?P<text>.+)",
    re.DOTALL,
)
_UNCLEAN = re.compile(
    r"collect: relay=.*?, from=(?P<sender><.*?>|[^,]*), info=(?P<text>.*?)(?:, where=\w+)?"
    r", status=(?:(?P<temporary>temp)|perm|reject)\w*\Z"
)
_GREETING = re.compile(r"rejecting commands from (?:(?P<host>\S*) )?\[(?P<ip>[^\]]*)\](?: due to (?P<text>.*))?\Z")


def ruleset(key: str, rest: str) -> Parsed | None:
    """`ruleset=check_rcpt, arg1=<a>, relay=host [ip], reject=550 5.7.1 <a>... Relaying denied`."""
    end = _ENDS.search(rest)
    if end is None:
        return None
    head, _, host = rest[: end.start()].rpartition(", relay=")  # the last one: the argument is what strangers sent
    read = values(head or rest[: end.start()])
    name = read.get("ruleset", "")
    if name in _OUTGOING:
        return "note", key, {"text": rest}
    argument = read.get("arg1", "")
    stage = _STAGES.get(name, "END-OF-MESSAGE")
    fields: Fields = {"stage": stage}
    if stage == "RCPT":
        fields["recipient"] = bare(argument)
    elif stage == "MAIL":
        fields["sender"] = bare(argument)
    elif stage == "END-OF-MESSAGE" and argument:
        fields["context"], fields["value"] = name, argument
    fields.update(client(host))
    if end["discard"]:
        return "check", key, {"action": "discard", **fields}
    if end["what"] == "quarantine":
        held: Fields = {"action": "hold", "actor": "filter", "text": end["text"]}
        return "queue_action", key, {**held, "recipient": fields["recipient"]} if "recipient" in fields else held
    return "reject", key, _with_reply({"by": "acl", **fields}, end["text"])


def _with_reply(fields: Fields, reply: str) -> Fields:
    code, dsn, text = split_reply(reply)
    if code is not None:
        fields["code"] = code
    if dsn:
        fields["dsn"] = dsn
    if (str(code or "") or dsn)[:1] == "4":
        fields["temporary"] = True
    fields["text"] = text
    return fields


def milter(key: str, rest: str) -> Parsed | None:
    """`Milter: to=<a>, reject=...`, `Milter add: header: ...`, `Milter (NAME): ...`."""
    if rest.startswith("Milter: "):
        return _decision(key, rest[8:])
    for shape, action in _CHANGES:
        found = shape.match(rest)
        if found is not None:
            said = found.groupdict()
            what = {"target": bare(said["target"])} if said.get("target") else {"text": said.get("text", "")}
            return "check", key, {"action": action, "by": "milter", **what}
    if rest.startswith(("Milter accept: ", "Milter message: header", "Milter read")):
        return "noise", "", {}
    return "note", key, {"text": rest}


def _decision(key: str, text: str) -> Parsed | None:
    connect = _CONNECT.match(text)
    if connect is not None:
        refusal: Fields = {"by": "milter", "stage": "CONNECT", "client_ip": connect["ip"], "text": connect["what"]}
        if connect["host"] and not connect["host"].startswith("["):
            refusal["client_name"] = connect["host"]
        if connect["what"].startswith("temp"):
            refusal["temporary"] = True
        return "reject", key, refusal
    told = _ENVELOPE.match(text)
    if told is not None:
        return "envelope", key, {"sender" if told["who"] == "senders" else "recipient": bare(told["address"])}
    found = _MILTER.match(text)
    if found is None:
        return ("note", key, {"text": f"Milter: {text}"}) if "fail" in text or "reject" in text else ("noise", "", {})
    stage = _MILTER_STAGES[found["stage"]]
    fields: Fields = {"by": "milter", "stage": stage}
    about = bare(found["about"] or "")
    if stage in ("MAIL", "RCPT", "HELO"):
        fields[{"MAIL": "sender", "RCPT": "recipient", "HELO": "helo"}[stage]] = about
    if found["discard"]:
        return "check", key, {"action": "milter-discard", **fields}
    if found["temporary"]:
        return "reject", key, {**fields, "temporary": True, "text": "tempfail"}
    return "reject", key, _with_reply(fields, found["text"] or "")


def of_filter(key: str, rest: str) -> Parsed | None:
    """`milter=NAME, reject=550 ...`, `milter=NAME, quarantine=reason`, `milter=NAME, action=mail, continue`."""
    found = _FILTER.match(rest)
    if found is None:
        return None
    what, text = found["what"], found["text"] or ""
    if what == "quarantine":
        return "queue_action", key, {"action": "hold", "actor": "filter", "who": found["name"], "text": text}
    if what in ("accepted", "continue", "skip"):
        return "noise", "", {}
    fields: Fields = {"filter": found["name"], "action": what}
    if key:
        fields["queue_id"] = key
    if text:
        fields["text"] = text
    return "verdict", key, fields


def user_error(key: str, rest: str) -> Parsed | None:
    """`<a@example.com>... User unknown`: the server's own refusal of a recipient; the client is named with `from=`."""
    found = _USER.match(rest)
    if found is None or "=" in found["address"].partition("@")[0][:6]:
        return None
    fields: Fields = {"by": "smtpd", "stage": "RCPT", "recipient": bare(found["address"])}
    if found["code"]:
        fields["code"] = int(found["code"])
    if found["dsn"]:
        fields["dsn"] = found["dsn"]
    if (found["code"] or found["dsn"] or "")[:1] == "4":
        fields["temporary"] = True
    fields["text"] = found["text"]
    return "reject", key, fields


def unclean(key: str, rest: str) -> Parsed | None:
    """`collect: relay=host, from=<s>, info=Bare linefeed (LF) not allowed, where=header, status=tempfail`: the content
    was refused (collect.c; option SrvFeatures says whether)."""
    found = _UNCLEAN.match(rest)
    if found is None:
        return None
    fields: Fields = {"by": "smtpd", "stage": "END-OF-MESSAGE", "sender": bare(found["sender"]), "text": found["text"]}
    return "reject", key, {**fields, "temporary": True} if found["temporary"] else fields


def greeting(key: str, rest: str) -> Parsed | None:
    """`rejecting commands from host [ip] due to pre-greeting traffic after 2 seconds`."""
    found = _GREETING.match(rest)
    if found is None:
        return None
    fields: Fields = {"by": "smtpd", "stage": "CONNECT", "client_ip": found["ip"].removeprefix("IPv6:")}
    if found["host"] and not found["host"].startswith("["):
        fields["client_name"] = found["host"]
    return "reject", key, {**fields, "text": found["text"] or "rejecting commands"}

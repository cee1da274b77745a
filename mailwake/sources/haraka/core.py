"""`[core]`: connections, the envelope, the message, its queueing (connection.js), denials by plugins (plugins.js)."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import host_ip, noise, whole
from mailwake.events.replies import accepted, split_reply, status_code
from mailwake.sources.haraka.lines import Record

_ADDRESS = re.compile(r"(?:sender|recipient) <(?P<address>.*?)>")
_OWN_ID = re.compile(r"(?<!\s)\s*\([0-9A-Fa-f-]{36}(?:\.\d+)*\)\Z")
_TAKEN = ("OK", "CONT")
_STAGES = {
    "connect": "CONNECT",
    "connect_init": "CONNECT",
    "lookup_rdns": "CONNECT",
    "helo": "HELO",
    "ehlo": "HELO",
    "data": "DATA",
}
"""Hooks whose denial no other record tells of; those of MAIL, RCPT, the content and the queue have one."""
_BROKEN = re.compile(r"client (?:(?P<name>\S+) )?\[(?P<ip>[^\]]+)\] (?P<text>.*)")
_START = re.compile(
    r"(?:Starting up Haraka|Listening on|.*server listening|Loading plugin|Shutting down|.*exiting)", re.IGNORECASE
)


def parse(record: Record) -> Parsed | None:
    """What a record of the core says; None when it is not known."""
    verb = record.text.partition(" ")[0]
    if verb == "connect" and "ip" in record.data:
        return _connect(record)
    if verb == "disconnect":
        return _disconnect(record)
    if verb in ("sender", "recipient") and "code" in record.data:
        return _envelope(record, verb)
    if verb == "message" and "mid" in record.data:
        return _message(record)
    if verb == "queue" and "code" in record.data:
        return _queued(record)
    if "hook" in record.data and "retval" in record.data:
        return _hook(record)
    return _other(record)


def _connect(record: Record) -> Parsed:
    data = record.data
    fields: Fields = {"client_ip": data["ip"]}
    port, local_port = whole(data.get("port")), whole(data.get("local_port"))
    if port is not None:
        fields["client_port"] = port
    if host_ip(data.get("local_ip")):
        fields["local_ip"] = data["local_ip"]
    if local_port is not None:
        fields["local_port"] = local_port
    return "connect", record.session, fields


def _disconnect(record: Record) -> Parsed:
    data = record.data
    fields: Fields = {}
    for name, field in (("ip", "client_ip"), ("rdns", "client_name"), ("helo", "helo")):
        if data.get(name) and data[name] not in ("Unknown", "DNSERROR", "NXDOMAIN"):
            fields[field] = data[name]
    counters = [f"{name}={data[name]}" for name in ("txns", "rcpts", "msgs", "errors") if data.get(name)]
    if counters:
        fields["counters"] = " ".join(counters)
    if data.get("lr"):
        fields["reason"] = data["lr"]
    return "disconnect", record.session, fields


def _envelope(record: Record, verb: str) -> Parsed | None:
    """`sender <a> code=CONT msg=""`, `recipient <b> code=DENY msg="..." sender="a"`."""
    found = _ADDRESS.match(record.text)
    code = record.data["code"]
    if found is None or not record.key:
        return None
    fields: Fields = {verb: found["address"]}
    if verb == "recipient" and "sender" in record.data:
        fields["sender"] = record.data["sender"].strip("<>")
    if code in _TAKEN:
        return "envelope", record.key, {**fields, "session": record.session}
    stage = "MAIL" if verb == "sender" else "RCPT"
    return "reject", record.key, _refusal(record, stage, code, fields)


def _refusal(record: Record, stage: str, code: str, fields: Fields) -> Fields:
    """DENY and DENYSOFT, DENYDISCONNECT ...: with a text that may be a whole reply."""
    number, dsn, text = split_reply(record.data.get("msg", ""))
    refused: Fields = {"by": "smtpd", "stage": stage, **fields, "session": record.session, "text": text}
    if number is not None:
        refused["code"] = number
    if dsn:
        refused["dsn"] = dsn
    if "SOFT" in code:
        refused["temporary"] = True
    return refused


def _message(record: Record) -> Parsed:
    """`message mid="<1@example.net>" size=1732 rcpts=1/0/0 code=CONT msg=""`: rcpts taken, put off, refused."""
    data = record.data
    fields: Fields = {}
    if data.get("mid"):
        fields["message_id"] = data["mid"]
    size = whole(data.get("size"))
    if size is not None:
        fields["size"] = size
    if data.get("code", "CONT") not in _TAKEN:
        return "reject", record.key, _refusal(record, "END-OF-MESSAGE", data["code"], fields)
    count = whole(data.get("rcpts", "").partition("/")[0])
    if count is not None:
        fields["nrcpt"] = count
    return "arrive", record.key, {**fields, "session": record.session}


def _queued(record: Record) -> Parsed:
    """`queue code=OK msg="ok 1732190400 qp 4711 (UUID.1)"`: what the server that it was passed on to answered.

    Its own words, `Message Queued`, say that outbound has it now, whose records follow.
    """
    code = record.data["code"]
    reply = _OWN_ID.sub("", record.data.get("msg", ""))
    if code not in _TAKEN:
        return "reject", record.key, _refusal(record, "END-OF-MESSAGE", code, {})
    if not reply or reply.startswith("Message Queued"):
        return "note", record.key, {"text": "put into the queue of outbound"}
    fields: Fields = {"status": "sent", "reply": reply, **accepted(reply)}
    dsn = status_code(reply)
    if dsn:
        fields["dsn"] = dsn
    fields["disposition"] = "mailbox" if "token" in fields else "relay"
    return "deliveries", record.key, fields


def _hook(record: Record) -> Parsed:
    """`hook=connect plugin=dnsbl function=... params="" retval=DENY msg="..."`."""
    data = record.data
    hook, plugin, value = data["hook"], data.get("plugin", ""), data["retval"]
    if hook in ("queue", "queue_outbound") and value in _TAKEN and record.key:
        if plugin.endswith("discard"):
            return "check", record.key, {"action": "discard", "by": plugin}
        if plugin.endswith("quarantine"):
            return "queue_action", record.key, {"action": "hold", "actor": "filter", "who": plugin}
    if value.startswith("DENY") and hook in _STAGES:
        return "reject", record.key, {**_refusal(record, _STAGES[hook], value, {}), "context": plugin}
    return noise()


def _other(record: Record) -> Parsed | None:
    text = record.text
    broken = _BROKEN.match(text)
    if broken is not None and record.session:
        fields: Fields = {"client_ip": broken["ip"], "text": broken["text"]}
        return "lost", record.session, {**fields, "client_name": broken["name"]} if broken["name"] else fields
    if _START.match(text):
        return "service", "", {"action": "stop" if "hutting" in text or "exiting" in text else "start", "text": text}
    return noise() if record.session or not text else None

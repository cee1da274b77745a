"""`[outbound]`: queue files that are delivered, put off, bounced (outbound/hmail.js).

A transaction becomes a queue file for each domain, or for each recipient with always_split. Their records name
domain and counts, not the recipients; these are known from the envelope (`[core] recipient`).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import host_ip, noise, number, whole
from mailwake.events.replies import accepted, status_code
from mailwake.sources.haraka.lines import Record

_ONE = re.compile(
    r"recipient <?(?P<address>[^<>\s]+)>? (?P<what>deferred|rejected|bounced)(?:: (?P<text>.*))?", re.DOTALL
)
_BOUNCED = re.compile(r"bouncing mail: (?P<text>.*)", re.DOTALL)
_DEFERRED = re.compile(r"Temp failing (?P<file>\S+) for (?P<span>[\d.]+) seconds: (?P<text>.*)", re.DOTALL)
_NOT_REACHED = re.compile(
    r"Failed to (?:get socket|connect)[^:]*: (?P<text>.*)|(?P<other>.*ECONNREFUSED.*|.*ETIMEDOUT.*)"
)
_GIVEN_UP = ("Too many failures",)


def parse(record: Record) -> Parsed | None:
    """What a record of outbound says; None when it is not known."""
    if "delivered file" in record.data or record.text.startswith("delivered"):
        return _delivered(record)
    if not record.key:
        return noise()
    text = record.whole
    one = _ONE.match(text)
    if one is not None:
        return "deliver", record.key, _one(one)
    bounced = _BOUNCED.match(text)
    if bounced is not None:
        status = "expired" if bounced["text"].startswith(_GIVEN_UP) else "bounced"
        return "deliveries", record.key, _failed(record, status, bounced["text"])
    deferred = _DEFERRED.match(text)
    if deferred is not None:
        return "deliveries", record.key, _failed(record, "deferred", deferred["text"])
    if text.startswith("Double bounce"):
        return "deliveries", record.key, _failed(record, "bounced", text)
    if "Deleting mail" in text:
        return "deliveries", record.key, _failed(record, "deleted", text)
    missed = _NOT_REACHED.match(text)
    if missed is not None:
        return "note", record.key, {"text": missed["text"] or missed["other"]}
    return noise()


def _delivered(record: Record) -> Parsed | None:
    """`delivered file=F domain=D host=H ip=I port=25 mode=SMTP tls=Y auth=N response="250 ok" delay=1.2 fails=0
    rcpts=1/0/0`: rcpts taken, put off, refused."""
    data = record.data
    if not record.key or not data.get("domain"):
        return noise()
    reply = data.get("response", "")
    fields: Fields = {"domain": data["domain"], "status": "sent"}
    if record.part:
        fields["part"] = record.part
    count = whole(data.get("rcpts", "").partition("/")[0])
    if count == 0:
        return noise()
    if count is not None:
        fields["count"] = count
    fields.update(_relay(data))
    delay, fails = number(data.get("delay")), whole(data.get("fails"))
    if delay is not None:
        fields["delay"] = delay
    if fails is not None:
        fields["attempt"] = fails + 1
    fields["reply"] = reply
    dsn = status_code(reply)
    if dsn:
        fields["dsn"] = dsn
    fields.update(accepted(reply))
    fields["disposition"] = "mailbox" if "token" in fields or data.get("mode") == "LMTP" else "relay"
    return "deliveries", record.key, fields


def _relay(data: dict[str, str]) -> Fields:
    fields: Fields = {}
    host, ip, port = data.get("host", ""), host_ip(data.get("ip")), whole(data.get("port"))
    if host or ip:
        fields["relay"] = f"{host}[{ip}]" if ip and host != ip else host or str(ip)
        fields["relay_host"] = host or ip
    if ip:
        fields["relay_ip"] = ip
    if port is not None:
        fields["relay_port"] = port
    return fields


def _one(found: re.Match[str]) -> Fields:
    text = found["text"] or ""
    status = "deferred" if found["what"] == "deferred" else "bounced"
    fields: Fields = {"recipient": found["address"], "status": status, "reply": text}
    dsn = status_code(text)
    return {**fields, "dsn": dsn} if dsn else fields


def _failed(record: Record, status: str, text: str) -> Fields:
    fields: Fields = {"part": record.part} if record.part else {}
    fields.update({"status": status, "reply": text})
    dsn = status_code(text)
    return {**fields, "dsn": dsn} if dsn else fields

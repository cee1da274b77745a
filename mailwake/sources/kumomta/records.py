"""KumoMTA's log record: docs/reference/log_record.md, crates/kumo-log-types/src/lib.rs (JsonLogRecord).

`id` is the message's in the spool, the key; a message is for one recipient, unless it came in a batch (`recipient` is a
list then). Headers and meta values stand in a record only if the logger was told to take them along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import address, host_ip, noise
from mailwake.events.replies import accepted
from mailwake.sources.api import Bare

PROGRAM = "kumod"
Record = dict[str, Any]
_STATUS = {
    "Delivery": "sent",
    "TransientFailure": "deferred",
    "Bounce": "bounced",
    "Expiration": "expired",
    "AdminBounce": "deleted",
}
_STAGES = {"MAIL": "MAIL", "RCPT": "RCPT", "DATA": "DATA", ".": "END-OF-MESSAGE", "EHLO": "HELO", "HELO": "HELO"}
_UNIX = 10**12


def split(line: str) -> Bare | None:
    """Time and text of a record; None when it is none of KumoMTA's."""
    if line[:1] != "{" or '"type"' not in line or '"bounce_classification"' not in line:
        return None
    record = load(line)
    if record is None or record.get("type") not in _HANDLERS or "timestamp" not in record:
        return None
    stamp = record.get("event_time") or record["timestamp"]
    return Bare(str(stamp), "", PROGRAM, 0, line)


def load(line: str) -> Record | None:
    """The object that a line is; None for other JSON and for none."""
    try:
        record = orjson.loads(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def parse(message: str) -> Parsed | None:
    """Parse one record. Messages that KumoMTA makes itself, to send its log by (configure_log_hook), are no mail."""
    record = load(message)
    handler = _HANDLERS.get(record.get("type", "")) if record is not None else None
    if record is None or handler is None:
        return None
    return noise() if record.get("reception_protocol") == "LogRecord" else handler(record)


def _received(record: Record) -> Parsed:
    fields: Fields = {"sender": _sender(record), "recipients": _recipients(record), **_headers(record)}
    if record.get("size"):
        fields["size"] = int(record["size"])
    if record.get("reception_protocol"):
        fields["protocol"] = str(record["reception_protocol"])
    fields.update(_client(record))
    login = _of(record, "meta", "authz_id") or _of(record, "meta", "authn_id")
    if login:
        fields["sasl_username"] = login
    tls = _tls(record)
    return "arrive", _key(record), {**fields, "tls": tls} if tls else fields


def _delivery(record: Record) -> Parsed | None:
    """A delivery, and every way in which one fails."""
    recipients = _recipients(record)
    if not recipients:
        return None
    reply, dsn = _response(record)
    fields: Fields = {"sender": _sender(record), "status": _STATUS[record["type"]], "reply": reply}
    if dsn:
        fields["dsn"] = dsn
    fields.update(_relay(record))
    delay = _delay(record)
    if delay is not None:
        fields["delay"] = delay
    for name, field in (("queue", "router"), ("egress_source", "transport")):
        if record.get(name):
            fields[field] = str(record[name])
    if isinstance(record.get("num_attempts"), int):
        fields["attempt"] = record["num_attempts"]
    tls = _tls(record)
    if tls:
        fields["tls"] = tls
    if fields["status"] == "sent":
        fields.update(accepted(reply))
        kept = "token" in fields or str(record.get("delivery_protocol", "")).lower() in ("maildir", "lmtp")
        fields["disposition"] = "mailbox" if kept else "relay"
    if len(recipients) > 1:
        return "deliveries", _key(record), {"recipients": recipients, **fields}
    return "deliver", _key(record), {"recipient": recipients[0], **fields}


def _refused(record: Record) -> Parsed:
    """The listener answered with 4xx or 5xx; older releases do not say to which command."""
    response = record.get("response") or {}
    recipients = _recipients(record)
    verb = str(response.get("command") or "").upper().partition(" ")[0].partition(":")[0]
    guess = "RCPT" if recipients else "MAIL" if record.get("sender") else "CONNECT"
    text, dsn = _response(record)
    code = response.get("code")
    stage = _STAGES.get(verb, guess)
    fields: Fields = {"by": "smtpd", "stage": stage, **_client(record), "text": str(response.get("content") or text)}
    if isinstance(code, int):
        fields["code"] = code
        if code < 500:
            fields["temporary"] = True
    if dsn:
        fields["dsn"] = dsn
    if record.get("sender") or stage != "CONNECT":
        fields["sender"] = _sender(record)
    if len(recipients) == 1:
        fields["recipient"] = recipients[0]
    elif recipients:
        fields["recipients"] = recipients
    return "reject", "", {**fields, **_headers(record)}


def _reported(record: Record) -> Parsed:
    """A report of a bounce out of band that came in as this message (RFC 3464)."""
    reply, _ = _response(record)
    named = ", ".join(_recipients(record))
    return "note", _key(record), {"text": f"a report that {named} was not reached: {reply}".strip(), "recipient": named}


def _complained(record: Record) -> Parsed:
    """A feedback report that came in as this message (RFC 5965)."""
    report = record.get("feedback_report") or {}
    about = [address(one) or "" for one in report.get("original_rcpto_to") or report.get("original_rcpt_to") or []]
    words = [f"a feedback report ({report.get('feedback_type', 'unknown')})"]
    if about:
        words.append(f"about mail to {', '.join(about)}")
    if report.get("user_agent"):
        words.append(f"by {report['user_agent']}")
    return "note", _key(record), {"text": " ".join(words)}


def _moved(record: Record) -> Parsed:
    """Bound to another queue, by the administrator or once the policy could run; nothing was tried yet."""
    reply, _ = _response(record)
    return "note", _key(record), {"text": f"{record['type']}: {reply or record.get('queue', '')}"}


def _taken_over(record: Record) -> Parsed:
    """Taken over from another node with its id (kumo.xfer)."""
    recipients = _recipients(record)
    fields: Fields = {"sender": _sender(record)}
    return "envelope", _key(record), {**fields, "recipient": recipients[0]} if recipients else fields


def _key(record: Record) -> str:
    return str(record.get("id") or "")


def _sender(record: Record) -> str:
    return address(str(record.get("sender") or "")) or ""


def _recipients(record: Record) -> list[str]:
    value = record.get("recipient")
    names = value if isinstance(value, list) else [value]
    return [address(str(name)) or "" for name in names if name]


def _of(record: Record, part: str, name: str) -> str:
    """A meta value or a header, whatever the case of its name; the first of several."""
    found = record.get(part)
    if not isinstance(found, dict):
        return ""
    value = next((value for key, value in found.items() if key.lower() == name), None)
    if isinstance(value, list):
        value = value[0] if value else None
    return str(value) if isinstance(value, str | int | float) else ""


def _headers(record: Record) -> Fields:
    fields: Fields = {}
    for name, field in (("subject", "subject"), ("message-id", "message_id")):
        value = _of(record, "headers", name)
        if value:
            fields[field] = value
    return fields


def _client(record: Record) -> Fields:
    peer = record.get("peer_address") or {}
    fields: Fields = {}
    ip = host_ip(str(peer.get("addr") or ""))
    if ip:
        fields["client_ip"] = ip
    if peer.get("name"):
        fields["helo"] = str(peer["name"])
    return fields


def _relay(record: Record) -> Fields:
    peer = record.get("peer_address") or {}
    name, ip = str(peer.get("name") or "").rstrip("."), host_ip(str(peer.get("addr") or ""))
    fields: Fields = {}
    if name or ip:
        fields["relay"] = f"{name}[{ip}]" if name and ip else name or str(ip)
        fields["relay_host"] = name or ip
    if ip:
        fields["relay_ip"] = ip
    return fields


def _response(record: Record) -> tuple[str, str]:
    """The reply as one line, and its enhanced status code."""
    response = record.get("response") or {}
    code, enhanced = response.get("code"), response.get("enhanced_code") or {}
    dsn = ".".join(str(enhanced.get(part, 0)) for part in ("class", "subject", "detail")) if enhanced else ""
    parts = (str(code) if code else "", dsn, str(response.get("content") or ""))
    return " ".join(part for part in parts if part), dsn


def _tls(record: Record) -> str:
    return " ".join(str(record[name]) for name in ("tls_protocol_version", "tls_cipher") if record.get(name))


def _delay(record: Record) -> float | None:
    """Seconds in the queue, by the whole seconds that every release writes."""
    begin, end = record.get("created"), record.get("timestamp")
    if isinstance(begin, int) and isinstance(end, int) and 0 <= end - begin < _UNIX:
        return float(end - begin)
    return None


_HANDLERS: dict[str, Callable[[Record], Parsed | None]] = {
    "Reception": _received,
    **dict.fromkeys(_STATUS, _delivery),
    "Rejection": _refused,
    "OOB": _reported,
    "Feedback": _complained,
    **dict.fromkeys(("AdminRebind", "DeferredInjectionRebind", "Delayed", "XferOut"), _moved),
    "XferIn": _taken_over,
}

"""JSON of the metadata_exporter module (docs: modules/metadata_exporter, formatter `json`): one object per message.

`message_id` has no brackets there, `scan_time` is in milliseconds, `user` is "unknown" for mail without a login.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.rspamd.result import SPAM_ACTIONS

_TEXT = {"message_id": "message_id", "ip": "client_ip", "user": "user", "action": "action", "helo": "helo"}
_NOTHING = ("", "unknown", "undef")


def parse_metadata(message: str) -> Parsed | None:
    """One JSON object; None when it is none or not of this module."""
    try:
        data: Any = orjson.loads(message)
    except orjson.JSONDecodeError:
        # undecodable bytes (surrogates) are refused by orjson but not by the library
        try:
            data = json.loads(message)
        except (ValueError, RecursionError):
            return None
    if not isinstance(data, dict) or "action" not in data or "score" not in data:
        return None
    fields: Fields = {"filter": "rspamd"}
    queue_id = data.get("qid")
    key = queue_id if isinstance(queue_id, str) and queue_id not in _NOTHING else ""
    if key:
        fields["queue_id"] = key
    for source, name in _TEXT.items():
        value = data.get(source)
        if isinstance(value, str) and value not in _NOTHING:
            fields[name] = value
    if isinstance(data.get("from"), str) and data["from"] != "unknown":
        fields["sender"] = data["from"]
    if fields.get("action") in SPAM_ACTIONS:
        fields["spam"] = True
    _lists(data, fields)
    _numbers(data, fields)
    return "verdict", key, fields


def _lists(data: dict[str, Any], fields: Fields) -> None:
    rcpt = data.get("rcpt")
    if isinstance(rcpt, list) and rcpt:
        fields["recipients"] = [one for one in rcpt if isinstance(one, str)]
    symbols = data.get("symbols")
    if isinstance(symbols, list):
        fields["symbols"] = [one["name"] for one in symbols if isinstance(one, dict) and "name" in one]
    header_from = data.get("header_from")
    if isinstance(header_from, list) and header_from:
        fields["header_from"] = ", ".join(str(one) for one in header_from)
    subject = data.get("subject")
    if not isinstance(subject, str):
        listed = data.get("header_subject")
        subject = listed[0] if isinstance(listed, list) and listed else None
    if isinstance(subject, str) and subject != "unknown":
        fields["subject"] = subject


def _numbers(data: dict[str, Any], fields: Fields) -> None:
    for source, name in (("score", "score"), ("required_score", "required")):
        value = data.get(source)
        if isinstance(value, int | float):
            fields[name] = float(value)
    took = data.get("scan_time")
    if isinstance(took, int | float):
        fields["took"] = took / 1000
    size = data.get("size")
    if isinstance(size, int):
        fields["size"] = size

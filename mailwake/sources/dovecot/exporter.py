"""Exported events on `stats: ` lines (docs: event export; formats json and tab-text, transport log).

`stats: {"event":"mail_opened","hostname":..,"start_time":..,"end_time":..,"categories":[..],"fields":{..}}`, or
tab-separated `event:NAME`, `hostname:..`, `category:..`, `field:NAME=VALUE`. The fact keeps the names of the server.
In tab-text every value is text; a tab, a line end or \x01 in it is written \x01t, \x01n, \x01r, \x011 (strescape.c),
and a list (reason_code) has its values joined by tabs, so escaped.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.dovecot.heads import Head


def parse_event(head: Head, text: str) -> Parsed | None:
    """A line of the stats service."""
    if text.startswith("{"):
        data = _json(text)
    elif text.startswith("event:"):
        data = _tab_text(text)
    else:
        return ("noise", "", {}) if text.startswith(("conn ", "Received", "client", "Connection")) else None
    if data is None:
        return None
    name = data.get("event")
    if not isinstance(name, str):
        return None
    fields: Fields = {"name": name, "data": data}
    inner = data.get("fields")
    if isinstance(inner, dict):
        for own in ("user", "session"):
            value = inner.get(own)
            if isinstance(value, str) and value:
                fields[own] = value
    return "event", "", fields


def _json(text: str) -> dict[str, Any] | None:
    try:
        data: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        # undecodable bytes (surrogates) are refused by orjson but not by the library
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return None
    return data if isinstance(data, dict) else None


_LISTS = frozenset(("reason_code",))
_ESCAPED = {"0": "\0", "1": "\1", "t": "\t", "r": "\r", "n": "\n"}
_ESCAPE = re.compile("\1(.)", re.DOTALL)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text) if "\1" in text else text


def _tab_text(text: str) -> dict[str, Any]:
    """tab-text; syslog writes the tab as `#011` and the escape as `#001`."""
    if "\t" not in text:
        text = text.replace("#011", "\t").replace("#001", "\1")
    data: dict[str, Any] = {}
    categories: list[str] = []
    inner: dict[str, Any] = {}
    for part in text.split("\t"):
        name, _, value = part.partition(":")
        if name == "field":
            key, _, value = value.partition("=")
            value = _unescaped(value)
            inner[key] = value.split("\t") if key in _LISTS else value
        elif name == "category":
            categories.append(value)
        elif name:
            data[name] = value
    if categories:
        data["categories"] = categories
    if inner:
        data["fields"] = inner
    return data

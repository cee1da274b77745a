"""The JSON of imported records."""

from __future__ import annotations

import json
from typing import Any

import orjson

from mailwake.events import jsontext


def loads(raw: str) -> dict[str, Any]:
    """The object that a record's text is; {} for anything else."""
    try:
        found = orjson.loads(raw)
    except ValueError:
        try:  # lone surrogates, numbers beyond 64 bits: the library takes them
            found = json.loads(raw)
        except (ValueError, RecursionError):
            return {}
    return found if isinstance(found, dict) else {}


def dumps(record: dict[str, Any]) -> str:
    """The record as one line of JSON, members in their order."""
    return jsontext.dumps(record)


def canonical(record: dict[str, Any]) -> str:
    """The same text for the same content, whatever the order of the members."""
    return json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))

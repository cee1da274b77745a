"""Shapes in which records come: alone, within a row of an export, within what a log shipper wraps around them."""

from __future__ import annotations

import json
from typing import Any

import orjson

_DEPTH = 3
"""Wrappers within wrappers that are looked into."""
_WRAPPERS = ("AuditData", "auditData", "message", "_raw", "input", "event", "record")
"""Members in which log shippers and exports put the record, as text or as an object."""


def loads(text: str) -> dict[str, Any] | None:
    """The object that a text is; None for anything else."""
    try:
        found = orjson.loads(text)
    except ValueError:
        try:  # lone surrogates
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def unwrapped(record: dict[str, Any], depth: int = 0) -> dict[str, Any] | None:
    """The record of the activity API that an object is or holds; for a row of an export without one, the row.

    None when it is neither, or when what should be the record is damaged.
    """
    if is_unified(record):
        return record
    for name in _WRAPPERS if depth < _DEPTH else ():
        inner = record.get(name)
        if isinstance(inner, str) and inner[:1] == "{":
            inner = loads(inner)
        if isinstance(inner, dict):
            found = unwrapped(inner, depth + 1)
            if found is not None:
                return found
    return record if not record.get("AuditData") and is_row(record) else None


def is_unified(record: dict[str, Any]) -> bool:
    """Whether an object has the mandatory members of the common schema that are characteristic of it."""
    return isinstance(record.get("Operation"), str) and "CreationTime" in record and "RecordType" in record


def is_row(record: dict[str, Any]) -> bool:
    """Whether an object is a row of an export of the unified log: Purview's columns, or Search-UnifiedAuditLog's."""
    purview = "RecordId" in record and "Operation" in record
    return "CreationDate" in record and (purview or "Operations" in record)

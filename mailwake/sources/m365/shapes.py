"""Shapes in which records come: alone, within a row of an export, within what a log shipper wraps around them."""

from __future__ import annotations

import json
from typing import Any

import orjson

_DEPTH = 3
"""Wrappers within wrappers that are looked into."""
_WRAPPERS = ("AuditData", "auditData", "message", "_raw", "_source", "original", "input", "result", "event", "record")
"""Members in which log shippers and exports put the record, as text or as an object."""


_COLUMNS = {
    name.casefold(): name
    for name in (
        *("AuditData", "RecordId", "RecordType", "CreationDate", "Operation", "Operations", "UserId", "UserIds"),
        *("Identity", "ResultIndex", "ResultCount"),
    )
}
"""Columns of the exports, as they are spelled there."""


def column(name: str) -> str:
    """A column as the exports spell it: scripts write `auditdata` or `Audit Data`, too."""
    return _COLUMNS.get(name.replace(" ", "").replace("_", "").casefold(), name)


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
    if "AuditData" not in record and any(column(name) == "AuditData" for name in record):
        record = {column(name): value for name, value in record.items()}
    for name in _WRAPPERS if depth < _DEPTH else ():
        inner = _decoded(record.get(name))
        if isinstance(inner, dict):
            found = unwrapped(inner, depth + 1)
            if found is not None:
                return found
    return record if not record.get("AuditData") and is_row(record) else None


def _decoded(inner: Any) -> Any:
    """What a member holds: an object, maybe as text, maybe as text of that text."""
    for _ in range(_DEPTH):
        text = inner.strip() if isinstance(inner, str) else ""
        if text[:1] == "{":
            return loads(text)
        if text[:2] not in ('"{', '"\\'):
            break
        try:
            inner = json.loads(text)
        except ValueError:
            return None
    return inner


def is_unified(record: dict[str, Any]) -> bool:
    """Whether an object has the mandatory members of the common schema that are characteristic of it."""
    return isinstance(record.get("Operation"), str) and "CreationTime" in record and "RecordType" in record


def is_row(record: dict[str, Any]) -> bool:
    """Whether an object is a row of an export of the unified log: Purview's columns, or Search-UnifiedAuditLog's."""
    purview = "RecordId" in record and "Operation" in record
    return "CreationDate" in record and (purview or "Operations" in record)

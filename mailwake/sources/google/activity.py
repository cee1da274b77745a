"""The two shapes of a Gmail log event made one: that of the BigQuery export, `event_info` and `message_info`.

The Reports API has a list of parameters instead, with names in full (`message_info.subject`) or nested in messages:

    {"name": "event_info", "messageValue": {"parameter": [{"name": "mail_event_type", "intValue": "2"}]}}
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from mailwake.sources.google.record import Record, inner, items, text

_VALUES = ("value", "intValue", "boolValue", "multiValue", "multiIntValue", "multiBoolValue")
_LATEST = 8_000_000_000_000_000
"""Microseconds: in the year 2223."""


def is_activity(record: Record) -> bool:
    """Whether a record is a log event of Gmail."""
    found = _row(record)
    if "event_info" in found or "message_info" in found:
        return isinstance(found.get("event_info", found.get("message_info")), dict)
    return text(inner(record, "id"), "applicationName") == "gmail" and isinstance(record.get("events"), list)


def time_of(record: Record) -> str:
    """The time of a record, as ISO 8601; "" for none."""
    found = text(inner(record, "id"), "time")
    if found:
        return found
    micros = _micros(inner(_row(record), "event_info"), "timestamp_usec") or _micros(record, "time_usec")
    if not 0 < micros < _LATEST:
        return ""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _micros(record: Record, name: str) -> int:
    value = text(record, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


def events(record: Record) -> list[Record]:
    """The events of a record, each with `event_info` and `message_info`; the export has one in each row."""
    if not isinstance(record.get("events"), list):
        return [_row(record)]
    found: list[Record] = []
    for event in items(record, "events"):
        made: Record = {}
        _fill(made, items(event, "parameters"))
        found.append(made)
    return found


def _row(record: Record) -> Record:
    gmail = record.get("gmail")
    return gmail if isinstance(gmail, dict) else record


def _fill(record: Record, parameters: Iterable[Record]) -> None:
    for parameter in parameters:
        *path, last = text(parameter, "name").split(".")
        place = record
        for name in path:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                break
        else:
            _put(place, last, _value(parameter))


def _put(place: Record, name: str, value: object) -> None:
    known = place.get(name)
    if isinstance(known, dict) and isinstance(value, dict):
        known.update(value)
    elif value is not None:
        place[name] = value


def _value(parameter: Record) -> object:
    for name in _VALUES:
        if name in parameter:
            return parameter[name]
    if "messageValue" in parameter:
        return _message(inner(parameter, "messageValue"))
    if "multiMessageValue" in parameter:
        return [_message(message) for message in items(parameter, "multiMessageValue")]
    return None


def _message(message: Record) -> Record:
    made: Record = {}
    _fill(made, items(message, "parameter"))
    return made

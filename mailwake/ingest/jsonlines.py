"""JSON lines around log messages (T12, T13).

journalctl -o json   __REALTIME_TIMESTAMP, _SOURCE_REALTIME_TIMESTAMP, SYSLOG_IDENTIFIER, SYSLOG_PID/_PID,
                     _HOSTNAME, MESSAGE as text, array of bytes or array of texts (systemd.journal-fields(7))
Logstash, Filebeat   {"@timestamp": ..., "message": "Nov  1 ...", "host": {"name": ...}}
Docker json-file     {"log": "...\n", "stream": "stdout", "time": ...}
Vector, Fluent       {"timestamp": ..., "host": ..., "appname"|"ident": ..., "procid"|"pid": ..., "message": ...}
GELF                 {"host": ..., "timestamp": 1.5, "short_message": ..., "_application_name": ..., "_process_id": ...}
Google, Splunk, Loki {"textPayload": ...}, {"jsonPayload": {...}}, {"result": {"_raw": ...}}, {"line": ..., "ts": ...}
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from mailwake.ingest.stamps import bounded

_TEXT = ("message", "log", "MESSAGE", "msg", "full_message", "short_message", "textPayload", "_raw", "line")
_TIME = ("@timestamp", "timestamp", "time", "timegenerated", "timereported", "ts", "date", "_time")
_HOST = ("host", "hostname", "source_host", "fromhost", "logsource", "labels")
_PROGRAM = (
    *("appname", "app-name", "app_name", "programname", "program", "ident", "syslog_identifier", "process"),
    *("_application_name", "_programname", "_program"),
)
_PID = ("procid", "pid", "syslog_pid", "process", "_process_id", "_procid", "_pid")
_INSIDE = ("jsonPayload", "result")
"""Members that hold the record itself."""

NAMES = (*_TEXT, *_INSIDE, "__REALTIME_TIMESTAMP", "SYSLOG_IDENTIFIER")
"""Members by which a record is known for a wrapper."""
MAX_PID = 2**32 - 1


class Wrapped(NamedTuple):
    """What a wrapper says around a text."""

    micros: int
    """Microseconds UTC, 0 when the time is written as a stamp."""
    stamp: str
    host: str
    program: str
    pid: int
    text: str
    bracket: str = ""
    """What stood in the brackets of the tag: the process id, as a rule."""


def read(line: str) -> Wrapped | None:
    """The wrapper of a line; None for other JSON (a product's own) and for what is no JSON."""
    try:
        record = orjson.loads(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    if "__REALTIME_TIMESTAMP" in record or "SYSLOG_IDENTIFIER" in record:
        return journal_record(record)
    inside = next((record[name] for name in _INSIDE if isinstance(record.get(name), dict)), None)
    if inside is not None:
        record = {**record, **inside}
    text = next((record[name] for name in _TEXT if isinstance(record.get(name), str)), None)
    if text is None:
        return None
    stamp = next((record[name] for name in _TIME if isinstance(record.get(name), str | int | float)), "")
    pid = _first(record, _PID, "pid")
    host, program = _first(record, _HOST, "name", "hostname", "host"), _first(record, _PROGRAM, "name")
    return Wrapped(0, str(stamp), host, program, pid_of(pid), text.rstrip("\r\n"), pid)


def journal_record(record: dict[str, Any]) -> Wrapped:
    """A record of the journal. The sender's own time is taken before that of reception, as journalctl does."""
    micros = _int(_text(record.get("_SOURCE_REALTIME_TIMESTAMP"))) or _int(_text(record.get("__REALTIME_TIMESTAMP")))
    program = _text(record.get("SYSLOG_IDENTIFIER")) or _text(record.get("_COMM"))
    bracket = _text(record.get("SYSLOG_PID"))
    pid = pid_of(bracket) or pid_of(_text(record.get("_PID")))
    text = _text(record.get("MESSAGE"))
    dropped = _text(record.get("N_DROPPED"))
    if dropped and not any(char.isdigit() for char in text):
        text = f"{text} N_DROPPED={dropped}"
    return Wrapped(bounded(micros), "", _text(record.get("_HOSTNAME")), program, pid, text.rstrip("\r\n"), bracket)


def pid_of(text: str | None) -> int:
    """A process id; 0 for what is none, or more than the 32 bits that the store has for it."""
    number = _int(text) if text else 0
    return number if number <= MAX_PID else 0


def _text(value: Any) -> str:
    """Text of a field: a string, an array of byte values, or the first of several values."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and value:
        if all(isinstance(item, int) and 0 <= item < 256 for item in value):
            return bytes(value).decode("utf-8", "surrogateescape")
        return _text(value[0])
    return ""


def _first(record: dict[str, Any], names: tuple[str, ...], *inside: str) -> str:
    for name in names:
        value = record.get(name)
        if isinstance(value, dict):
            value = next((value[key] for key in inside if key in value), None)
        text = _text(value)
        if text and text != "-":
            return text
    return ""


def _int(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 18 else 0

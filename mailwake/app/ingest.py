"""`/ingest/NAME`: records that others push, each source with a token of its own. `/metrics`: Prometheus' text."""

from __future__ import annotations

import math
import time
from base64 import b64decode
from collections.abc import Callable, Iterable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from mailwake.operations.live.push import PushError, lines_of, unpacked
from mailwake.operations.live.service import PushPoint
from mailwake.operations.live.spool import SpoolFullError
from mailwake.operations.live.status import SourceStatus
from mailwake.operations.request_callers import caller_of_request
from mailwake.operations.serving import runtime

_RETRY_AFTER = "15"
_DIGITS = 16
_ID = 64
_METRICS: tuple[tuple[str, str, str, Callable[[SourceStatus], float | None]], ...] = (
    ("records_total", "counter", "Records read since the start.", lambda one: one.records),
    ("unknown_total", "counter", "Records whose meaning is not known.", lambda one: one.unknown),
    ("losses_total", "counter", "How often records were lost, or may have been.", lambda one: one.losses),
    ("lost_total", "counter", "Records that are known to be lost.", lambda one: one.lost),
    ("sequence_gaps_total", "counter", "Lost ones known by their sender's numbers.", lambda one: one.gaps),
    ("refused_total", "counter", "Requests, connections and messages refused or cut.", lambda one: one.refused),
    ("last_record_seconds", "gauge", "Latest time in the records.", lambda one: one.last_record / 1e6),
    ("last_arrival_seconds", "gauge", "When the last record came.", lambda one: one.last_arrival / 1e6),
    ("heard_seconds", "gauge", "When the sender was heard last, with records or without.", lambda one: one.heard / 1e6),
    ("lag_seconds", "gauge", "From a record's time to its being in the store.", lambda one: one.lag),
    ("backlog_bytes", "gauge", "There and not read yet.", lambda one: one.backlog),
    ("rate", "gauge", "Records a second over the last minute.", lambda one: one.rate),
    ("silent_seconds", "gauge", "Since the last record came.", lambda one: _since(one.last_arrival)),
    ("clock_skew_seconds", "gauge", "How far the most different clock of its hosts is ahead.", lambda one: one.skew),
)
"""Name below `mailwake_source_`, type, help, value; a value that is not known is left out."""


@csrf_exempt
def push(request: HttpRequest, name: str) -> HttpResponse:
    """Take the records of one request: they are on the disk when it is answered with 204."""
    live = runtime().live
    point = live.points.get(name) if live is not None else None
    if point is None or not _is_allowed(request, point):
        # The same answer for a name that is not there: who has no token need not know the names.
        if point is not None:
            point.gauge.refuse(1, "a request without the source's token was refused")
        response = _told(401, "no valid token was given: send it as `Authorization: Bearer TOKEN`")
        response["WWW-Authenticate"] = 'Bearer realm="mailwake ingest"'
        return response
    if request.method != "POST":
        response = _told(405, "records are sent by POST")
        response["Allow"] = "POST"
        return response
    try:
        body = unpacked(request.body, request.headers.get("Content-Encoding", ""))
        behind = request.headers.get("Mailwake-Behind", "")
        point.gauge.hear(int(behind) if behind.isdecimal() and len(behind) < _DIGITS else 0)
        point.take(lines_of(body, request.content_type or ""), request.headers.get("Mailwake-Batch", "")[:_ID])
    except RequestDataTooBig:
        point.gauge.refuse(1, "a request was too large")
        return _told(413, "the request is too large: send it in parts")
    except PushError as error:
        point.gauge.refuse(1, str(error))
        return _told(error.status, str(error))
    except SpoolFullError:
        response = _told(503, "the store does not follow: send it again later")
        response["Retry-After"] = _RETRY_AFTER
        return response
    return HttpResponse(status=204)


def metrics(request: HttpRequest) -> HttpResponse:
    """The state of all sources, for whoever has a token that may ask `source-status`."""
    caller = caller_of_request(request, "api") if "Authorization" in request.headers else None
    if caller is None:
        response = _told(401, "send a token of the API: `Authorization: Bearer TOKEN`")
        response["WWW-Authenticate"] = 'Bearer realm="mailwake"'
        return response
    from mailwake.operations.contract import OperationError, all_operations
    from mailwake.operations.perform import perform

    operation = all_operations()["source-status"]
    try:
        list(perform(operation, runtime().context(caller), operation.input()))
    except OperationError as error:
        return _told(error.status, error.message)
    live = runtime().live
    text = exposition(live.look() if live is not None else [], live.engine.failure == "" if live is not None else True)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition(sources: Iterable[SourceStatus], is_writing: bool) -> str:
    """Prometheus' text format 0.0.4."""
    found = list(sources)
    lines = [
        "# HELP mailwake_live_up Whether what is read can be written.",
        "# TYPE mailwake_live_up gauge",
        f"mailwake_live_up {int(is_writing)}",
    ]
    for name, kind, text, value in _METRICS:
        lines += [f"# HELP mailwake_source_{name} {text}", f"# TYPE mailwake_source_{name} {kind}"]
        lines += [
            f'mailwake_source_{name}{{source="{_escaped(one.name)}",type="{one.type}"}} {_number(known)}'
            for one in found
            if (known := value(one)) is not None
        ]
    return "\n".join(lines) + "\n"


def _since(micros: int) -> float | None:
    return round(time.time() - micros / 1e6, 3) if micros else None


def _number(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _is_allowed(request: HttpRequest, point: PushPoint) -> bool:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        secret = _password(secret.strip())
    elif kind.lower() != "bearer":
        return False
    return point.source.allows(secret.strip())


def _password(credentials: str) -> str:
    """The password of Basic credentials (RFC 7617), "" for broken ones: senders without a setting for a header, as
    Dovecot and Rspamd, have one for a name and a password."""
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _told(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")

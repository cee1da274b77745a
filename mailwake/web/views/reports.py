"""Downloadable reports of the message trace: ordered from a search, made in the background, downloaded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.historical_models import MORE_CRITERIA, HistoricalSearch
from mailwake.operations.mailing import server
from mailwake.operations.models import Answer
from mailwake.web.callers import ask, items, page, require
from mailwake.web.labels import label
from mailwake.web.mistakes import mistakes
from mailwake.web.spoken import error_in_words, sentence
from mailwake.web.trace_form import TraceForm
from mailwake.web.trace_words import CHOICES, FIELDS, in_words

STATES: dict[str, tuple[str | Promise, str]] = {
    "NotStarted": (gettext_lazy("Not started"), "plain"),
    "InProgress": (gettext_lazy("In progress"), "wait"),
    "Done": (gettext_lazy("Completed"), "good"),
    "Failed": (gettext_lazy("Failed"), "bad"),
    "Cancelled": (gettext_lazy("Cancelled"), "plain"),
}
TYPES: dict[str, str | Promise] = {
    "MessageTrace": gettext_lazy("Enhanced summary"),
    "MessageTraceDetail": gettext_lazy("Extended"),
}
ENCODINGS = {"utf-8": ("utf-8", b""), "utf-16": ("utf-16-le", codecs.BOM_UTF16_LE)}
"""Of downloads: codec, and what comes first, so that spreadsheets know it."""
_DIRECTIONS = {"Inbound": "Received", "Outbound": "Sent"}
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_SEPARATOR = re.compile(r"[;,\s]+")


@page
def reports(request: HttpRequest) -> HttpResponseBase:
    """All that were ordered, newest first; with htmx, the table alone."""
    found = [_shown(one) for one in items(request, "get-historical-search") if isinstance(one, HistoricalSearch)]
    shown = {"tab": "reports", "reports": found, "under_way": any(one["open"] for one in found)}
    template = "web/partials/report_rows.html" if request.headers.get("HX-Request") else "web/reports.html"
    return render(request, template, shown)


def _shown(one: HistoricalSearch) -> dict[str, Any]:
    state, tone = STATES.get(one.status, (one.status, "plain"))
    return {
        "it": one,
        "state": state,
        "tone": tone,
        "type": TYPES.get(one.report_type, one.report_type),
        "since": None if one.start_date == _ALWAYS else one.start_date,
        "open": one.status in ("NotStarted", "InProgress"),
        "note": sentence(one.error_description or ""),
        "for": "; ".join((*one.sender_address, *one.recipient_address, *one.message_id)),
    }


@page
def order(request: HttpRequest) -> HttpResponseBase:
    """The page before the order: what will be searched, title, address; with POST, order it."""
    require(request, "start-historical-search")
    query = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    form = TraceForm.of(query)
    given = _given(form)
    errors = dict(form.errors)
    if request.method == "POST" and not errors:
        errors = _ordered(request, given)
        if not errors:
            messages.success(request, _("The report is being prepared."), "good")
            return redirect("reports")
    now = timezone.localtime()
    title = _("Message trace report %(when)s") % {"when": date_format(now, "l, Y-m-d H:i:s")}
    shown = {
        "words": in_words(form),
        "address": form.address(),
        "left_out": _left_out(form),
        "lacks": not (given["sender_address"] or given["recipient_address"] or given["message_id"]),
        "types": TYPES.items(),
        "typed": {"title": title, "type": "MessageTrace", "encoding": "Utf8", **request.POST.dict()},
        "errors": errors,
        "mails": server() is not None,
    }
    return render(request, "web/report_order.html", shown, status=400 if errors else 200)


def _given(form: TraceForm) -> dict[str, Any]:
    """The search as Start-HistoricalSearch takes it; form.errors has what was not understood."""
    found = form.given()
    status, direction, client = (found.get(name, ()) for name in ("status", "direction", "from_ip"))
    return {
        "start_date": found.get("start_date") or _ALWAYS,
        "end_date": found.get("end_date") or timezone.now(),
        "sender_address": found.get("sender_address", ()),
        "recipient_address": found.get("recipient_address", ()),
        "message_id": found.get("message_id", ()),
        "network_message_id": found.get("message_trace_id", ()),
        "delivery_status": status[0] if len(status) == 1 else None,
        "direction": _DIRECTIONS.get(direction[0], "All") if len(direction) == 1 else "All",
        "original_client_ip": client[0] if len(client) == 1 else "",
        **{name: found[name] for name in MORE_CRITERIA if found.get(name)},
    }


def _left_out(form: TraceForm) -> list[str]:
    """Names of criteria that a report is not narrowed by as the search is: it knows one status, two directions."""
    many = {name for name in ("status", "direction") if len(form.chosen.get(name, ())) > 1}
    if any(one not in _DIRECTIONS for one in form.chosen.get("direction", ())):
        many.add("direction")
    if len(form.given().get("from_ip", ())) > 1:
        return [str(FIELDS["from_ip"]), *(str(CHOICES[name][0]) for name in sorted(many))]
    return [str(CHOICES[name][0]) for name in sorted(many)]


def _ordered(request: HttpRequest, given: dict[str, Any]) -> dict[str, str]:
    """Order it; what was wrong, by fields."""
    given = {
        **given,
        "report_title": request.POST.get("title", "").strip(),
        "report_type": request.POST.get("type", ""),
        "encoding": request.POST.get("encoding", "Utf8"),
        "notify_address": tuple(one for one in _SEPARATOR.split(request.POST.get("notify", "")) if one),
    }
    try:
        list(ask(request, "start-historical-search", **given))
    except ValidationError as error:
        model = all_operations()["start-historical-search"].input
        wrong = mistakes(model, error)
        return {
            str(label(model.model_fields[name].alias or name)) if name else "": text for name, text in wrong.items()
        }
    except OperationError as error:
        if error.status in (401, 403):
            raise
        return {"": error_in_words(error)}
    return {}


@require_POST
@page
def cancel(request: HttpRequest, job_id: str) -> HttpResponseBase:
    """Cancel one that has not begun."""
    try:
        list(ask(request, "stop-historical-search", job_id=job_id))
        messages.success(request, _("The report is cancelled."), "good")
    except OperationError as error:
        if error.status != 409:
            raise
        messages.error(request, _("It is too late to cancel this report: it has begun."), "bad")
    return redirect("reports")


@page
def download(request: HttpRequest, job_id: str) -> HttpResponseBase:
    """The file of one that is done, in the encoding that is asked for."""
    name = request.GET.get("encoding", "utf-8")
    codec, first = ENCODINGS.get(name, ENCODINGS["utf-8"])
    (one,) = items(request, "get-historical-search", job_id=job_id)
    assert isinstance(one, HistoricalSearch)
    pieces = _encoded(ask(request, "historical-search-result", job_id=job_id), codec, first)
    file = re.sub(r"[^\w-]+", "_", one.report_title).strip("_") or "report"
    response = StreamingHttpResponse(pieces, content_type=f"text/csv; charset={name}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file)}.csv"
    return response


def _encoded(answer: Answer, codec: str, first: bytes) -> Iterator[bytes]:
    yield first
    for piece in answer:
        yield getattr(piece, "text").encode(codec)  # noqa: B009 - of catalog.audit_log_search_result

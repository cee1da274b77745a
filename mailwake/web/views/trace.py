"""The message trace page: search panel, grid, more rows as one scrolls."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.events.told import tell
from mailwake.operations.contract import OperationError
from mailwake.operations.criteria import Criteria, CriteriaError
from mailwake.operations.guess import Reading, readings
from mailwake.operations.pasted import LARGEST
from mailwake.operations.pasted import readings as pasted_readings
from mailwake.operations.saved_queries import remember
from mailwake.operations.trace_models import TraceRow
from mailwake.web import grid, words
from mailwake.web.callers import ask, context_of, page, require
from mailwake.web.labels import label
from mailwake.web.mistakes import in_words
from mailwake.web.spoken import error_in_words, spoken, spoken_error
from mailwake.web.trace_form import RANGES, TraceForm, operation_query
from mailwake.web.zones import zones

PAGE = 250
"""Rows that are loaded at a time, as in Exchange's list."""


@dataclass(frozen=True)
class Place:
    """Where messages are shown: all that somebody may trace, or their own."""

    operation: str
    page: str
    """Name of its route; that of further rows, of one message."""
    rows: str
    message: str
    own: bool = False


EVERYBODY = Place("message-trace", "trace", "trace-rows", "trace-message")
OWN = Place("my-messages", "my-messages", "my-rows", "my-message", own=True)


@page
def trace(request: HttpRequest, place: Place = EVERYBODY) -> HttpResponseBase:
    """The whole page, searched at once with what the address says; with htmx, the results alone."""
    form = TraceForm.of(request.GET)
    _keep_columns(request)
    shown = _results(request, form, "", place)
    if not place.own and set(request.GET) - {"columns"} and not form.errors and not shown["problem"]:
        with suppress(DatabaseError):  # a busy database is no reason to keep the answer back
            remember(context_of(request), form.given(), form.span)
    shown |= {
        "form": form,
        "tab": "search",
        "zones": zones(),
        "saved": request.GET.get("saved", ""),
        "ranges": [(word, title) for word, (title, _length) in RANGES.items()],
        "statuses": [(word, label) for word, (label, _tone) in words.STATUSES.items()],
        "details": words.DETAILS.items(),
        "outcomes": words.OUTCOMES.items(),
        "directions": words.DIRECTIONS.items(),
        "all_columns": [(column, column in _columns(request)) for column in grid.COLUMNS],
    }
    template = "web/partials/trace_results.html" if request.headers.get("HX-Request") else "web/trace.html"
    return render(request, template, shown, status=400 if form.errors else 200)


@page
def rows(request: HttpRequest, place: Place = EVERYBODY) -> HttpResponseBase:
    """The next rows of a search."""
    form = TraceForm.of(request.GET)
    return render(
        request, "web/partials/trace_rows.html", _results(request, form, request.GET.get("cursor", ""), place)
    )


@page
def find(request: HttpRequest, place: Place = EVERYBODY) -> HttpResponseBase:
    """The search box at the top: an address, an id, words of a subject. The first reading that has rows is shown."""
    text = request.GET.get("q", "").strip()
    if not text:
        return redirect(place.page)
    try:
        ways = readings(text, Criteria())
    except CriteriaError as error:
        raise OperationError("query-not-understood", error.what, error.hint) from error
    return _first_that_finds(request, ways, place)


@page
def paste(request: HttpRequest) -> HttpResponseBase:
    """A bounce, headers or a log line, pasted: the message that it is about."""
    require(request, "message-trace")
    text = request.POST.get("text", "")
    if request.method != "POST" or not text.strip():
        return render(request, "web/paste.html", {"text": text})
    try:
        return _first_that_finds(request, pasted_readings(text.encode()[:LARGEST], Criteria()), EVERYBODY)
    except CriteriaError as error:
        return render(request, "web/paste.html", {"text": text, "error": error_in_words(error)}, status=400)


def _first_that_finds(request: HttpRequest, ways: list[Reading], place: Place) -> HttpResponseBase:
    addresses = [address for way in ways for address in _addresses_of(way.criteria)]
    for query in addresses:
        form = TraceForm.of(_query(query))
        if list(ask(request, place.operation, **form.given(), result_size=1)):
            return redirect(f"{reverse(place.page)}?{query}")
    return redirect(f"{reverse(place.page)}?{addresses[0]}")


def _addresses_of(criteria: Criteria) -> list[str]:
    """A reading as the address of the page shows it; somebody who wrote or got it is looked for as either."""
    if criteria.correspondents:
        plain, people = replace(criteria, correspondents=()), criteria.correspondents
        either = (replace(plain, recipients=people), replace(plain, senders=people))
        return [address for one in either for address in _addresses_of(one)]
    values = {
        "message_id": " ".join(criteria.message_ids),
        "trace_id": " ".join(criteria.trace_ids),
        "queue_id": " ".join(criteria.queue_ids),
        "sender": " ".join(criteria.senders),
        "recipient": " ".join(criteria.recipients),
        "from_ip": " ".join(criteria.client_ips),
        "to_ip": " ".join(criteria.next_hops),
        "subject": " ".join(criteria.subject_words),
        "range": "all",
    }
    return [urlencode({name: text for name, text in values.items() if text})]


def _query(text: str) -> Any:
    from django.http import QueryDict

    return QueryDict(text)


def _results(request: HttpRequest, form: TraceForm, cursor: str, place: Place) -> dict[str, Any]:
    """Rows of one page of a search, or why there are none."""
    given = form.given()
    found: dict[str, Any] = {
        "form": form,
        "place": place,
        "columns": _columns(request),
        "rows": "",
        "count": 0,
        "next": "",
        "problem": None,
    }
    if form.errors:
        return found
    try:
        answer = ask(request, place.operation, **given, result_size=PAGE, cursor=cursor)
        below = reverse(place.message, args=["0"]).removesuffix("0/")
        rows = [row for row in answer if isinstance(row, TraceRow)]
        found["rows"], found["count"] = grid.rows(rows, found["columns"], below), len(rows)
        found["next"] = answer.next_cursor or ""
        found["warnings"] = spoken(tuple(answer.warnings))
    except ValidationError as error:
        wrong = error.errors()[0]
        what = in_words(wrong)
        if wrong["loc"]:
            what = spoken(tell("{name}: {what}", name=label(str(wrong["loc"][0])), what=what))
        found["problem"] = OperationError("input-not-understood", what, _("Mend it and repeat."))
    except OperationError as error:
        if error.status != 400:
            raise
        found["problem"] = spoken_error(error)
    found["download"] = operation_query(given, ResultSize="100000")
    return found


def _columns(request: HttpRequest) -> list[grid.Column]:
    chosen = request.session.get("columns", grid.USUAL)
    return [column for column in grid.COLUMNS if column.always or column.name in chosen]


def _keep_columns(request: HttpRequest) -> None:
    if "columns" in request.GET:
        known = {column.name for column in grid.COLUMNS}
        request.session["columns"] = [name for name in request.GET.getlist("columns") if name in known]

"""The message trace page: search panel, grid, more rows as one scrolls."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.events.told import tell
from mailwake.operations.catalog.message_trace import Question
from mailwake.operations.context import Context
from mailwake.operations.contract import OperationError
from mailwake.operations.criteria import Criteria, CriteriaError
from mailwake.operations.guess import Reading, readings
from mailwake.operations.pasted import LARGEST
from mailwake.operations.pasted import readings as pasted_readings
from mailwake.operations.saved_queries import remember
from mailwake.operations.trace_models import TraceRow
from mailwake.web import grid, search_panel
from mailwake.web.afterwards import afterwards
from mailwake.web.callers import ask, context_of, page, require
from mailwake.web.labels import label
from mailwake.web.mistakes import in_words
from mailwake.web.spoken import error_in_words, spoken, spoken_error
from mailwake.web.trace_form import TraceForm, operation_query

PAGE = 250
"""Rows that are loaded at a time, as in Exchange's list."""
FIRST = 25
"""Rows that come with a page: two or three screens. Those that are lacking of PAGE are fetched when the browser has
painted these, see docs/decisions/0035."""


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
    cursor = request.GET.get("cursor", "")
    shown = _results(request, form, place, cursor)
    template = "web/partials/trace_results.html"
    if not request.headers.get("HX-Request"):
        template = "web/trace.html"
        shown["search"] = search_panel.panel(form, place, request.GET.get("saved", ""))
    response = render(request, template, shown, status=400 if form.errors or shown["problem"] else 200)
    searched = set(request.GET) - {"columns"} and not cursor
    if not place.own and searched and not form.errors and not shown["problem"]:
        context, given = context_of(request), form.given()
        afterwards(response, lambda: _remember(context, given, form.span))
    return response


def _remember(context: Context, given: dict[str, Any], span: timedelta | None) -> None:
    with suppress(DatabaseError):  # it may be busy for long
        remember(context, given, span)


@page
def rows(request: HttpRequest, place: Place = EVERYBODY) -> HttpResponseBase:
    """The next rows of a search; `shown` says how many come before them. A header tells how many there are then."""
    form = TraceForm.of(request.GET)
    before = int(text) if (text := request.GET.get("shown", "")[:6]).isdecimal() else 0
    size = PAGE - before if 0 < before < PAGE else PAGE
    found = _found(request, form, place, request.GET.get("cursor", ""), size, before)
    answer = HttpResponse(found.markup, status=400 if found.problem else 200)
    told = {"text": search_panel.counted(found.count, more=found.more), "rest": size < PAGE}
    answer["HX-Trigger-After-Swap"] = json.dumps({"counted": told})
    return answer


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


def _results(request: HttpRequest, form: TraceForm, place: Place, cursor: str) -> dict[str, Any]:
    """Rows of one page of a search, or why there are none."""
    columns, given = _columns(request), form.given()  # which finds the errors
    size = PAGE if cursor else FIRST  # by a cursor comes who goes on without a script
    found = _Found() if form.errors else _found(request, form, place, cursor, size, 0)
    download = "" if form.errors else operation_query(given | form.order(), Question, ResultSize="100000")
    count = search_panel.counted(found.count, more=found.more)
    zone = timezone.get_current_timezone_name()
    return {
        "form": form,
        "place": place,
        "problem": found.problem,
        "warnings": found.warnings,
        "later": cursor and reverse(place.page) + "?" + form.address(),
        "beyond": None if found.count or found.problem or cursor else _beyond(request, form, place),
        "commands": search_panel.commands(place, columns, download, count),
        "table": search_panel.table(columns, found.markup, zone, form) if found.markup else "",
    }


def _beyond(request: HttpRequest, form: TraceForm, place: Place) -> tuple[datetime, str] | None:
    """When the newest message came in that meets the criteria at any time, and where it is shown; None for none."""
    whenever = replace(form, values={**form.values, "range": "all"})
    if form.errors or form.values["range"] == "all":
        return None
    row = next(iter(ask(request, place.operation, **whenever.given(), result_size=1)), None)
    if not isinstance(row, TraceRow) or row.received is None:
        return None
    for name in ("start", "end", "days"):
        whenever.values.pop(name, None)
    return timezone.localtime(row.received), f"{reverse(place.page)}?{whenever.address()}"


_NOTHING = SafeString("")


@dataclass(frozen=True)
class _Found:
    """Rows of a search."""

    markup: SafeString = _NOTHING
    count: int = 0
    """Of all that are loaded then."""
    more: bool = False
    warnings: tuple[str, ...] = ()
    problem: OperationError | None = None


def _found(request: HttpRequest, form: TraceForm, place: Place, cursor: str, size: int, before: int) -> _Found:
    """Rows after a cursor, with what leads to those after them."""
    columns = _columns(request)
    try:
        answer = ask(request, place.operation, **form.given(), **form.order(), result_size=size, cursor=cursor)
        below = reverse(place.message, args=["0"]).removesuffix("0/")
        rows = [row for row in answer if isinstance(row, TraceRow)]
        markup, count, after = grid.rows(rows, columns, below), before + len(rows), answer.next_cursor
        if after:
            further = form.address() + "&" + urlencode({"cursor": after})
            rest = urlencode({"shown": count})
            markup += grid.more(
                f"{reverse(place.page)}?{further}",
                f"{reverse(place.rows)}?{further}&{rest}",
                len(columns) + 1,
                soon=count < PAGE,
            )
        return _Found(markup, count, bool(after), spoken(tuple(answer.warnings)))
    except ValidationError as error:
        wrong = error.errors()[0]
        what = in_words(wrong)
        if wrong["loc"]:
            what = spoken(tell("{name}: {what}", name=label(str(wrong["loc"][0])), what=what))
        return _Found(problem=OperationError("input-not-understood", what, _("Mend it and repeat.")))
    except OperationError as error:
        if error.status != 400:
            raise
        return _Found(problem=spoken_error(error))


def _columns(request: HttpRequest) -> list[grid.Column]:
    chosen = request.session.get("columns", grid.USUAL)
    return [column for column in grid.COLUMNS if column.always or column.name in chosen]


def _keep_columns(request: HttpRequest) -> None:
    if "columns" in request.GET:
        known = {column.name for column in grid.COLUMNS}
        request.session["columns"] = [name for name in request.GET.getlist("columns") if name in known]

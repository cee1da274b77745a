"""Queries of the message trace: those of the product, named ones, the last ones; and keeping one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from mailwake.operations.contract import OperationError
from mailwake.operations.saved_queries import DEFAULTS, SavedQuery
from mailwake.operations.trace_models import TraceCriteria
from mailwake.web.callers import ask, items, page, require
from mailwake.web.mistakes import in_words as mistake_in_words
from mailwake.web.spoken import error_in_words
from mailwake.web.trace_form import TraceForm
from mailwake.web.trace_words import in_words

KINDS = {"default": "Default", "custom": "Custom", "autosaved": "Autosaved"}
_ABOUT = {one.id: one.about for one in DEFAULTS}


@page
def queries(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The queries of one kind."""
    if kind not in KINDS:
        raise Http404
    found = items(request, "get-saved-query", kind=(KINDS[kind],))
    shown = {"tab": kind, "queries": [_shown(one) for one in found if isinstance(one, SavedQuery)]}
    return render(request, "web/queries.html", shown)


def _shown(one: SavedQuery) -> dict[str, Any]:
    form = form_of(one)
    return {
        "it": one,
        "name": _(one.name) if one.kind == "Default" else one.name,
        "about": _(_ABOUT[one.query_id]) if one.kind == "Default" else "",
        "words": in_words(form),
        "address": form.address(),
    }


def form_of(one: SavedQuery) -> TraceForm:
    """The search panel of a query."""
    return TraceForm.of_criteria(TraceCriteria.model_validate(one.criteria), one.span)


@page
def save(request: HttpRequest) -> HttpResponseBase:
    """What is to be kept, and under which name; with POST, keep it."""
    require(request, "new-saved-query")
    query = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    form = TraceForm.of(query)
    known = _own(request, (request.POST or request.GET).get("saved", ""))
    given = form.given()
    problem = next(iter(form.errors.values()), "")
    if request.method == "POST" and not problem:
        problem = _kept(request, given, form, known)
        if not problem:
            messages.success(request, _("The query is kept."), "good")
            return redirect("queries", "custom")
    shown = {
        "words": in_words(form),
        "address": form.address(),
        "name": request.POST.get("name", known.name if known else ""),
        "known": known,
        "problem": problem,
    }
    return render(request, "web/query_save.html", shown, status=400 if problem else 200)


def _kept(request: HttpRequest, given: dict[str, Any], form: TraceForm, known: SavedQuery | None) -> str:
    """Keep it, as a new query or in the place of `known`; why not, else ""."""
    if form.span is not None:
        given = {name: value for name, value in given.items() if name not in ("start_date", "end_date")}
        given["span"] = form.span
    given["name"] = request.POST.get("name", "").strip()
    try:
        if known is not None and request.POST.get("what") == "change":
            list(ask(request, "set-saved-query", query_id=known.query_id, all_messages=True, **given))
        else:
            list(ask(request, "new-saved-query", **given))
    except ValidationError as error:
        return mistake_in_words(error.errors()[0])
    except OperationError as error:
        if error.status in (401, 403):
            raise
        return error_in_words(error)
    return ""


def _own(request: HttpRequest, query_id: str) -> SavedQuery | None:
    if not query_id:
        return None
    found = items(request, "get-saved-query", query_id=query_id, kind=("Custom",))
    return next((one for one in found if isinstance(one, SavedQuery) and one.mine), None)


@require_POST
@page
def remove(request: HttpRequest, query_id: str) -> HttpResponseBase:
    """Forget one."""
    list(ask(request, "remove-saved-query", query_id=query_id))
    messages.success(request, _("The query is removed."), "good")
    back = request.POST.get("back", "")
    return redirect(back if back in _lists() else reverse("queries", args=["custom"]))


def _lists() -> list[str]:
    return [reverse("queries", args=[kind]) for kind in KINDS]

"""Who looks at a page, and running operations for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from pydantic import BaseModel

from mailwake.operations.context import Context
from mailwake.operations.contract import Caller, OperationError, Refused, all_operations
from mailwake.operations.models import Answer
from mailwake.operations.perform import check, perform
from mailwake.operations.request_callers import caller_of_request
from mailwake.operations.serving import runtime
from mailwake.web.spoken import spoken_error

View = Callable[..., HttpResponseBase]
_NOBODY = Caller("")


def caller_of(request: HttpRequest) -> Caller:
    """The caller of a page; looked up once for each request."""
    known: Caller | None = getattr(request, "mailwake_caller", None)
    if known is None:
        known = caller_of_request(request, "web") or _NOBODY
        request.mailwake_caller = known  # type: ignore[attr-defined]
    return known


def context_of(request: HttpRequest) -> Context:
    """A context for the operations of one page."""
    return runtime().context(caller_of(request), timezone.get_current_timezone())


def require(request: HttpRequest, name: str) -> None:
    """For a page that shows something before it asks an operation: raise Refused to those who may not ask it."""
    check(all_operations()[name], context_of(request))


def ask(request: HttpRequest, name: str, /, **given: Any) -> Answer:
    """Run an operation for whoever looks at the page. Raises OperationError, pydantic.ValidationError."""
    operation = all_operations()[name]
    return perform(operation, context_of(request), operation.input.model_validate(given))


def items(request: HttpRequest, name: str, /, **given: Any) -> list[BaseModel]:
    """The same, all items at once."""
    return list(ask(request, name, **given))


def page(view: View) -> View:
    """A page for people who are signed in; an operation that is refused or fails becomes a page that says why."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except OperationError as error:
            status = error.status
            template = "web/partials/problem.html" if request.headers.get("HX-Request") else "web/problem.html"
            shown = {"error": spoken_error(error), "refused": isinstance(error, Refused)}
            return render(request, template, shown, status=status)

    return guarded

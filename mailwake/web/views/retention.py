"""Retention policies of the unified audit log: how far back its search gives which records."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.audit.unified_retention import DURATIONS
from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.perform import allowed
from mailwake.web.callers import ask, caller_of, items, page
from mailwake.web.labels import label
from mailwake.web.mistakes import mistakes
from mailwake.web.spoken import error_in_words

_ORDERS = {
    "add": "new-unified-audit-log-retention-policy",
    "change": "set-unified-audit-log-retention-policy",
    "remove": "remove-unified-audit-log-retention-policy",
}
_LISTS = ("record_types", "operations", "user_ids")


@page
def retention(request: HttpRequest) -> HttpResponseBase:
    """Show them; with POST, do what the button says."""
    errors: dict[str, str] = {}
    operation = all_operations()[_ORDERS.get(request.POST.get("what", ""), _ORDERS["add"])]
    if request.method == "POST":
        try:
            list(ask(request, operation.name, **_typed(request)))
            messages.success(request, _("The retention policies are kept; they hold from now on."), "good")
            return redirect("retention")
        except ValidationError as error:
            names = operation.input.model_fields
            found = mistakes(operation.input, error)
            errors = {
                str(label(names[name].alias or name)) if name in names else "": text for name, text in found.items()
            }
        except OperationError as error:
            if error.status == 403:
                raise
            errors = {"": error_in_words(error)}
    shown: dict[str, Any] = {
        "policies": items(request, "get-unified-audit-log-retention-policy"),
        "may_change": allowed(all_operations()[_ORDERS["add"]], caller_of(request)),
        "durations": list(DURATIONS),
        "problems": errors,
        "typed": request.POST if errors else {},
    }
    return render(request, "web/retention.html", shown, status=400 if errors else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What the form says; of an empty control nothing, so that it stays as it is."""
    given = {name: str(text).strip() for name, text in request.POST.items() if str(text).strip()}
    name = given.get("name", "")
    if given.get("what") == "remove":
        return {"identity": name}
    found: dict[str, Any] = {"identity": name} if given.get("what") == "change" else {"name": name}
    for key in ("priority", "retention_duration", "description"):
        if key in given:
            found[key] = given[key]
    for key in _LISTS:
        if key in given:
            found[key] = tuple(part.strip() for part in given[key].split(",") if part.strip())
    return found

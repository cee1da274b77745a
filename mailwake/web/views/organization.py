"""The organization's audit settings: the one switch, and what auditing goes by."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.perform import allowed
from mailwake.web.callers import ask, caller_of, page
from mailwake.web.labels import label
from mailwake.web.mistakes import mistakes
from mailwake.web.spoken import error_in_words

_CHECKS = ("audit_disabled", "exchange_parity", "lazy_expunge")
_LISTS = ("trash_folders", "shared_prefixes", "public_prefixes")


@page
def organization(request: HttpRequest) -> HttpResponseBase:
    """Show the settings; with POST, change them."""
    operation = all_operations()["set-organization-config"]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            list(ask(request, "set-organization-config", **_typed(request)))
            messages.success(request, _("The settings are kept; they hold from now on."), "good")
            return redirect("organization")
        except ValidationError as error:
            errors = _labelled(mistakes(operation.input, error))
        except OperationError as error:
            if error.status == 403:
                raise
            errors = {"": error_in_words(error)}
    current = next(iter(ask(request, "get-organization-config")))
    shown = {"current": current, "errors": errors, "may_change": allowed(operation, caller_of(request))}
    shown |= {name: "\n".join(getattr(current, name)) for name in _LISTS}
    return render(request, "web/organization.html", shown, status=400 if errors else 200)


def _labelled(found: dict[str, str]) -> dict[str, str]:
    """Mistakes by the words of their fields."""
    names = all_operations()["set-organization-config"].input.model_fields
    return {str(label(names[name].alias or name)) if name in names else "": text for name, text in found.items()}


def _typed(request: HttpRequest) -> dict[str, Any]:
    if request.POST.get("what") == "switch":
        return {"audit_disabled": request.POST.get("audit_disabled") == "on"}
    found: dict[str, Any] = {name: request.POST.get(name) == "on" for name in _CHECKS[1:]}
    found["audit_matrix"] = request.POST.get("audit_matrix", "current")
    found["audit_log_search_reach"] = request.POST.get("audit_log_search_reach", "").strip() or "Unlimited"
    for name in _LISTS:
        found[name] = [line.strip() for line in request.POST.get(name, "").splitlines() if line.strip()]
    return found

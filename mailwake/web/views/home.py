"""The address without a path: the first page that the caller may open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from mailwake.web.callers import caller_of, page
from mailwake.web.frame import may_open
from mailwake.web.sections import sections


@page
def home(request: HttpRequest) -> HttpResponseBase:
    """Go there; somebody without any role is told whom to ask."""
    caller = caller_of(request)
    for _, entries in sections():
        for entry in entries:
            if entry.operation and may_open(caller, entry):
                return redirect(entry.address)
    return render(request, "web/no_role.html")

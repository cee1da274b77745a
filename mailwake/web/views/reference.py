"""The reference of the API: the page's script makes it of the OpenAPI document that the REST face gives."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mailwake.web.callers import page


@page
def reference(request: HttpRequest) -> HttpResponseBase:
    """The page; what somebody may not do is refused when they try it."""
    return render(request, "web/reference.html")

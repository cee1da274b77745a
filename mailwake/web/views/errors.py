"""Pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page."""
    return _page(request, 404, _("There is no such page"), _("The address may have been cut off when it was copied."))


def failed(request: HttpRequest) -> HttpResponse:
    """A mistake of ours; what exactly is in the log of the server."""
    return _page(request, 500, _("This went wrong"), _("The server's log says what; nothing of your data is lost."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that does not come from a page of this session."""
    text = _("The page was open for so long that its form is no longer valid. Load it again and repeat what you did.")
    return _page(request, 403, _("The form is too old"), text)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "web/error.html", {"title": title, "text": text}, status=status)

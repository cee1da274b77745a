"""Theme, language and zone: chosen in the menu, kept in the browser and the session."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from mailwake.web.frame import THEMES

_YEAR = 365 * 86_400


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen, and go back to where the person was."""
    to = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure()):
        to = "/"
    response = redirect(to)
    theme, language, zone = (request.POST.get(name, "") for name in ("theme", "language", "zone"))
    if theme in THEMES:
        _keep(response, request, "mailwake-theme", theme)
    if language in dict(settings.LANGUAGES):
        _keep(response, request, settings.LANGUAGE_COOKIE_NAME, language)
    if zone in available_timezones():
        request.session["zone"] = zone
    return response


def _keep(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)

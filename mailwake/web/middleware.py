"""What every request passes: headers that narrow what a browser may do, the first run, the zone of times."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from mailwake.web import first_run as begin

Next = Callable[[HttpRequest], HttpResponse]
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the QR code of a second factor
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy (CSP3): nothing from elsewhere, nothing inline."""
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
ZONE_COOKIE = "mailwake-zone"
_OPEN = ("/static/", "/api/", "/setup/", "/preferences/", "/accounts/", "/ingest/", "/metrics")
"""Prefixes that answer before there is an account."""


def security_headers(get_response: Next) -> Next:
    """Headers that Django does not set by itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request))
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _policy(request: HttpRequest) -> str:
    """Forms may lead to the identity provider where one is used: browsers hold `form-action` to redirects, too."""
    from django.conf import settings

    apps = getattr(settings, "SOCIALACCOUNT_PROVIDERS")["openid_connect"]["APPS"]  # noqa: B009 - of allauth
    if not apps or not request.path.startswith("/accounts/"):
        return POLICY
    servers = " ".join(sorted({app["settings"]["server_url"].partition("/.well-known")[0] for app in apps}))
    return POLICY.replace("form-action 'self'", f"form-action 'self' {servers}")


def first_run(get_response: Next) -> Next:
    """Until there is an account, every page leads to the one that makes it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if begin.is_needed() and not request.path.startswith(_OPEN):
            return HttpResponseRedirect(reverse("setup"))
        return get_response(request)

    return middleware


def time_zone(get_response: Next) -> Next:
    """Times are shown in the zone that the person chose, else the browser's, else UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("zone", "")
        if asked and request.user.is_authenticated and asked in available_timezones():
            request.session["zone"] = asked  # a search names the zone in which its times are meant
        name = request.session.get("zone") or request.COOKIES.get(ZONE_COOKIE, "")
        zone = ZoneInfo("UTC")
        if name and len(name) < 64:
            with suppress(OSError, ValueError, LookupError):
                zone = ZoneInfo(name)
        with timezone.override(zone):
            return get_response(request)

    return middleware

"""All routes: pages, sign-in, the REST face."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("mailwake.api.urls")),
    path("accounts/", include("mailwake.web.account_urls")),
    path("", include("mailwake.web.urls")),
]
handler404 = "mailwake.web.views.errors.not_found"
handler500 = "mailwake.web.views.errors.failed"

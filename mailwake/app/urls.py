"""All routes: pages, sign-in, the REST face."""

from __future__ import annotations

from django.urls import include, path

from mailwake.app import ingest

urlpatterns = [
    path("api/", include("mailwake.api.urls")),
    path("ingest/<slug:name>", ingest.push, name="ingest"),
    path("metrics", ingest.metrics, name="metrics"),
    path("accounts/", include("mailwake.web.account_urls")),
    path("", include("mailwake.web.urls")),
]
handler404 = "mailwake.web.views.errors.not_found"
handler500 = "mailwake.web.views.errors.failed"

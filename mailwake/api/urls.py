"""Routes of the REST face, below `/api/`."""

from __future__ import annotations

from django.urls import path, re_path

from mailwake.api import views

urlpatterns = [
    path("v1/openapi.json", views.document, name="openapi"),
    path("v1/<slug:name>", views.run, name="operation"),
    re_path(r"^(?P<rest>.*)$", views.not_found),
]

"""The jobs as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Label `jobs`."""

    name = "mailwake.jobs"
    label = "jobs"
    verbose_name = "Jobs"
    default_auto_field = "django.db.models.BigAutoField"

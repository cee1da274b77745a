"""Queries of the message trace that people keep."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SavedQuery(models.Model):
    """A query with a name that somebody gave it, or, without one, a query that ran lately."""

    guid = models.CharField(max_length=36, unique=True)
    owner = models.CharField(max_length=320)
    """Account name, lower case."""
    name = models.CharField(max_length=120, blank=True)
    """"" for one that was kept because it ran."""
    criteria = models.JSONField(default=dict)
    """Criteria of the trace by their names outside, lists as lists; times ISO 8601."""
    seconds = models.BigIntegerField(default=0)
    """Length of a range that ends now; 0 when `criteria` say from when to when, or any time is meant."""
    digest = models.CharField(max_length=64)
    """Of criteria and seconds: the same query is kept once."""
    created = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    """Run last."""

    class Meta:
        """What is asked for."""

        indexes: ClassVar = [models.Index(fields=["owner", "name"], name="saved_query_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], condition=~models.Q(name=""), name="one_query_per_name"),
            models.UniqueConstraint(fields=["owner", "digest"], condition=models.Q(name=""), name="one_recent_query"),
        ]

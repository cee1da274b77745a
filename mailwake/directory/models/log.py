"""The admin audit log."""

from __future__ import annotations

from django.db import models


class AdminAuditEntry(models.Model):
    """One question or order: who, when, from where, what, with which success. The database lets no row be changed."""

    run_date = models.BigIntegerField(db_index=True)
    caller = models.CharField(max_length=320, db_index=True)
    origin = models.CharField(max_length=120, blank=True)
    face = models.CharField(max_length=12, blank=True)
    operation = models.CharField(max_length=120, db_index=True)
    cmdlet = models.CharField(max_length=120, blank=True, db_index=True)
    parameters = models.JSONField(default=list)
    """Pairs of name and text, as the admin audit log writes them: `A;B`, `+A;-B`."""
    object_modified = models.CharField(max_length=640, blank=True, db_index=True)
    changes = models.BooleanField(default=False)
    """An order, not a question."""
    succeeded = models.BooleanField(default=True, db_index=True)
    error = models.TextField(blank=True)
    modified_properties = models.JSONField(default=list)
    """Triples of name, old and new value."""
    server = models.CharField(max_length=255, blank=True)
    """OriginatingServer."""

"""Tables: jobs, their results in pieces, and how far sessions of searches have come."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """One piece of work. Times are microseconds UTC, 0 for not yet."""

    guid = models.CharField(max_length=36, unique=True)
    kind = models.CharField(max_length=60, db_index=True)
    """What runs it: `mailbox-audit-log-search` ..."""
    name = models.CharField(max_length=128, blank=True)
    caller = models.CharField(max_length=320, db_index=True)
    """Who ordered it."""
    criteria = models.JSONField(default=dict)
    """What the runner needs to know."""
    shown = models.JSONField(default=dict)
    """The same for people: names and texts."""
    recipients = models.JSONField(default=list)
    """Addresses that get the result."""
    state = models.CharField(max_length=12, default="NotStarted", db_index=True)
    created = models.BigIntegerField(db_index=True)
    started = models.BigIntegerField(default=0)
    finished = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=36, blank=True)
    """Who runs it: a word of the worker's own."""
    lease = models.BigIntegerField(default=0)
    """Until when the worker has it; another may take it up afterwards."""
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    """Bytes of the result."""
    file_name = models.CharField(max_length=128, blank=True)
    mailed = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    """What is to be said about a finished one, such as why no mail went out."""
    told = models.JSONField(default=dict)
    """Templates of `error` and `note`, by these names: see `events.told.kept`."""


class JobPart(models.Model):
    """A piece of a result, compressed (zlib)."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    holder = models.CharField(max_length=36)
    """Of which run: those of a run that was given up are not the result."""
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        """Pieces are read in their order."""

        constraints = (models.UniqueConstraint(fields=["job", "holder", "number"], name="jobs_part_once"),)


class SearchSession(models.Model):
    """How far somebody has come in a search that is asked for block by block."""

    name = models.CharField(max_length=200)
    caller = models.CharField(max_length=320)
    command = models.CharField(max_length=30)
    """ReturnLargeSet or ReturnNextPreviewPage."""
    criteria = models.CharField(max_length=64)
    """Hash of what is searched for: other criteria begin anew."""
    place_ts = models.BigIntegerField(default=0)
    place_id = models.CharField(max_length=64, blank=True)
    returned = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    mixed = models.BooleanField(default=False)
    """Both commands were used."""
    updated = models.BigIntegerField(db_index=True)

    class Meta:
        """A session is its caller's own."""

        constraints = (models.UniqueConstraint(fields=["name", "caller"], name="jobs_session_once"),)

"""The organization, its domains, and what held when."""

from __future__ import annotations

from django.db import models


class Organization(models.Model):
    """The one row of the organization; every change of the directory locks it: changes come one after another."""

    revision = models.BigIntegerField(default=0)
    """Counts the changes of the directory."""
    deciding_since = models.BigIntegerField(default=0)
    """When the first act was decided; 0 as long as none was (docs/decisions/0015-settings-hold-from-a-time.md)."""
    settings = models.JSONField(default=dict)
    """Values of `audit.settings.OrganizationSettings` that are not the default, by their names."""
    search_reach_days = models.IntegerField(null=True)
    """Days that an audit log search reaches back; None for no limit but that of Exchange parity."""


class AcceptedDomain(models.Model):
    """A domain whose mail the organization takes."""

    name = models.CharField(max_length=255, unique=True)
    """Lower case."""
    domain_type = models.CharField(max_length=40, default="Authoritative")
    default = models.BooleanField(default=False)
    declared = models.BooleanField(default=True)
    """False for one that was only seen in the name of a mailbox."""


class SettingVersion(models.Model):
    """What held from a time on for the organization, a mailbox or an actor. Rows are added, never changed.

    A subject without rows has never been changed since acts are decided: what it has now holds from the beginning.
    """

    kind = models.CharField(max_length=12)
    """organization, mailbox or actor."""
    subject = models.BigIntegerField(default=0)
    """Primary key of the mailbox or bypass; 0 for the organization."""
    since = models.BigIntegerField()
    """0 for the beginning."""
    values = models.JSONField()
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=("kind", "subject", "since"), name="version_subject"),)

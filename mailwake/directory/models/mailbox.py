"""Mailboxes, the names they answer to, who has permission on them, who is not audited."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class NameKind(models.TextChoices):
    """What a name of a mailbox is."""

    GUID = "guid"
    NAME = "name"
    ALIAS = "alias"
    ADDRESS = "address"
    UPN = "upn"
    LOGIN = "login"
    DISPLAY = "display"
    DN = "dn"


class Aside(models.IntegerChoices):
    """How far a name stands back behind others'; None for one that counts as any does.

    Whoever makes mailboxes in a part of the organization must not learn by it which names there are beyond, nor come by
    what is done under them. So their mailbox has the name, for them; what logs and others mean by it does not change.
    """

    LOCAL = 1
    """Of an address only the local part: a login name of that spelling is not this mailbox's."""
    WHOLE = 2
    """Only those who cannot see whose it is otherwise find the mailbox by it."""


def _nothing() -> list[str]:
    return []


def _all_types() -> list[str]:
    return ["Admin", "Delegate", "Owner"]


class Mailbox(models.Model):
    """A mailbox. It stays when it is removed, for what was done in it before."""

    guid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=320)
    alias = models.CharField(max_length=320, blank=True)
    display_name = models.CharField(max_length=320, blank=True)
    primary_address = models.CharField(max_length=320, blank=True, db_index=True)
    """Lower case; empty where a log only gave a login name."""
    domain = models.CharField(max_length=255, blank=True, db_index=True)
    """Of the primary address: what scopes by domain go by."""
    upn = models.CharField(max_length=320, blank=True)
    type = models.CharField(max_length=40, default="UserMailbox", db_index=True)
    licence = models.CharField(max_length=20, default="Premium")
    """Premium or Standard."""
    geo = models.CharField(max_length=40, blank=True)
    litigation_hold = models.BooleanField(default=False)
    retention_policy = models.CharField(max_length=320, blank=True)
    quota = models.BigIntegerField(null=True)
    """RecoverableItemsQuota in bytes; None for the default, which depends on holds."""
    warning_quota = models.BigIntegerField(null=True)
    created = models.BigIntegerField(default=0)
    """When it was created, or when its first act was seen."""
    discovered = models.BooleanField(default=False)
    """Only known from logs; nobody declared it."""
    removed = models.BigIntegerField(null=True, db_index=True)
    same_as = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="others")
    """The mailbox that this login name turned out to be of (`directory.discovery`)."""
    audit_enabled = models.BooleanField(default=True)
    audit_enabled_by_hand = models.BooleanField(default=False)
    age_limit = models.BigIntegerField(default=90 * 86_400)
    """AuditLogAgeLimit in seconds."""
    managed = models.JSONField(default=_all_types)
    """DefaultAuditSet: logon types whose set is the vendor's."""
    custom = models.JSONField(default=dict)
    """Actions by logon type for the others."""
    revision = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        """What is looked up by."""

        indexes = (models.Index(fields=("removed", "same_as", "name"), name="mailbox_listed"),)


class MailboxName(models.Model):
    """A name that a mailbox answers or answered to."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=8, choices=NameKind.choices)
    name = models.CharField(max_length=512)
    """Lower case."""
    local = models.CharField(max_length=320, blank=True, db_index=True)
    """Local part of an address."""
    until = models.BigIntegerField(null=True)
    """When it stopped being one."""
    aside = models.PositiveSmallIntegerField(null=True, choices=Aside.choices)

    class Meta:
        """What is looked up by."""

        indexes = (models.Index(fields=("name", "until"), name="mailbox_name_name"),)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(kind__in=("address", "guid"), until__isnull=True)
                & (models.Q(aside__isnull=True) | models.Q(aside=Aside.LOCAL)),
                name="one_mailbox_per_address",
            )
        ]


class Permission(models.Model):
    """A right that somebody has, or is denied, on a mailbox."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="permissions")
    trustee = models.CharField(max_length=320)
    """As given: a mailbox's name, an account, a group."""
    trustee_key = models.CharField(max_length=320, db_index=True)
    """Lower case; `#` and the mailbox's GUID for somebody with a mailbox."""
    right = models.CharField(max_length=40)
    """FullAccess, SendAs, SendOnBehalf, ReadPermission ..."""
    deny = models.BooleanField(default=False)
    inherited = models.BooleanField(default=False)

    class Meta:
        """What there is once only."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("mailbox", "trustee_key", "right", "deny", "inherited"), name="one_row_per_permission"
            )
        ]


class Bypass(models.Model):
    """The audit bypass association of somebody: one with a mailbox, or an account by its name."""

    mailbox = models.OneToOneField(Mailbox, null=True, on_delete=models.CASCADE, related_name="bypass")
    name = models.CharField(max_length=320, blank=True)
    """Lower case; empty for one with a mailbox."""
    guid = models.UUIDField(default=uuid.uuid4)
    enabled = models.BooleanField(default=False)
    revision = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        """What there is once only."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("name",), condition=models.Q(mailbox__isnull=True), name="one_bypass_per_account"
            )
        ]

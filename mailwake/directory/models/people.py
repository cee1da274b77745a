"""Accounts, role groups, their members and scopes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Account(AbstractBaseUser):
    """Somebody who signs in."""

    name = models.CharField(max_length=320, unique=True)
    """Lower case: a login name or an address."""
    display_name = models.CharField(max_length=320, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    created = models.BigIntegerField(default=0)

    objects: ClassVar[BaseUserManager[Account]] = BaseUserManager()
    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"


class ManagementScope(models.Model):
    """A part of the organization: domains, mailboxes, or both."""

    name = models.CharField(max_length=120, unique=True)
    domains = models.JSONField(default=list)
    """Lower case."""
    mailboxes = models.JSONField(default=list)
    """Primary addresses, lower case."""


class RoleGroup(models.Model):
    """A role group that is not one of `directory.roles.ROLE_GROUPS`, or the scope of one that is."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    roles = models.JSONField(default=list)
    """Management roles; empty for a built-in group, whose roles come with the product."""
    scope = models.ForeignKey(ManagementScope, null=True, on_delete=models.PROTECT, related_name="role_groups")
    """None for the whole organization."""


class RoleGroupMember(models.Model):
    """Who belongs to a role group."""

    role_group = models.CharField(max_length=120, db_index=True)
    """Its name, in the spelling that it has."""
    kind = models.CharField(max_length=12, default="account")
    """`account` for a person, `group` for a group or role of the identity provider."""
    name = models.CharField(max_length=320, db_index=True)
    """Lower case."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("role_group", "kind", "name"), name="one_membership")
        ]

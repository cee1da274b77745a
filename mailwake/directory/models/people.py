"""Accounts, role groups, their members and scopes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    """Makes and finds accounts, in any case of their names."""

    def create_user(self, name: str, email: str = "", password: str | None = None, **more: Any) -> Account:
        """Make an account; without a password it cannot sign in by one. Raises ValueError for an empty name."""
        key = name.strip().lower()
        if not key:
            raise ValueError("an account needs a name")
        account = self.model(name=key, email=self.normalize_email(email), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """By name, in any case."""
        return self.get(name=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Somebody who signs in; `AUTH_USER_MODEL`. What they may do is decided by role groups alone."""

    name = models.CharField(max_length=320, unique=True)
    """Lower case: a login name or an address."""
    display_name = models.CharField(max_length=320, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    created = models.BigIntegerField(default=0)

    objects = AccountManager()
    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    def get_full_name(self) -> str:
        """The name to greet them by."""
        return self.display_name or self.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's permissions are not used."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Django's permissions are not used."""
        return False


class ApiToken(models.Model):
    """A key to the API for a program that acts for an account. The token itself is kept by nobody."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    """What it is for."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, hexadecimal: it has 256 random bits, so that a slow hash would protect nothing more."""
    role_groups = models.JSONField(default=list)
    """Role groups of the account that it may use; empty for all."""
    created = models.BigIntegerField()
    expires = models.BigIntegerField(null=True)
    last_used = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("account", "name"), name="one_token_per_name")]


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
        constraints: ClassVar = [models.UniqueConstraint(fields=("role_group", "kind", "name"), name="one_membership")]

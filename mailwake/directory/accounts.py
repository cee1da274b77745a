"""Accounts of people who sign in, and the tokens of programs that act for them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwake.directory import names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Account, ApiToken
from mailwake.directory.people import canonical_groups
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

PREFIX = "mwk_"
"""How a token begins, so that one that leaked is recognised for what it is."""
_RANDOM_BYTES = 32
_USE_NOTED_EVERY = 60_000_000


@dataclass(frozen=True)
class AccountRecord:
    """Somebody who signs in. Times are microseconds UTC."""

    name: str
    display_name: str
    email: str
    active: bool
    created: int
    has_password: bool


@dataclass(frozen=True)
class TokenRecord:
    """A token, without its secret."""

    account: str
    name: str
    role_groups: tuple[str, ...]
    """Role groups that it may use; empty for all of the account's."""
    created: int
    expires: int | None
    last_used: int | None


class Accounts:
    """The accounts of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(
        self, name: str, now: int, *, email: str = "", display_name: str = "", password: str = ""
    ) -> AccountRecord:
        """Make an account; without a password nobody can sign in to it by one. Raises DirectoryError."""
        key = names.key(name)
        if not key:
            raise DirectoryError(
                "no-name", tell("the account's name is empty"), tell("give a login name or an address")
            )
        with self._directory.writing():
            if self._row(key) is not None:
                raise DirectoryError("account-exists", tell("there is an account {key!r} already", key=key), status=409)
            account = Account.objects.db_manager(self._directory.alias).create_user(
                key, email, password or None, display_name=display_name, created=now
            )
        return _record(account)

    def all(self) -> list[AccountRecord]:
        """All accounts by name."""
        return [_record(row) for row in Account.objects.using(self._directory.alias).order_by("name")]

    def find(self, name: str) -> AccountRecord:
        """One by its name. Raises DirectoryError."""
        return _record(self._get(name))

    def set_password(self, name: str, password: str) -> None:
        """Set a password, hashed by argon2; an empty one closes that way in. Raises DirectoryError."""
        with self._directory.writing():
            row = self._get(name)
            row.set_password(password or None)
            row.save(using=self._directory.alias, update_fields=["password"])

    def set_active(self, name: str, active: bool) -> AccountRecord:
        """Let an account in, or not; its tokens go with it. Raises DirectoryError."""
        with self._directory.writing():
            row = self._get(name)
            row.is_active = active
            row.save(using=self._directory.alias, update_fields=["is_active"])
        return _record(row)

    def create_token(
        self, account: str, name: str, now: int, *, expires: int | None = None, role_groups: tuple[str, ...] = ()
    ) -> tuple[TokenRecord, str]:
        """Make a token: its record, and the token itself, which nobody can look up later. Raises DirectoryError."""
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        label = " ".join(name.split())
        if not label:
            raise DirectoryError("no-name", tell("the token's name is empty"), tell("say what it is for"))
        with self._directory.writing():
            row = self._get(account)
            groups = canonical_groups(self._directory.people, role_groups)
            if row.tokens.filter(name=label).exists():
                raise DirectoryError(
                    "token-exists",
                    tell("{name} has a token {label!r} already", name=row.name, label=label),
                    tell("choose another name"),
                    status=409,
                )
            token = ApiToken.objects.using(self._directory.alias).create(
                account=row, name=label, digest=_digest(secret), role_groups=groups, created=now, expires=expires
            )
        return _token(token), secret

    def tokens(self, account: str = "") -> list[TokenRecord]:
        """Tokens, of one account or all, by name."""
        rows = ApiToken.objects.using(self._directory.alias).select_related("account").order_by("account__name", "name")
        return [_token(row) for row in (rows.filter(account__name=names.key(account)) if account else rows)]

    def remove_token(self, account: str, name: str) -> TokenRecord:
        """Make a token worthless. Raises DirectoryError."""
        with self._directory.writing():
            row = ApiToken.objects.using(self._directory.alias).select_related("account")
            token = row.filter(account__name=names.key(account), name=" ".join(name.split())).first()
            if token is None:
                raise DirectoryError(
                    "token-not-found",
                    tell("{account!r} has no token {name!r}", account=account, name=name),
                    tell("list the tokens"),
                    status=404,
                )
            found = _token(token)
            token.delete()
        return found

    def verify_token(self, secret: str, now: int) -> tuple[AccountRecord, TokenRecord] | None:
        """Whose token it is, and which; None for one that is unknown, expired, or of an account that is shut."""
        if not secret.startswith(PREFIX):
            return None
        rows = ApiToken.objects.using(self._directory.alias).select_related("account")
        token = rows.filter(digest=_digest(secret)).first()
        if token is None or not token.account.is_active or (token.expires is not None and token.expires <= now):
            return None
        if token.last_used is None or token.last_used + _USE_NOTED_EVERY < now:
            ApiToken.objects.using(self._directory.alias).filter(pk=token.pk).update(last_used=now)
        return _record(token.account), _token(token)

    def _row(self, name: str) -> Account | None:
        return Account.objects.using(self._directory.alias).filter(name=names.key(name)).first()

    def _get(self, name: str) -> Account:
        row = self._row(name)
        if row is None:
            raise DirectoryError(
                "account-not-found",
                tell("there is no account {name!r}", name=name),
                tell("list the accounts to see their names"),
                status=404,
            )
        return row


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(row: Account) -> AccountRecord:
    return AccountRecord(row.name, row.display_name, row.email, row.is_active, row.created, row.has_usable_password())


def _token(row: ApiToken) -> TokenRecord:
    return TokenRecord(row.account.name, row.name, tuple(row.role_groups), row.created, row.expires, row.last_used)

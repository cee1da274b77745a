"""Accounts of people who sign in, and tokens of programs, as the operations show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from mailwake.operations.models import Output
from mailwake.operations.when import from_micros

if TYPE_CHECKING:
    from mailwake.directory.accounts import AccountRecord, TokenRecord


class Account(Output):
    """Somebody who signs in."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "display_name", "role_groups", "enabled", "has_password")
    name: str = Field(description="Name to sign in with.")
    display_name: str = Field(description="The name that people see.")
    email: str = Field(description="Email address.")
    enabled: bool = Field(description="May sign in; its tokens count.")
    has_password: bool = Field(description="Can sign in by a password; others come through the identity provider.")
    role_groups: tuple[str, ...] = Field(description="Role groups that it is a member of.")
    when_created: datetime = Field(description="When it was made.")

    @classmethod
    def of(cls, record: AccountRecord, role_groups: tuple[str, ...]) -> Account:
        """Of a record."""
        return cls(
            name=record.name,
            display_name=record.display_name,
            email=record.email,
            enabled=record.active,
            has_password=record.has_password,
            role_groups=role_groups,
            when_created=from_micros(record.created, UTC),
        )


class Token(Output):
    """A token of a program that acts for an account."""

    table_columns: ClassVar[tuple[str, ...]] = ("account", "name", "role_groups", "expires", "last_used", "secret")
    account: str = Field(description="Whose it is.")
    name: str = Field(description="What it is for.")
    role_groups: tuple[str, ...] = Field(description="Role groups that it may use; empty for all of the account's.")
    when_created: datetime = Field(description="When it was made.")
    expires: datetime | None = Field(description="From when on it counts no more.")
    last_used: datetime | None = Field(description="When last, to a minute.")
    secret: str | None = Field(description="The token itself: given once, when it is made.")

    @classmethod
    def of(cls, record: TokenRecord, secret: str | None = None) -> Token:
        """Of a record."""
        return cls(
            account=record.account,
            name=record.name,
            role_groups=record.role_groups,
            when_created=from_micros(record.created, UTC),
            expires=from_micros(record.expires, UTC) if record.expires is not None else None,
            last_used=from_micros(record.last_used, UTC) if record.last_used is not None else None,
            secret=secret,
        )

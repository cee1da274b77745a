"""Permissions as Get-MailboxPermission and Get-RecipientPermission show them, and what their orders share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from mailwake.directory.records import PermissionRecord
from mailwake.operations.context import Context
from mailwake.operations.models import Output


class MailboxPermission(Output):
    """A right on a mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = ("identity", "user", "access_rights", "is_inherited", "deny")
    identity: str = Field(description="The mailbox.")
    user: str = Field(description="Who has the right.")
    access_rights: tuple[str, ...] = Field(description="The right.")
    is_inherited: bool = Field(description="It comes from elsewhere and cannot be taken away here.")
    deny: bool = Field(description="It is denied, not given.")

    @classmethod
    def of(cls, record: PermissionRecord) -> MailboxPermission:
        """Of a record."""
        return cls(
            identity=record.mailbox,
            user=record.trustee,
            access_rights=(record.right,),
            is_inherited=record.inherited,
            deny=record.deny,
        )


class RecipientPermission(Output):
    """A right to send as a mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = ("identity", "trustee", "access_rights", "access_control_type")
    identity: str = Field(description="The mailbox.")
    trustee: str = Field(description="Who has the right.")
    access_control_type: str = Field(description="Allow or Deny.")
    access_rights: tuple[str, ...] = Field(description="The right.")
    is_inherited: bool = Field(description="It comes from elsewhere and cannot be taken away here.")

    @classmethod
    def of(cls, record: PermissionRecord) -> RecipientPermission:
        """Of a record."""
        return cls(
            identity=record.mailbox,
            trustee=record.trustee,
            access_control_type="Deny" if record.deny else "Allow",
            access_rights=(record.right,),
            is_inherited=record.inherited,
        )


def report(
    context: Context, mailbox: str, before: Iterable[PermissionRecord], after: Iterable[PermissionRecord]
) -> None:
    """Report a change of permissions for the admin audit log."""
    context.changed(mailbox, {"Permissions": _words(before)}, {"Permissions": _words(after)})


def _words(records: Iterable[PermissionRecord]) -> list[str]:
    return [f"{one.trustee}:{'Deny ' if one.deny else ''}{one.right}" for one in records]

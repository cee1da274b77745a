"""An audit bypass association as Get-MailboxAuditBypassAssociation shows it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from mailwake.directory.records import BypassRecord
from mailwake.operations.models import Output


class BypassAssociation(Output):
    """Whether somebody bypasses auditing."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "identity", "audit_bypass_enabled")
    name: str = Field(description="Display name of the mailbox, or the account's name.")
    identity: str = Field(description="Address, or the account's name.")
    guid: str = Field(description="Unique id of the mailbox or association.")
    audit_bypass_enabled: bool = Field(description="True: nothing that this account does is recorded.")
    has_mailbox: bool = Field(description="False for an account that only acts.")

    @classmethod
    def of(cls, record: BypassRecord) -> BypassAssociation:
        """Of a record."""
        return cls(
            name=record.name,
            identity=record.identity,
            guid=record.guid,
            audit_bypass_enabled=record.enabled,
            has_mailbox=record.has_mailbox,
        )

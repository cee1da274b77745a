"""The organization as Get-OrganizationConfig shows it: the audit part, and settings of our own."""

from __future__ import annotations

from pydantic import Field

from mailwake.directory.records import OrganizationRecord
from mailwake.operations.models import Output


class OrganizationConfig(Output):
    """Settings of the organization."""

    audit_disabled: bool = Field(description="True: nothing is audited. False: auditing by default is on.")
    audit_matrix: str = Field(description="Which edition of actions and default sets holds: current or 2021.")
    exchange_parity: bool = Field(description="Licences, throttling and limits count as they do in Exchange Online.")
    audit_log_search_reach: int | str = Field(description="Days that an audit log search reaches back, or Unlimited.")
    trash_folders: tuple[str, ...] = Field(description="Folders that mean Deleted Items where the server says nothing.")
    shared_prefixes: tuple[str, ...] = Field(description="Namespace prefixes under which others' mailboxes appear.")
    public_prefixes: tuple[str, ...] = Field(description="Namespace prefixes under which public folders appear.")
    lazy_expunge: bool = Field(description="Servers keep expunged mail: an expunge is a SoftDelete.")

    @classmethod
    def of(cls, record: OrganizationRecord) -> OrganizationConfig:
        """Of a record."""
        settings = record.settings
        return cls(
            audit_disabled=settings.audit_disabled,
            audit_matrix=settings.matrix,
            exchange_parity=settings.parity,
            audit_log_search_reach=record.search_reach_days or "Unlimited",
            trash_folders=settings.trash_folders,
            shared_prefixes=settings.shared_prefixes,
            public_prefixes=settings.public_prefixes,
            lazy_expunge=settings.lazy_expunge,
        )

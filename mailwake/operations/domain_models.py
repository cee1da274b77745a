"""An accepted domain as Get-AcceptedDomain shows it."""

from __future__ import annotations

from pydantic import Field

from mailwake.directory.records import DomainRecord
from mailwake.operations.models import Output


class AcceptedDomain(Output):
    """A domain whose mail the organization takes."""

    name: str = Field(description="Its name.")
    domain_name: str = Field(description="The domain.")
    domain_type: str = Field(description="Authoritative, InternalRelay or ExternalRelay.")
    default: bool = Field(description="The organization's default domain.")
    declared: bool = Field(description="False: only seen in the name of a mailbox.")

    @classmethod
    def of(cls, record: DomainRecord) -> AcceptedDomain:
        """Of a record."""
        return cls(
            name=record.name,
            domain_name=record.name,
            domain_type=record.domain_type,
            default=record.default,
            declared=record.declared,
        )

"""A mailbox as Get-Mailbox shows it: the properties that auditing and the directory know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from pydantic import Field

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.settings import OrganizationSettings
from mailwake.directory.records import MailboxRecord
from mailwake.operations.audit_sets import effective, managed_types
from mailwake.operations.fields import ByteSize, TimeSpan
from mailwake.operations.models import Output
from mailwake.operations.when import from_micros


class Mailbox(Output):
    """A mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("name", "primary_smtp_address", "recipient_type_details", "audit_enabled", "default_audit_set"),
        "audit_log_age_limit",
    )
    name: str = Field(description="Its name, unique in the organization.")
    alias: str = Field(description="Its alias, the local part of its address by default.")
    primary_smtp_address: str = Field(description="Its address; empty when logs only gave a login name.")
    recipient_type_details: MailboxType = Field(description="Type of mailbox.")
    audit_enabled: bool = Field(description="As set; with auditing on by default it switches nothing off.")
    audit_log_age_limit: TimeSpan = Field(description="How long its audit records are kept.")
    audit_admin: tuple[str, ...] = Field(description="Actions of administrators that are recorded.")
    audit_delegate: tuple[str, ...] = Field(description="Actions of delegates that are recorded.")
    audit_owner: tuple[str, ...] = Field(description="Actions of the owner that are recorded.")
    default_audit_set: tuple[str, ...] = Field(description="Logon types whose set is the vendor's.")
    identity: str = Field(description="What to call it by.")
    guid: str = Field(description="Its unique id.")
    display_name: str = Field(description="The name that people see.")
    user_principal_name: str = Field(description="The sign-in name.")
    email_addresses: tuple[str, ...] = Field(description="All addresses: SMTP: the primary one, smtp: the others.")
    login_names: tuple[str, ...] = Field(description="Further names that mail servers' logs have for it.")
    licence: str = Field(description="Premium or Standard; counts under Exchange parity only.")
    geo_location: str = Field(description="Where it lies, for the rule on access from elsewhere.")
    litigation_hold_enabled: bool = Field(description="Whether it is on hold.")
    retention_policy: str = Field(description="Retention policy that it is under.")
    recoverable_items_quota: ByteSize = Field(description="As set, else 30 GB, or 100 GB when held.")
    recoverable_items_warning_quota: ByteSize = Field(description="As set, else 20 GB, or 90 GB when held.")
    when_created: datetime | None = Field(description="When it was made, or first seen in a log.")
    discovered: bool = Field(description="Known from logs only; nobody has declared it.")

    @classmethod
    def of(cls, box: MailboxRecord, organization: OrganizationSettings) -> Mailbox:
        """Of a record, with the sets that hold now."""
        primary = box.primary_address
        return cls(
            name=box.name,
            alias=box.alias,
            primary_smtp_address=primary,
            recipient_type_details=box.type,
            audit_enabled=box.audit_enabled,
            audit_log_age_limit=box.age_limit,
            audit_admin=effective(box, LogonType.ADMIN, organization),
            audit_delegate=effective(box, LogonType.DELEGATE, organization),
            audit_owner=effective(box, LogonType.OWNER, organization),
            default_audit_set=managed_types(box),
            identity=box.identity,
            guid=box.guid,
            display_name=box.display_name,
            user_principal_name=box.upn,
            email_addresses=tuple(f"{'SMTP' if one == primary else 'smtp'}:{one}" for one in box.addresses),
            login_names=box.logins,
            licence=box.licence,
            geo_location=box.geo,
            litigation_hold_enabled=box.litigation_hold,
            retention_policy=box.retention_policy,
            recoverable_items_quota=box.recoverable_items_quota,
            recoverable_items_warning_quota=box.recoverable_items_warning_quota,
            when_created=from_micros(box.created, UTC) if box.created else None,
            discovered=box.discovered,
        )

"""What a cmdlet made of an operation does in Exchange's own way, where the operation's input does not say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailwake.operations.contract import Operation


@dataclass(frozen=True)
class Rule:
    """Of one cmdlet; names of parameters as Exchange spells them."""

    booleans: frozenset[str] = frozenset()
    """Take $true or $false, although they are off when left out."""
    alphabetical: bool = False
    """Every parameter has a position, in alphabetical order."""
    piped: frozenset[str] = frozenset()
    """Bound from a property of their name, beside Identity."""
    guids: frozenset[str] = frozenset()
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asks: bool = False
    """Asks before it does something, unless -Confirm:$false."""
    harmless: bool = False
    """Has no -WhatIf and -Confirm, although it orders something."""
    silent: bool = False
    """Gives nothing back."""
    type_name: str = ""
    view: tuple[str, ...] = ()
    """Columns of the default table."""
    accepted: tuple[str, ...] = ()
    """Parameters that scripts give and that mean nothing here, of the type String."""
    switches: tuple[str, ...] = ()
    """The same, switches."""
    toggles: tuple[str, ...] = ()
    """The same, $true or $false."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """All parameters that mean nothing here."""
        return (*self.accepted, *self.switches, *self.toggles)


_TRACE = frozenset(
    {"EndDate", "FromIP", "MessageId", "MessageTraceId", "RecipientAddress", "ResultSize", "SenderAddress"}
    | {"StartDate", "StartingRecipientAddress", "Subject", "SubjectFilterType", "ToIP"}
)
_DETAIL = frozenset({"EndDate", "MessageId", "MessageTraceId", "RecipientAddress", "SenderAddress", "StartDate"})
_ROW = ("Received", "SenderAddress", "RecipientAddress", "Subject", "Status")
_ID = frozenset({"MessageTraceId"})
_MANAGEMENT = "Microsoft.Exchange.Data.Directory.Management"
_SERVER = ("DomainController",)
_READ_FROM = ("ReadFromDomainController",)
_SKIPPED = tuple(f"SkipDomainValidationFor{kind}" for kind in ("MailContact", "MailUser", "SharedMailbox"))

RULES: dict[str, Rule] = {
    "Get-MessageTraceV2": Rule(
        alphabetical=True, piped=_TRACE, guids=_ID, view=_ROW, type_name="Deserialized.MessageTraceV2"
    ),
    "Get-MessageTrace": Rule(
        piped=_TRACE - {"ResultSize"}, guids=_ID, view=_ROW, type_name="Microsoft.Exchange.MessageTrace"
    ),
    "Get-MessageTraceDetailV2": Rule(alphabetical=True, piped=_DETAIL, guids=_ID, type_name="MessageTraceDetailV2"),
    "Get-MessageTraceDetail": Rule(piped=_DETAIL, guids=_ID, type_name="Microsoft.Exchange.MessageTraceDetail"),
    "Get-MessageTrackingLog": Rule(
        piped=frozenset({"Server"}),
        accepted=_SERVER,
        view=("Timestamp", "EventId", "Source", "Sender", "Recipients", "MessageSubject"),
        type_name="Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent",
    ),
    "Start-HistoricalSearch": Rule(harmless=True, type_name="Microsoft.Exchange.HistoricalSearch"),
    "Get-HistoricalSearch": Rule(
        piped=frozenset({"JobId"}),
        guids=frozenset({"JobId"}),
        view=("JobId", "SubmitDate", "ReportTitle", "Status", "Rows"),
        type_name="Microsoft.Exchange.HistoricalSearch",
    ),
    "Get-HistoricalSearchResult": Rule(piped=frozenset({"JobId"}), guids=frozenset({"JobId"})),
    "Stop-HistoricalSearch": Rule(harmless=True, silent=True, piped=frozenset({"JobId"}), guids=frozenset({"JobId"})),
    "Get-OrganizationConfig": Rule(type_name=f"{_MANAGEMENT}.OrganizationConfig", accepted=_SERVER),
    "Set-OrganizationConfig": Rule(silent=True, accepted=_SERVER),
    "Get-Mailbox": Rule(
        type_name=f"{_MANAGEMENT}.Mailbox",
        view=("Name", "Alias", "PrimarySmtpAddress", "RecipientTypeDetails", "AuditEnabled"),
        accepted=_SERVER,
        switches=("IncludeInactiveMailbox",),
    ),
    "Set-Mailbox": Rule(silent=True, accepted=_SERVER, switches=("Force",)),
    "New-Mailbox": Rule(
        type_name=f"{_MANAGEMENT}.Mailbox",
        view=("Name", "Alias", "PrimarySmtpAddress", "RecipientTypeDetails", "AuditEnabled"),
        aliases={"UserPrincipalName": ("MicrosoftOnlineServicesID",)},
        accepted=_SERVER,
    ),
    "Remove-Mailbox": Rule(silent=True, asks=True, accepted=_SERVER, switches=("Force",)),
    "Set-MailboxAuditBypassAssociation": Rule(silent=True, accepted=_SERVER),
    "Get-MailboxAuditBypassAssociation": Rule(
        type_name=f"{_MANAGEMENT}.MailboxAuditBypassAssociation", accepted=_SERVER, switches=_READ_FROM
    ),
    "Search-MailboxAuditLog": Rule(
        booleans=frozenset({"ExternalAccess"}),
        accepted=_SERVER,
        view=(
            "MailboxResolvedOwnerName",
            "LastAccessed",
            "Operation",
            "LogonType",
            "LogonUserDisplayName",
            "ItemSubject",
        ),
        type_name="Microsoft.Exchange.Data.Directory.Management.MailboxAuditLogRecord",
    ),
    "New-MailboxAuditLogSearch": Rule(booleans=frozenset({"ExternalAccess"}), accepted=_SERVER),
    "New-AdminAuditLogSearch": Rule(accepted=_SERVER, toggles=("ExternalAccess",)),
    "Set-UnifiedAuditLogRetentionPolicy": Rule(silent=True),
    "Remove-UnifiedAuditLogRetentionPolicy": Rule(silent=True, asks=True, switches=("ForceDeletion",)),
    "Write-AdminAuditLog": Rule(silent=True, accepted=_SERVER),
    "Get-AuditLogSearch": Rule(accepted=_SERVER),
    "Search-AdminAuditLog": Rule(
        booleans=frozenset({"IsSuccess"}), accepted=_SERVER, type_name="Microsoft.Exchange.AdminAuditLogEvent"
    ),
    "Search-UnifiedAuditLog": Rule(
        type_name="Microsoft.Exchange.UnifiedAuditLogEvent",
        accepted=("LongerRetentionEnabled",),
        switches=("LegacyFlow",),
    ),
    "Get-MailboxFolderStatistics": Rule(
        type_name="Microsoft.Exchange.Management.Tasks.MailboxFolderConfiguration",
        accepted=(*_SERVER, "ResultSize", "SkipCount"),
        switches=("IncludeAnalysis", "IncludeOldestAndNewestItems", "IncludeSoftDeletedRecipients"),
    ),
    "Add-MailboxPermission": Rule(
        accepted=(*_SERVER, "InheritanceType"),
        switches=("GroupMailbox", "IgnoreDefaultScope"),
        toggles=("AutoMapping",),
    ),
    "Remove-MailboxPermission": Rule(
        silent=True,
        asks=True,
        piped=frozenset({"User", "AccessRights", "Deny"}),
        accepted=(*_SERVER, "InheritanceType"),
        switches=("BypassMasterAccountSid", "GroupMailbox", "IgnoreDefaultScope"),
    ),
    "Get-MailboxPermission": Rule(
        accepted=_SERVER,
        switches=(
            *("GroupMailbox", "IncludeSoftDeletedUserPermissions", "IncludeUnresolvedPermissions"),
            *("IncludeUserWithDisplayName", "ReadFromDomainController", "UseCustomRouting"),
        ),
    ),
    "Add-RecipientPermission": Rule(asks=True, accepted=_SERVER, switches=_SKIPPED),
    "Remove-RecipientPermission": Rule(
        silent=True, asks=True, piped=frozenset({"Trustee", "AccessRights"}), accepted=_SERVER, switches=_SKIPPED
    ),
    "Get-RecipientPermission": Rule(accepted=(*_SERVER, "AccessRights"), switches=_READ_FROM),
    "Get-RoleGroup": Rule(accepted=(*_SERVER, "ResultSize"), switches=(*_READ_FROM, "ShowPartnerLinked")),
    "Get-RoleGroupMember": Rule(accepted=(*_SERVER, "ResultSize"), switches=_READ_FROM),
    "Get-ManagementRole": Rule(accepted=_SERVER),
    "Get-ManagementRoleAssignment": Rule(
        type_name=f"{_MANAGEMENT}.ManagementRoleAssignment",
        view=("Name", "Role", "RoleAssigneeName", "RoleAssigneeType", "AssignmentMethod", "EffectiveUserName"),
        accepted=_SERVER,
    ),
    "Set-AdminAuditLogConfig": Rule(silent=True, accepted=_SERVER),
    "Get-AdminAuditLogConfig": Rule(type_name=f"{_MANAGEMENT}.AdminAuditLogConfig", accepted=_SERVER),
    "Add-RoleGroupMember": Rule(silent=True, accepted=_SERVER, switches=("BypassSecurityGroupManagerCheck",)),
    "Remove-RoleGroupMember": Rule(
        silent=True, asks=True, accepted=_SERVER, switches=("BypassSecurityGroupManagerCheck",)
    ),
    "Remove-RoleGroup": Rule(silent=True, asks=True, accepted=_SERVER),
    "Remove-AcceptedDomain": Rule(silent=True, asks=True, accepted=_SERVER),
    "Start-ManagedFolderAssistant": Rule(silent=True, accepted=_SERVER),
}
"""By cmdlet; one that is not named follows its operation in all."""


def rule_of(operation: Operation[Any]) -> Rule:
    """What holds for the cmdlet of an operation."""
    return RULES.get(operation.cmdlet, Rule())

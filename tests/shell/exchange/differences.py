"""What differs from Exchange, parameter by parameter: `python -m tests.shell.exchange.differences` writes the page.

Exchange's parameters with their types are listed here, from its public reference; ours are those of the registry. A
parameter that is not there, or means something else, needs its reason in `WHY`: the page cannot be written without.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailwake.shell.exchange import exchange_registry
from mailwake.shell.registry import Cmdlet, Parameter

TOP = Path(__file__).resolve().parents[3]
PAGE = TOP / "docs" / "reference" / "exchange-differences.md"

_SKIPPED = " ".join(f"SkipDomainValidationFor{kind}:Switch" for kind in ("MailContact", "MailUser", "SharedMailbox"))
_RISK = "Confirm:Switch WhatIf:Switch"
_TRACE = "FromIP:String MessageId:Multi MessageTraceId:Guid RecipientAddress:Multi SenderAddress:Multi"
EXCHANGE: dict[str, str] = {
    "Get-MessageTraceV2": f"EndDate:DateTime {_TRACE} ResultSize:Int32 StartDate:DateTime"
    " StartingRecipientAddress:String Status:Multi Subject:String SubjectFilterType:String ToIP:String",
    "Get-MessageTraceDetailV2": "Action:Multi EndDate:DateTime Event:Multi MessageId:String MessageTraceId:Guid"
    " RecipientAddress:String SenderAddress:String StartDate:DateTime",
    "Get-MessageTrace": f"EndDate:DateTime {_TRACE} Page:Int32 PageSize:Int32 ProbeTag:String"
    " StartDate:DateTime Status:Multi ToIP:String",
    "Get-MessageTraceDetail": "Action:Multi EndDate:DateTime Event:Multi MessageId:String MessageTraceId:Guid"
    " Page:Int32 PageSize:Int32 ProbeTag:String RecipientAddress:String SenderAddress:String StartDate:DateTime",
    "Start-HistoricalSearch": "StartDate:DateTime EndDate:DateTime ReportTitle:String ReportType:String"
    " SenderAddress:Multi RecipientAddress:Multi MessageID:Multi NetworkMessageID:Multi NotifyAddress:Multi"
    " DeliveryStatus:String Direction:String OriginalClientIP:String Locale:String DLPPolicy:Multi TransportRule:Multi"
    " ConnectorType:String TLSUsed:String BlockStatus:String SmtpSecurityError:String CompressFile:Boolean"
    " EncryptionTemplate:String EncryptionType:String Url:String",
    "Get-HistoricalSearch": "JobId:Guid",
    "Stop-HistoricalSearch": "JobId:Guid",
    "Get-MessageTrackingLog": "DomainController:String Start:DateTime End:DateTime EventId:String"
    " InternalMessageId:String MessageId:String MessageSubject:String NetworkMessageId:String Recipients:Multi"
    " Reference:String ResultSize:Unlimited Sender:String Server:String Source:String TransportTrafficType:String",
    "Get-OrganizationConfig": "DomainController:String",
    "Set-OrganizationConfig": f"AuditDisabled:Boolean DomainController:String {_RISK}",
    "Get-Mailbox": "Identity:String GroupMailbox:Switch IncludeInactiveMailbox:Switch InactiveMailboxOnly:Switch"
    " SoftDeletedMailbox:Switch Archive:Switch PublicFolder:Switch Filter:String RecipientTypeDetails:Multi Anr:String"
    " ResultSize:Unlimited SortBy:String Database:String MailboxPlan:String Server:String",
    "Set-Mailbox": "Identity:String AuditEnabled:Boolean AuditLogAgeLimit:TimeSpan AuditAdmin:Multi AuditDelegate:Multi"
    " AuditOwner:Multi DefaultAuditSet:Multi GroupMailbox:Switch Force:Switch AuditLog:Switch"
    f" RecoverableItemsQuota:Size RecoverableItemsWarningQuota:Size DisplayName:String Type:String"
    f" LitigationHoldEnabled:Boolean RetentionPolicy:String {_RISK}",
    "New-Mailbox": "Name:String Alias:String PrimarySmtpAddress:String DisplayName:String UserPrincipalName:String"
    f" Shared:Switch Room:Switch Equipment:Switch Password:SecureString {_RISK}",
    "Remove-Mailbox": f"Identity:String Force:Switch Permanent:Boolean {_RISK}",
    "Set-MailboxAuditBypassAssociation": f"Identity:String AuditBypassEnabled:Boolean DomainController:String {_RISK}",
    "Get-MailboxAuditBypassAssociation": "Identity:String ResultSize:Unlimited DomainController:String"
    " ReadFromDomainController:Switch",
    "Search-MailboxAuditLog": "Identity:String Mailboxes:Multi ShowDetails:Switch StartDate:DateTime EndDate:DateTime"
    " LogonTypes:Multi Operations:Multi ExternalAccess:Boolean HasAttachments:Boolean GroupMailbox:Switch"
    " IncludeInactiveMailbox:Switch ResultSize:Int32 DomainController:String",
    "New-MailboxAuditLogSearch": "StartDate:DateTime EndDate:DateTime StatusMailRecipients:Multi Name:String"
    " Mailboxes:Multi LogonTypes:Multi Operations:Multi ExternalAccess:Boolean HasAttachments:Boolean"
    f" GroupMailbox:Switch ShowDetails:Switch {_RISK}",
    "New-AdminAuditLogSearch": "StartDate:DateTime EndDate:DateTime StatusMailRecipients:Multi Cmdlets:Multi"
    " DomainController:String ExternalAccess:Boolean Name:String ObjectIds:Multi Parameters:Multi UserIds:Multi"
    f" {_RISK}",
    "New-UnifiedAuditLogRetentionPolicy": "Name:String Priority:Int32 RetentionDuration:String Description:String"
    f" Operations:Multi RecordTypes:Multi UserIds:Multi {_RISK}",
    "Set-UnifiedAuditLogRetentionPolicy": "Identity:String Priority:Int32 RetentionDuration:String Description:String"
    f" Operations:Multi RecordTypes:Multi UserIds:Multi {_RISK}",
    "Get-UnifiedAuditLogRetentionPolicy": "Operation:String Priority:Int32 RecordType:String RetentionDuration:String"
    " UserId:String",
    "Remove-UnifiedAuditLogRetentionPolicy": f"Identity:String ForceDeletion:Switch {_RISK}",
    "Write-AdminAuditLog": f"Comment:String DomainController:String {_RISK}",
    "Get-AuditLogSearch": "Identity:String CreatedAfter:DateTime CreatedBefore:DateTime ResultSize:Unlimited"
    " Type:String",
    "Search-UnifiedAuditLog": "StartDate:DateTime EndDate:DateTime RecordType:Multi Operations:Multi UserIds:Multi"
    " IPAddresses:Multi ObjectIds:Multi SiteIds:Multi FreeText:String ResultSize:Int32 SessionId:String"
    " SessionCommand:String Formatted:Switch HighCompleteness:Switch LongerRetentionEnabled:String LegacyFlow:Switch",
    "Search-AdminAuditLog": "Cmdlets:Multi Parameters:Multi StartDate:DateTime EndDate:DateTime UserIds:Multi"
    " ObjectIds:Multi IsSuccess:Boolean ExternalAccess:Boolean ResultSize:Unlimited StartIndex:Int32"
    " DomainController:String",
    "Get-MailboxFolderStatistics": "Identity:String FolderScope:String Archive:Switch IncludeAnalysis:Switch"
    " IncludeOldestAndNewestItems:Switch IncludeSoftDeletedRecipients:Switch ResultSize:Unlimited SkipCount:Int32"
    " DiagnosticInfo:String UseCustomRouting:Switch",
    "Add-MailboxPermission": "Identity:String User:String AccessRights:Multi Deny:Switch InheritanceType:String"
    " AutoMapping:Boolean Owner:String Instance:Object GroupMailbox:Switch IgnoreDefaultScope:Switch"
    f" DomainController:String {_RISK}",
    "Get-MailboxPermission": "Identity:String User:String Owner:Switch ResultSize:Unlimited GroupMailbox:Switch"
    " IncludeSoftDeletedUserPermissions:Switch IncludeUnresolvedPermissions:Switch IncludeUserWithDisplayName:Switch"
    " SoftDeletedMailbox:Switch UseCustomRouting:Switch Credential:Object DomainController:String"
    " ReadFromDomainController:Switch",
    "Remove-MailboxPermission": "Identity:String User:String AccessRights:Multi Deny:Switch InheritanceType:String"
    " ClearAutoMapping:Switch ResetDefault:Switch Instance:Object GroupMailbox:Switch SoftDeletedMailbox:Switch"
    f" BypassMasterAccountSid:Switch IgnoreDefaultScope:Switch DomainController:String {_RISK}",
    "Add-RecipientPermission": f"Identity:String Trustee:String AccessRights:Multi {_SKIPPED} {_RISK}",
    "Get-RecipientPermission": "Identity:String Trustee:String AccessRights:Multi ResultSize:Unlimited"
    " ReadFromDomainController:Switch",
    "Remove-RecipientPermission": "Identity:String Trustee:String AccessRights:Multi Deny:Switch MultiTrustees:Multi"
    f" {_SKIPPED} {_RISK}",
    "Get-RoleGroup": "Identity:String Filter:String ResultSize:Unlimited ShowPartnerLinked:Switch SortBy:String"
    " DomainController:String ReadFromDomainController:Switch",
    "Get-RoleGroupMember": "Identity:String ResultSize:Unlimited DomainController:String"
    " ReadFromDomainController:Switch",
    "Add-RoleGroupMember": "Identity:String Member:String BypassSecurityGroupManagerCheck:Switch"
    f" DomainController:String {_RISK}",
    "Remove-RoleGroupMember": "Identity:String Member:String BypassSecurityGroupManagerCheck:Switch"
    f" DomainController:String {_RISK}",
    "Get-ManagementRole": "Identity:String Cmdlet:String CmdletParameters:Multi GetChildren:Switch Recurse:Switch"
    " RoleType:String Script:String ScriptParameters:Multi DomainController:String",
    "Get-ManagementRoleAssignment": "Identity:String Role:String RoleAssignee:String RoleAssigneeType:String"
    " GetEffectiveUsers:Switch AssignmentMethod:Multi Delegating:Boolean Enabled:Boolean Exclusive:Boolean"
    " ExclusiveConfigWriteScope:String ExclusiveRecipientWriteScope:String ConfigWriteScope:String"
    " CustomConfigWriteScope:String CustomRecipientWriteScope:String RecipientAdministrativeUnitScope:String"
    " RecipientOrganizationalUnitScope:String RecipientWriteScope:String WritableDatabase:String"
    " WritableRecipient:String WritableServer:String DomainController:String",
    "Get-AdminAuditLogConfig": "DomainController:String",
    "Set-AdminAuditLogConfig": "AdminAuditLogEnabled:Boolean UnifiedAuditLogIngestionEnabled:Boolean LogLevel:String"
    " AdminAuditLogAgeLimit:Multi AdminAuditLogCmdlets:Multi AdminAuditLogParameters:Multi"
    " AdminAuditLogExcludedCmdlets:Multi TestCmdletLoggingEnabled:Boolean UnifiedAuditLogFirstOptInDate:DateTime"
    f" Name:String Force:Switch IgnoreDehydratedFlag:Switch DomainController:String {_RISK}",
    "Start-ManagedFolderAssistant": f"Identity:String DomainController:String {_RISK}",
    "Connect-ExchangeOnline": "ConnectionUri:String AccessToken:String UserPrincipalName:String Organization:String"
    " AppId:String CertificateThumbprint:String ExchangeEnvironmentName:String ShowBanner:Switch ShowProgress:Switch"
    " Device:Switch",
    "Disconnect-ExchangeOnline": "Confirm:Switch",
}
"""Parameters by cmdlet, each with the kind of its values."""

_NO_KEEPER = "mail servers keep the mail; Mailwake has no mailboxes of its own"
_REMOVED = "a mailbox that was removed is not listed; its records stay"
_NO_REPORT = "for report types that speak of services of Exchange Online"
_SCOPES = (
    *("ExclusiveConfigWriteScope", "ExclusiveRecipientWriteScope", "ConfigWriteScope", "CustomConfigWriteScope"),
    *("CustomRecipientWriteScope", "RecipientAdministrativeUnitScope", "RecipientOrganizationalUnitScope"),
    "RecipientWriteScope",
)
_WRITABLE = ("Database", "Recipient", "Server")
WHY: dict[str, str] = {
    **dict.fromkeys(
        (
            *("Set-AdminAuditLogConfig LogLevel", "Set-AdminAuditLogConfig AdminAuditLogAgeLimit"),
            *(f"Set-AdminAuditLogConfig AdminAuditLog{what}" for what in ("Cmdlets", "Parameters", "ExcludedCmdlets")),
            "Set-AdminAuditLogConfig TestCmdletLoggingEnabled",
        ),
        "everything is an entry, with the values before and after, for good",
    ),
    "Set-AdminAuditLogConfig UnifiedAuditLogFirstOptInDate": "the log is on from the beginning",
    "Set-AdminAuditLogConfig Name": "there is one configuration",
    "Set-AdminAuditLogConfig IgnoreDehydratedFlag": "of Microsoft's data centres",
    "Set-AdminAuditLogConfig Force": "nothing is asked",
    "Start-HistoricalSearch DLPPolicy": _NO_REPORT,
    "Start-HistoricalSearch TransportRule": _NO_REPORT,
    "Start-HistoricalSearch ConnectorType": _NO_REPORT,
    "Start-HistoricalSearch TLSUsed": _NO_REPORT,
    "Start-HistoricalSearch BlockStatus": _NO_REPORT,
    "Start-HistoricalSearch SmtpSecurityError": _NO_REPORT,
    "Start-HistoricalSearch CompressFile": "not documented by Exchange",
    "Start-HistoricalSearch EncryptionTemplate": "not documented by Exchange",
    "Start-HistoricalSearch EncryptionType": "not documented by Exchange",
    "Start-HistoricalSearch Url": "not documented by Exchange",
    "Add-MailboxPermission Owner": _NO_KEEPER,
    "Get-Mailbox Archive": _NO_KEEPER,
    "Get-MailboxFolderStatistics Archive": _NO_KEEPER,
    "Get-Mailbox InactiveMailboxOnly": _REMOVED,
    "Get-Mailbox SoftDeletedMailbox": _REMOVED,
    "Get-Mailbox Database": _NO_KEEPER,
    "Get-Mailbox MailboxPlan": _NO_KEEPER,
    "Get-Mailbox Server": _NO_KEEPER,
    "Set-Mailbox AuditLog": "records are kept in the store, not in an arbitration mailbox",
    "New-Mailbox Password": _NO_KEEPER,
    "Remove-Mailbox Permanent": "names are free at once, and records stay, always",
    "Search-AdminAuditLog ExternalAccess": "nobody from outside runs the organization's server",
    "Get-MailboxFolderStatistics DiagnosticInfo": "Exchange's own diagnosis",
    "Get-MailboxFolderStatistics UseCustomRouting": "Exchange Online's own routing",
    "Add-MailboxPermission Instance": "deprecated by Exchange",
    "Get-MailboxPermission Owner": _NO_KEEPER,
    "Get-MailboxPermission SoftDeletedMailbox": _REMOVED,
    "Get-MailboxPermission Credential": "Connect-ExchangeOnline says who asks",
    "Remove-MailboxPermission ClearAutoMapping": _NO_KEEPER,
    "Remove-MailboxPermission ResetDefault": "name the rights that are to go",
    "Remove-MailboxPermission Instance": "pipe the permission in",
    "Remove-MailboxPermission SoftDeletedMailbox": _REMOVED,
    "Remove-RecipientPermission Deny": "not documented by Exchange; sending as somebody is never denied here",
    "Remove-RecipientPermission MultiTrustees": "not documented by Exchange",
    "Get-RoleGroup Filter": "pipe into Where-Object",
    "Get-RoleGroup SortBy": "pipe into Sort-Object",
    "Get-ManagementRole RoleType": "a role's type is its name",
    "Get-ManagementRole Script": "roles allow cmdlets, no scripts",
    "Get-ManagementRole ScriptParameters": "roles allow cmdlets, no scripts",
    "Get-ManagementRole CmdletParameters": "a role allows a cmdlet with all its parameters",
    "Get-ManagementRole GetChildren": "roles have no children",
    "Get-ManagementRole Recurse": "roles have no children",
    "Get-ManagementRoleAssignment AssignmentMethod": "pipe into Where-Object",
    "Get-ManagementRoleAssignment Delegating": "no assignment lets anybody hand the role on",
    "Get-ManagementRoleAssignment Enabled": "every assignment is enabled",
    "Get-ManagementRoleAssignment Exclusive": "no scope is exclusive",
    **{f"Get-ManagementRoleAssignment {name}": "pipe into Where-Object" for name in _SCOPES},
    **{f"Get-ManagementRoleAssignment Writable{what}": "scopes are of role groups" for what in _WRITABLE},
}
"""Why a parameter of Exchange's is not there."""

NOTES: dict[str, tuple[str, ...]] = {
    "Get-MessageTraceV2": (
        "Everything that was imported can be searched, over any period; with ExchangeParity 90 days back and 10 days at"
        " once, as in Exchange.",
        "Rows of the same time and recipient are never parted: a page can be longer than ResultSize by such rows.",
        "Rows have further properties behind Exchange's.",
        "FromIP takes networks, ToIP takes names and wildcards, addresses take `*@domain`.",
    ),
    "Get-MessageTrace": ("Any period; with ExchangeParity 10 days back.",),
    "Get-MessageTraceDetailV2": (
        "Without dates all events of the message, not those of the last 48 hours.",
        "Events have Host and QueueId beside Exchange's properties; Data has the log's lines.",
    ),
    "Start-HistoricalSearch": (
        "ReportType takes MessageTrace and MessageTraceDetail; the others speak of services of Exchange Online.",
        "The file has no limit of lines, and is UTF-8; `-Encoding Unicode` gives UTF-16LE.",
        "100 addresses and 250 searches a day hold with ExchangeParity only. DeliveryStatus takes every status,"
        " NotifyAddress any address.",
    ),
    "Get-HistoricalSearch": ("Searches are listed until they are forgotten, not for 10 days only.",),
    "Get-MessageTrackingLog": (
        "Messages come newest first, events of one in order of time; InternalMessageId is the queue ID.",
    ),
    "Get-Mailbox": (
        "The audit properties, and what the directory knows; parameters of other matters are not listed.",
        "Identity takes `*`.",
    ),
    "Set-Mailbox": (
        "The audit settings, and what the directory knows; parameters of other matters are not listed.",
        "Values that do nothing in Exchange are accepted as there.",
    ),
    "Add-MailboxPermission": ("AccessRights may be left out: FullAccess.",),
    "Remove-MailboxPermission": (
        "AccessRights may be left out: FullAccess.",
        "What Get-MailboxPermission gives can be piped in.",
    ),
    "Remove-RecipientPermission": ("What Get-RecipientPermission gives can be piped in.",),
    "Get-ManagementRoleAssignment": (
        "Roles are given by role groups alone; RoleAssignee finds those of an account by its groups.",
        "Groups of an identity provider are named `group:NAME`: who is in them, the provider knows.",
    ),
    "Set-AdminAuditLogConfig": ("Both logs are always on: `$true` is accepted, `$false` is an error.",),
    "Get-ManagementRole": ("Identity takes wildcards, as in Exchange.",),
    "Remove-Mailbox": ("What was done in it stays in the audit log.",),
    "New-MailboxAuditLogSearch": ("StatusMailRecipients may be left out: the result is kept for download.",),
    "Get-AuditLogSearch": ("`-All` lists searches that have ended, too.",),
    "Search-MailboxAuditLog": ("All records that there are, however old.",),
    "Get-MailboxFolderStatistics": ("Recoverable Items and Audits alone: other folders are the mail server's.",),
    "Connect-ExchangeOnline": (
        "ConnectionUri (or Uri) is the address of a Mailwake server, AccessToken (or Token) an API token; without an"
        " address the data directory of this machine is asked.",
    ),
}
_KINDS = {
    "System.String": "String",
    "System.DateTime": "DateTime",
    "MultiValuedProperty": "Multi",
    "System.Guid": "Guid",
    "System.Int32": "Int32",
    "System.Boolean": "Boolean",
    "System.Management.Automation.SwitchParameter": "Switch",
    "EnhancedTimeSpan": "TimeSpan",
    "ByteQuantifiedSize": "Size",
    "Unlimited": "Unlimited",
}


class MissingReasonError(Exception):
    """A difference of which nobody said why."""


def rows(cmdlet: Cmdlet, theirs: str) -> Iterator[tuple[str, str, str]]:
    """Parameter, how it compares, and why. Raises MissingReasonError."""
    ours = {one.name: one for one in cmdlet.parameters}
    for word in theirs.split():
        name, _, kind = word.partition(":")
        yield name, *_compared(cmdlet, ours.pop(name, None), name, kind)
    for name, one in ours.items():
        if not one.hidden:
            yield name, "ours is wider", _line(one.help)


def _compared(cmdlet: Cmdlet, one: Parameter | None, name: str, kind: str) -> tuple[str, str]:
    key = f"{cmdlet.name} {name}"
    if one is None and name in ("WhatIf", "Confirm") and cmdlet.should_process:
        return "same", ""
    if one is None:
        if key not in WHY:
            raise MissingReasonError(key)
        return "not there", WHY[key]
    if one.hidden:
        return "accepted", "of no effect here"
    if _KINDS.get(one.type.name) != kind:
        raise MissingReasonError(f"{key}: {one.type.name} instead of {kind}")
    if one.help.startswith("Accepted"):
        return "accepted", _line(one.help)
    return "same", ""


def _line(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")


def page() -> str:
    """The whole page."""
    registry = exchange_registry()
    parts = [
        "# Differences from Exchange\n",
        "Cmdlet by cmdlet, parameter by parameter: *same*, *ours is wider* (Exchange has no such parameter), *accepted*"
        " (scripts may give it; it does nothing here), or *not there*. This page is made from the registry by"
        " `python -m tests.shell.exchange.differences`, and a test compares the two.\n",
        "What holds for all: questions are not throttled; times are printed in UTC, and times without a zone are of the"
        " session's zone; `Verbose`, `ErrorAction` and the other common parameters work as in PowerShell.\n",
    ]
    for name in sorted(EXCHANGE):
        cmdlet = registry.find(name)
        if cmdlet is None:
            raise MissingReasonError(name)
        parts.append(f"## {name}\n")
        if name in NOTES:
            parts.append("\n".join(f"- {note}" for note in NOTES[name]) + "\n")
        lines = ["| Parameter | Compared | Why, or what |", "|---|---|---|"]
        lines += [f"| {parameter} | {how} | {why} |" for parameter, how, why in rows(cmdlet, EXCHANGE[name])]
        parts.append("\n".join(lines) + "\n")
    own = [one for one in registry.cmdlets.values() if one.name not in EXCHANGE]
    parts.append("## Further cmdlets\n")
    lines = ["| Cmdlet | What |", "|---|---|"]
    lines += [f"| {one.name} | {_line(one.synopsis)} |" for one in sorted(own, key=lambda one: one.name)]
    parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())

"""What the cmdlets say when something is wrong: what, where, and what would do; and what they say of changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailwake.operations.contract import Caller, CallerScope
from mailwake.operations.demo_organization import DOMAIN
from tests.shell.exchange.conftest import Shell

HELP_DESK = Caller("helen", roles=frozenset({"Message Trace", "View-Only Recipients"}), face="shell")
NARROW = Caller(
    "nina",
    roles=frozenset({"Message Trace", "View-Only Recipients", "Mail Recipients", "Audit Logs"}),
    scope=CallerScope(everything=False, domains=("fabrikam.example",)),
    face="shell",
)
CASES = (
    ("Get-Mailbox -Bogus 1", "NamedParameterNotFound", "parameter name 'Bogus'"),
    ("Get-MessageTraceV2 -S x", "AmbiguousParameter", "-SenderAddress -StartDate -StartingRecipientAddress"),
    ("Get-MessageTraceV2 -StartDate someday", "ParameterArgumentTransformationError", '"System.DateTime"'),
    ("Get-MessageTraceV2 -ResultSize many", "ParameterArgumentTransformationError", '"System.Int32"'),
    ("Get-MessageTraceV2 -ResultSize 5001", "InvalidParameter", "less than or equal to 5000"),
    ("Get-MessageTraceV2 -ResultSize 0", "InvalidParameter", "greater than or equal to 1"),
    ("Get-MessageTraceV2 -Status Lost", "ParameterArgumentTransformationError", "Delivered, Failed, Pending"),
    ("Get-MessageTraceV2 -MessageTraceId x", "ParameterArgumentTransformationError", "32 digits with 4 dashes"),
    ("Get-MessageTraceV2 -Page 2", "NamedParameterNotFound", "'Page'"),
    ("Get-MessageTraceDetailV2 -RecipientAddress a@x.example", "MissingMandatoryParameter", "MessageTraceId"),
    ("Set-Mailbox Laura -AuditEnabled yes", "ParameterArgumentTransformationError", "$True, $False, 1 or 0"),
    ("Set-Mailbox Laura", "NothingToChange", "Name a setting"),
    ("Set-Mailbox -AuditEnabled $true", "MissingMandatoryParameter", "Identity"),
    ("Set-Mailbox Laura -AuditOwner @{Plus='Create'}", "ParameterArgumentTransformationError", "Add, Remove"),
    ("Set-Mailbox Laura -AuditOwner Copy", "ValueNotAllowed", "does not take Copy"),
    ("Set-Mailbox Laura -AuditOwner SendAs", "ValueNotAllowed", "logon type Owner"),
    ("Set-Mailbox Laura -AuditDelegate @{Add='MailboxLogin'}", "ValueNotAllowed", "AuditDelegate does not take"),
    ("Set-Mailbox Laura -AuditAdmin Explode", "ValueNotAllowed", "there is no action 'Explode'"),
    ("Set-Mailbox Laura -DefaultAuditSet Guest", "ParameterArgumentTransformationError", "Owner"),
    ("Set-Mailbox Laura -AuditLogAgeLimit long", "ParameterArgumentTransformationError", "TimeSpan"),
    ("Set-Mailbox 'Marketing Group' -GroupMailbox -AuditOwner Create", "GroupMailboxFixed", "cannot be changed"),
    ("Set-Mailbox 'Marketing Group' -AuditLogAgeLimit 10", "GroupMailbox", "Add GroupMailbox"),
    ("Get-Mailbox nobody@contoso.example", "MailboxNotFound", "couldn't be found"),
    ("Get-Mailbox Twin", "AmbiguousMailbox", "matches multiple entries"),
    ("Get-Mailbox -Filter 'AuditEnabled -eq'", "Filter", "Get-Mailbox"),
    ("New-Mailbox Laura", "MailboxExists", "Choose another name"),
    ("Remove-Mailbox Laura", "ConfirmationNeeded", "-Confirm:$false"),
    ("Set-MailboxAuditBypassAssociation Laura", "MissingMandatoryParameter", "AuditBypassEnabled"),
    ("Search-MailboxAuditLog Laura -LogonTypes Owner", "OwnerNeedsDetails", "ShowDetails"),
    ("Search-UnifiedAuditLog -StartDate 2026-11-01", "MissingMandatoryParameter", "EndDate"),
    ("Get-MailboxFolderStatistics Laura -FolderScope Attic", "FolderScopeNotKnown", "RecoverableItems"),
    ("Get-RoleGroupMember Jesters", "RoleGroupNotFound", "Jesters"),
    ("Get-HistoricalSearch -JobId 11111111-1111-1111-1111-111111111111", "SearchNotFound", "Get-HistoricalSearch"),
    ("Connect-ExchangeOnline -Uri http://trace.example.org -Token x", "NotEncrypted", "https"),
    ("Connect-ExchangeOnline -Uri ftp://trace.example.org -Token x", "NotAnAddress", "https://HOST"),
    ("Connect-ExchangeOnline -Uri https://trace.example.org", "NoToken", "mailwake user token"),
    ("Connect-ExchangeOnline -Uri http://127.0.0.1:1 -Token x", "ServerNotReached", "cannot be reached"),
)


@pytest.fixture
def shell(contoso: Path, shell_of: Callable[..., Shell]) -> Shell:
    made = shell_of(contoso)
    for local in ("one", "two"):
        made.said(f"New-Mailbox {local} -PrimarySmtpAddress {local}@contoso.example -DisplayName Twin | Out-Null")
    return made


def test_errors_say_what_and_what_would_do(shell: Shell) -> None:
    wrong = []
    for line, name, part in CASES:
        told = shell.failed(line)
        if name not in told or part not in told or "InternalError" in told or "Traceback" in told:
            wrong.append((line, name, part, told))
    assert wrong == []


def test_refused(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso, HELP_DESK)
    assert "Laura" in shell.said("Get-Mailbox Laura")
    for line in (
        "Set-Mailbox Laura -AuditEnabled $true",
        "Search-MailboxAuditLog Laura",
        "Get-RoleGroup -WarningAction Stop",
    ):
        told = shell.failed(line)
        assert "Access is denied: " in told and "PermissionDenied" in told and "needs the management role" in told
        assert "role groups give it" in told
    assert "PermissionDenied" in shell.failed("Set-OrganizationConfig -AuditDisabled $true -WhatIf")


def test_out_of_scope_is_as_if_it_were_not(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso, NARROW)
    missing = shell.failed("Get-Mailbox nobody").replace("nobody", "X")
    assert shell.failed("Get-Mailbox Laura").replace("Laura", "X").split("At line")[0] == missing.split("At line")[0]
    assert shell.said("Get-Mailbox") == ""
    assert "Laura" not in shell.failed("Set-Mailbox Laura -AuditEnabled $true").partition("no mailbox 'Laura'")[2][:90]


def test_what_if_and_confirm(shell: Shell) -> None:
    told = shell.said("Remove-Mailbox Laura -WhatIf; Set-Mailbox Laura -AuditOwner Create -WhatIf")
    assert told.count('What if: Performing the operation "') == 2
    assert "ValueNotAllowed" in shell.failed("Set-Mailbox Laura -AuditOwner Copy -WhatIf")
    assert shell.said("(Get-Mailbox Laura).DefaultAuditSet -contains 'Owner'") == "True\n"
    assert shell.said("Remove-Mailbox Laura -Confirm:$false") == ""
    assert "MailboxNotFound" in shell.failed("Get-Mailbox Laura")


def test_piped_mailboxes(shell: Shell) -> None:
    shell.said("Get-Mailbox | Where-Object Name -in 'Laura','Mark' | Set-Mailbox -AuditLogAgeLimit 120")
    told = shell.said("Get-Mailbox | Where-Object {$_.AuditLogAgeLimit.Days -eq 120} | Select-Object -Expand Name")
    assert told.splitlines() == ["Laura", "Mark"]
    assert shell.said("'Laura','Mark' | Get-Mailbox | Measure-Object | Select-Object -Expand Count") == "2\n"


def test_lists_are_set_changed_and_emptied(shell: Shell) -> None:
    owner = "Get-Mailbox Laura | Select-Object -ExpandProperty AuditOwner"
    shell.said('Set-Mailbox Laura -AuditOwner "Create","HardDelete"')
    assert shell.said(owner).split() == ["HardDelete", "Create"]
    shell.said('Set-Mailbox Laura -AuditOwner @{Add="SoftDelete","Update"; Remove="Create"}')
    assert shell.said(owner).split() == ["Update", "SoftDelete", "HardDelete"]
    shell.said("Set-Mailbox Laura -AuditOwner None")
    assert shell.said(owner) == ""


def test_permissions_and_roles(shell: Shell) -> None:
    shell.said("Add-MailboxPermission Laura -User Mark -AccessRights FullAccess -InheritanceType All")
    assert "FullAccess" in shell.said("Get-MailboxPermission Laura | Format-List User,AccessRights")
    shell.said("Remove-MailboxPermission Laura -User Mark -AccessRights FullAccess -Confirm:$false")
    assert shell.said("Get-MailboxPermission Laura") == ""
    shell.said("Add-RecipientPermission Laura -Trustee Mark -AccessRights SendAs -Confirm:$false")
    assert "SendAs" in shell.said("Get-RecipientPermission Laura | Format-List AccessRights")
    assert "Message Trace" in shell.said("Get-ManagementRole -Cmdlet Get-MessageTraceV2 | Format-List Name")
    assert "Help Desk" in shell.said("Get-RoleGroup | Select-Object -ExpandProperty Name")


def test_role_assignments(shell: Shell) -> None:
    """As scripts ask: what does one need, who has it, what may somebody do."""
    shell.said('Add-RoleGroupMember "Help Desk" -Member mark')
    who = (
        "Get-ManagementRole -Cmdlet Get-MessageTraceV2 | ForEach-Object { Get-ManagementRoleAssignment -Role $_.Name"
        " -GetEffectiveUsers } | Where-Object {$_.RoleAssigneeName -eq 'Help Desk'}"
        " | ForEach-Object { $_.EffectiveUserName + ' ' + $_.AssignmentMethod }"
    )
    assert "mark RoleGroup" in shell.said(who).splitlines()
    given = shell.said('Get-ManagementRoleAssignment -RoleAssignee "Help Desk" | Select-Object -ExpandProperty Name')
    assert [one.rpartition("-")[0] for one in given.splitlines()] == [
        *("Message Trace", "Reset Password", "User Options", "View-Only Recipients"),
    ]
    own = "Get-ManagementRoleAssignment -RoleAssignee MARK -Role 'message trace' | ft Role,EffectiveUserName"
    assert shell.said(own).split()[-3:] == ["Message", "Trace", "mark"]
    assert shell.said("Get-ManagementRoleAssignment -RoleAssignee nobody@example.com") == ""
    direct = "(Get-ManagementRoleAssignment 'Audit Logs-*' | Where-Object {$_.AssignmentMethod -eq 'Direct'}).Count"
    assert shell.said(direct).strip() == "3"
    assert shell.said("Get-ManagementRoleAssignment -RoleAssigneeType User") == ""
    assert "There is no management role" in shell.failed("Get-ManagementRoleAssignment -Role Nonsense")


def test_the_unified_log_is_on(shell: Shell) -> None:
    """What scripts look at before they search."""
    assert shell.said("(Get-AdminAuditLogConfig).UnifiedAuditLogIngestionEnabled").strip() == "True"
    told = shell.said(
        "Get-AdminAuditLogConfig | Format-List UnifiedAuditLogIngestionEnabled,AdminAuditLogEnabled,LogLevel"
    )
    assert [line.partition(":")[2].strip() for line in told.splitlines() if ":" in line] == ["True", "True", "Verbose"]


def test_the_logs_cannot_be_switched_off(shell: Shell) -> None:
    assert shell.said("Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true") == ""
    assert "always on" in shell.warn.getvalue()
    assert "can be switched off" in shell.failed("Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false")
    assert "No setting is given" in shell.failed("Set-AdminAuditLogConfig")


def test_admin_audit_log_has_cmdlets_by_name(shell: Shell) -> None:
    shell.said("Set-Mailbox Laura -AuditLogAgeLimit 30")
    told = shell.said(
        "Search-AdminAuditLog -Cmdlets Set-Mailbox | Format-List CmdletName,ObjectModified,CmdletParameters"
    )
    assert "Set-Mailbox" in told and "AuditLogAgeLimit" in told and f"laura@{DOMAIN}" in told
